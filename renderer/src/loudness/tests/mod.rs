//! The meter against EBU's test material, the Recommendation's own arithmetic, and another implementation; the limiter against
//! reconstructions of other designs than its own.

mod dialogue;
mod ebu;
mod immersive;
mod limiter;
mod material;
mod peers;
mod programmes;
mod specifications;
mod timeline;
