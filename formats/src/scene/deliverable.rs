//! What is delivered of a scene.

use super::Kept;
use super::chain::MasterChain;

/// A deliverable, with a master chain of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deliverable {
    /// What its files are called; when absent, as `proscenium deliver` calls them.
    pub name: Option<String>,
    /// The delivery specification, as `proscenium specs` lists them; none when absent.
    pub spec: Option<String>,
    /// The loudspeaker layout, as `proscenium layouts` lists them.
    pub layout: String,
    /// The programme that it is of, by its name; when absent, the one that is chosen, or the first.
    pub programme: Option<String>,
    /// Which files are made of it, as `proscenium deliver` calls them (`mix`, `stems`, `dialogue`, `me` …); the mix alone when empty.
    pub parts: Vec<String>,
    /// What is done to its loudspeaker feeds.
    pub master: MasterChain,
    /// What the master's elements have that this edition doesn't know.
    pub master_kept: Kept,
    /// What this edition doesn't know.
    pub kept: Kept,
}
