//! The Audio Definition Model, Rec. ITU-R BS.2076-2, as plain data.
//!
//! Elements refer to one another by [`AdmId`]; nothing here is resolved or checked beyond what a value
//! needs to be itself. `renderer::items` walks the references.

pub mod blocks;
mod chna;
mod common_definitions;
#[rustfmt::skip]
mod common_definitions_table;
pub mod elements;
mod error;
mod ids;
mod index;
mod position;
mod remarks;
mod repair;
mod screen;
mod time;
pub mod xml;

pub use blocks::{
    BinauralBlock, BlockCommon, BlockFormats, ChannelLock, DirectSpeakersBlock, ExclusionZone,
    HeadphoneVirtualise, HoaBlock, JumpPosition, MatrixBlock, MatrixCoefficient, ObjectDivergence,
    ObjectsBlock, ObjectsSpecial,
};
pub use common_definitions::COMMON_DEFINITIONS;
pub use elements::{
    AlternativeValueSet, AudioChannelFormat, AudioContent, AudioObject, AudioPackFormat, AudioProgramme,
    AudioStreamFormat, AudioTrackFormat, AudioTrackUid, AuthoringInformation, AuthoringRenderer, Dialogue,
    Document, Envelope, Frequency, Label, LoudnessMetadata, MxfLookUp, ObjectInteraction, Profile, TagGroup,
    TypeDefinition, Unknown,
};
pub use error::{Error, ErrorKind};
pub use ids::{AdmId, BlockId, IdKind};
pub use index::Index;
pub use position::{
    Bound, CartesianPosition, DirectSpeakersPosition, Gain, ObjectPosition, PolarPosition, PositionOffset,
    ScreenEdgeLock,
};
pub use screen::{Screen, ScreenCentre};
pub use time::{AdmTime, TimeError, TimeForm};
pub use xml::{EnvelopeForm, WriteOptions, read, read_str, write};
