//! What is done to an item by hand while it plays.

use std::borrow::Cow;

use formats::adm::{Gain, ObjectPosition, ObjectsBlock};

/// What takes the place of an item's metadata; what is `None` stays what the blocks say.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemEdit {
    /// Where an object is.
    pub position: Option<ObjectPosition>,
    /// The gain of its blocks, linear.
    pub gain: Option<f64>,
    /// Its width, height and depth: degrees and a part of the distance (polar), or units of the cube (Cartesian).
    pub size: Option<[f64; 3]>,
    /// How diffuse it is, 0 to 1.
    pub diffuse: Option<f64>,
    /// Factor of all gains of an item of any type; 0 mutes it.
    pub level: f64,
}

impl Default for ItemEdit {
    /// Changes nothing.
    fn default() -> Self {
        Self { position: None, gain: None, size: None, diffuse: None, level: 1.0 }
    }
}

impl ItemEdit {
    /// `block` with what was changed.
    pub(super) fn applied_to<'b>(&self, block: &'b ObjectsBlock) -> Cow<'b, ObjectsBlock> {
        let changed = (self.position, self.gain, self.size, self.diffuse) != (None, None, None, None);
        if !changed {
            return Cow::Borrowed(block);
        }
        let mut block = block.clone();
        if let Some(position) = self.position {
            block.position = position;
        }
        if let Some(gain) = self.gain {
            block.common.gain = Gain::Linear(gain);
        }
        if let Some([width, height, depth]) = self.size {
            (block.width, block.height, block.depth) = (width, height, depth);
        }
        if let Some(diffuse) = self.diffuse {
            block.diffuse = diffuse;
        }
        Cow::Owned(block)
    }
}
