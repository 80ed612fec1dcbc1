//! The meter against EBU's test material, the Recommendation's own arithmetic, and another implementation.

mod dialogue;
mod ebu;
mod immersive;
mod material;
mod peers;
mod programmes;
mod specifications;
mod timeline;
