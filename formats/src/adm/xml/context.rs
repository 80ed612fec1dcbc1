//! Where the reading stands, and what was remarked and counted on the way.

use super::limits;
use crate::adm::error::Error;
use crate::adm::remarks::Remarks;
use crate::adm::{AdmId, BlockId};

/// The element whose parts are being read.
#[derive(Clone, Debug, Default)]
pub(super) enum Current {
    #[default]
    Nothing,
    Element(AdmId),
    Block(BlockId),
}

impl Current {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Element(id) => id.to_string(),
            Self::Block(id) => id.to_string(),
        }
    }
}

/// What the declarations need besides the XML: where we are, which edition, what was remarked.
pub(in crate::adm) struct Context {
    pub(super) current: Current,
    /// Name of the attribute or element that is being read.
    pub(super) field: &'static str,
    /// Edition of BS.2076 that the document claims: 1 or 2.
    pub(super) edition: u32,
    /// Blocks read so far.
    pub(super) blocks: usize,
    /// Those of other types than Objects.
    static_blocks: usize,
    /// Blocks of the Objects channel before.
    pub(super) blocks_of_channel: usize,
    kept: usize,
    pub(in crate::adm) remarks: Remarks,
}

impl Context {
    pub(super) fn new() -> Self {
        Self {
            current: Current::Nothing,
            field: "",
            edition: 1,
            blocks: 0,
            static_blocks: 0,
            blocks_of_channel: 0,
            kept: 0,
            remarks: Remarks::default(),
        }
    }

    /// Remarks `rule` about the current element.
    #[cold]
    pub(in crate::adm) fn warn(&mut self, rule: &'static str, message: impl FnOnce() -> String) {
        let current = &self.current;
        self.remarks.add(rule, || current.name(), message);
    }

    /// Remarks a feature of BS.2076-2 in a document of an earlier edition.
    #[inline]
    pub(super) fn second_edition(&mut self, feature: &str) {
        if self.edition < 2 {
            self.warn("v2-feature-in-v1", || {
                format!(
                    "{feature} belongs to BS.2076-2, but audioFormatExtended has no version=\"ITU-R_BS.2076-2\"; \
                     it is used all the same"
                )
            });
        }
    }

    /// Counts one more `audioBlockFormat`.
    pub(super) fn count_block(&mut self, of_objects: bool) -> Result<(), Error> {
        self.blocks += 1;
        if self.blocks > limits::BLOCKS {
            return Err(Error::limit(format!("has more than {} blocks; split the document", limits::BLOCKS)));
        }
        if !of_objects {
            self.static_blocks += 1;
            if self.static_blocks > limits::STATIC_BLOCKS {
                return Err(Error::limit(format!(
                    "has more than {} blocks of other types than Objects; it is damaged or hostile",
                    limits::STATIC_BLOCKS
                )));
            }
        }
        Ok(())
    }

    /// Counts what is kept word for word.
    pub(super) fn keep(&mut self, bytes: usize) -> Result<(), Error> {
        self.kept = self.kept.saturating_add(bytes);
        if self.kept > limits::UNKNOWN_BYTES {
            let most = limits::UNKNOWN_BYTES >> 20;
            return Err(Error::limit(format!("holds more than {most} MiB of elements that are not ADM")));
        }
        Ok(())
    }
}
