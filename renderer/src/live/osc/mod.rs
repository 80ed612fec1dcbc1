//! OSC: ADM-OSC v1.0 in and out, and head trackers. Off until it is switched on.
//!
//! ```text
//!  datagrams ── packet: messages, within limits ──┬── object: /adm/obj/n/… ── edits of the handle, moves to record
//!                                                 └── head: orientations
//!  queries (no arguments) ── answers;  what moves ── bundles, fifty times a second
//! ```
//!
//! What cannot be read is counted and otherwise ignored. However many messages come, of each object only the last edit
//! counts, so they fill no memory and hold nothing up; the sound is made on other threads.

mod address;
mod head;
mod object;
mod packet;
mod server;

use std::net::SocketAddr;

pub(super) use object::Now;
pub use server::{OscServer, start};

/// The port that ADM-OSC is sent to.
pub const ADM_OSC_PORT: u16 = 4001;

/// What is listened to and said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OscOptions {
    /// Where objects are heard; the loopback address unless others are to be let in.
    pub listen: Option<SocketAddr>,
    /// Where moves are sent, and queries answered; else these are answered at port 4002 of whoever asks.
    pub send: Option<SocketAddr>,
    /// Where head trackers are heard, beside where objects are.
    pub head: Option<SocketAddr>,
    /// Yaw, pitch and roll of trackers with other signs.
    pub invert_head: [bool; 3],
}

/// Messages so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OscCounts {
    /// That came.
    pub received: u64,
    /// Of these, those that could not be read or mean nothing here.
    pub ignored: u64,
    /// Those that were too many at a time.
    pub dropped: u64,
}

impl OscCounts {
    fn add(&mut self, more: Self) {
        self.received = self.received.saturating_add(more.received);
        self.ignored = self.ignored.saturating_add(more.ignored);
        self.dropped = self.dropped.saturating_add(more.dropped);
    }
}
