//! The rules of Rec. ITU-R BS.2168-0 (02/2025), as the EBU ADM Toolbox (2024-02) checks them for levels 0 to 2.

use crate::profile::Rule;

pub(super) const VERSION: Rule = Rule::error(
    "emission/version",
    "version ITU-R_BS.2076-3",
    "write that version",
    "Rec. ITU-R BS.2168-0, §2.1.2; ebu-adm-toolbox validate",
);
pub(super) const PROFILE_LIST: Rule = Rule::error(
    "emission/profile-list",
    "a profileList with this profile and its level 0, 1 or 2",
    "add the profile element",
    "Rec. ITU-R BS.2168-0, §2.1.10",
);
pub(super) const LEVEL: Rule = Rule::info(
    "emission/level",
    "the level that the document fits",
    "declare that level",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const PROGRAMME_COUNT: Rule = Rule::error(
    "emission/programme-count",
    "1 to 8 programmes (level 1), 1 to 16 (level 2)",
    "remove programmes or declare a higher level",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const CONTENT_COUNT: Rule = Rule::error(
    "emission/content-count",
    "1 to 16 contents (level 1), 1 to 28 (level 2)",
    "remove contents or declare a higher level",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const OBJECT_COUNT: Rule = Rule::error(
    "emission/object-count",
    "1 to 48 objects (level 1), 1 to 84 (level 2)",
    "merge objects or declare a higher level",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const PACK_COUNT: Rule = Rule::error(
    "emission/pack-count",
    "at most 32 packs (level 1), 56 (level 2)",
    "merge packs or declare a higher level",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const CHANNEL_COUNT: Rule = Rule::error(
    "emission/channel-count",
    "at most 32 channels (level 1), 56 (level 2)",
    "merge channels or declare a higher level",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const UID_COUNT: Rule = Rule::error(
    "emission/uid-count",
    "1 to 32 track UIDs (level 1), 1 to 56 (level 2)",
    "merge tracks or declare a higher level",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const PROGRAMME_CONTENTS: Rule = Rule::error(
    "emission/programme-contents",
    "1 to 16 contents of a programme (level 1), 1 to 28 (level 2)",
    "merge contents",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const OBJECT_OBJECTS: Rule = Rule::error(
    "emission/object-objects",
    "at most 16 nested objects (level 1), 28 (level 2)",
    "split the group",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const OBJECT_TRACKS: Rule = Rule::error(
    "emission/object-tracks",
    "at most 12 tracks of an object (level 1), 24 (level 2)",
    "split the object",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const LABEL_COUNT: Rule = Rule::error(
    "emission/label-count",
    "at most 4 labels of an element (level 1), 8 (level 2)",
    "remove labels",
    "Rec. ITU-R BS.2168-0, §2.3",
);
pub(super) const PACK_CHANNELS: Rule = Rule::error(
    "emission/pack-channels",
    "at most 24 channels in a pack",
    "split the pack",
    "Rec. ITU-R BS.2168-0, §2.1.6",
);
pub(super) const CONTENT_OBJECTS: Rule = Rule::error(
    "emission/content-objects",
    "exactly one audioObjectIDRef in a content",
    "group the objects under one, or split the content",
    "Rec. ITU-R BS.2168-0, §2.1.4",
);
pub(super) const CONTENT_DIALOGUE: Rule = Rule::error(
    "emission/content-dialogue",
    "a dialogue element",
    "add the dialogue element",
    "Rec. ITU-R BS.2168-0, §2.1.4, table 8",
);
pub(super) const OBJECT_PACK: Rule = Rule::error(
    "emission/object-pack",
    "at most one audioPackFormatIDRef",
    "split the object",
    "Rec. ITU-R BS.2168-0, §2.1.5",
);
pub(super) const OBJECT_FORM: Rule = Rule::error(
    "emission/object-form",
    "either audioObjectIDRefs, or a pack with track UIDs",
    "separate groups from objects with sound",
    "Rec. ITU-R BS.2168-0, §2.1.5",
);
pub(super) const OBJECT_INTERACT: Rule = Rule::error(
    "emission/object-interact",
    "an interact attribute",
    "write interact 0 or 1",
    "Rec. ITU-R BS.2168-0, §2.1.5, table 9",
);
pub(super) const OBJECT_ATTRIBUTES: Rule = Rule::error(
    "emission/object-attributes",
    "no start, duration, dialogue, importance or disableDucking",
    "remove the attribute; give blocks the times",
    "Rec. ITU-R BS.2168-0, §2.1.5, table 9",
);
pub(super) const SILENT_TRACK: Rule = Rule::warning(
    "emission/silent-track",
    "a real track for each channel",
    "add a silent track and its track UID",
    "ebu-adm-toolbox remove_silent_atu",
);
pub(super) const NAME_LENGTH: Rule = Rule::error(
    "emission/name-length",
    "names and labels of 1 to 64 characters",
    "shorten or fill the name",
    "Rec. ITU-R BS.2168-0, §2.1",
);
pub(super) const LABEL_LANGUAGE: Rule = Rule::error(
    "emission/label-language",
    "a language for each label, none twice in an element",
    "add or correct the language",
    "Rec. ITU-R BS.2168-0, §2.1",
);
pub(super) const LANGUAGE: Rule = Rule::error(
    "emission/language",
    "a language code of three letters (ISO 639-2)",
    "write the three-letter code",
    "Rec. ITU-R BS.2168-0, §2.1.3, §2.1.4",
);
pub(super) const LOUDNESS: Rule = Rule::error(
    "emission/loudness",
    "loudnessMetadata with integratedLoudness in each programme",
    "measure the programme and write it",
    "Rec. ITU-R BS.2168-0, §2.1.3",
);
pub(super) const UID_REFERENCES: Rule = Rule::error(
    "emission/uid-references",
    "exactly one channel and one pack, no track format",
    "refer to the channel itself",
    "Rec. ITU-R BS.2168-0, §2.1.9",
);
pub(super) const NO_TRACK_FORMATS: Rule = Rule::error(
    "emission/no-track-formats",
    "neither audioTrackFormat nor audioStreamFormat",
    "remove them; track UIDs refer to channels",
    "Rec. ITU-R BS.2168-0, §2.1.1",
);
pub(super) const POSITION_RANGE: Rule = Rule::error(
    "emission/position-range",
    "distance 0 to 1; X, Y and Z from -1 to 1",
    "bring the position into range",
    "Rec. ITU-R BS.2168-0, §2.1.8, table 24",
);
pub(super) const DIVERGENCE: Rule = Rule::error(
    "emission/divergence",
    "azimuthRange in polar and positionRange in Cartesian blocks, and not the other",
    "write the range of the block's coordinates",
    "Rec. ITU-R BS.2168-0, §2.1.8",
);
pub(super) const JUMP_POSITION: Rule = Rule::error(
    "emission/jump-position",
    "no jumpPosition",
    "interpolate over the whole block instead",
    "ebu-adm-toolbox remove_jump_position",
);
pub(super) const BLOCK_DURATION: Rule = Rule::error(
    "emission/block-duration",
    "blocks of 5 ms or more, except the first",
    "merge short blocks",
    "ebu-adm-toolbox resample_blocks",
);
pub(super) const BLOCK_ELEMENTS: Rule = Rule::warning(
    "emission/block-elements",
    "no gain, extent, diffuse, channelLock, screenRef, headLocked or headphoneVirtualise in a block",
    "remove the element",
    "ebu-adm-toolbox drop_blockformat_subelements",
);
pub(super) const INTERACTION_RANGE: Rule = Rule::warning(
    "emission/interaction-range",
    "azimuth -30 to 30 degrees or X -1 to 1 only; gain up to 31 dB; no onOffInteract",
    "limit the interaction",
    "ebu-adm-toolbox limit_interaction",
);

/// Every rule, in the order of this page.
pub(in crate::profile) const RULES: &[&Rule] = &[
    &VERSION,
    &PROFILE_LIST,
    &LEVEL,
    &PROGRAMME_COUNT,
    &CONTENT_COUNT,
    &OBJECT_COUNT,
    &PACK_COUNT,
    &CHANNEL_COUNT,
    &UID_COUNT,
    &PROGRAMME_CONTENTS,
    &OBJECT_OBJECTS,
    &OBJECT_TRACKS,
    &LABEL_COUNT,
    &PACK_CHANNELS,
    &CONTENT_OBJECTS,
    &CONTENT_DIALOGUE,
    &OBJECT_PACK,
    &OBJECT_FORM,
    &OBJECT_INTERACT,
    &OBJECT_ATTRIBUTES,
    &SILENT_TRACK,
    &NAME_LENGTH,
    &LABEL_LANGUAGE,
    &LANGUAGE,
    &LOUDNESS,
    &UID_REFERENCES,
    &NO_TRACK_FORMATS,
    &POSITION_RANGE,
    &DIVERGENCE,
    &JUMP_POSITION,
    &BLOCK_DURATION,
    &BLOCK_ELEMENTS,
    &INTERACTION_RANGE,
];
