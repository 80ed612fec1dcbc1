//! The rules of Rec. ITU-R BS.2076-2 (10/2019), in the order of the checks.

use crate::profile::Rule;

// ---- ids (§6)
pub(super) const ID_MISSING: Rule = Rule::error(
    "bs2076/id-missing",
    "every element has its id attribute",
    "give the element an id that no other has",
    "BS.2076-2 §6",
);
pub(super) const ID_FORM: Rule = Rule::error(
    "bs2076/id-form",
    "APR_hhhh, ACO_hhhh, AO_hhhh, AVS_hhhh_hhhh, AP_hhhhhhhh, AC_hhhhhhhh, AS_hhhhhhhh, AT_hhhhhhhh_hh, \
     ATU_hhhhhhhh (h: hexadecimal digit)",
    "write the id in that form, and every reference to it",
    "BS.2076-2 §6",
);
pub(super) const ID_DUPLICATE: Rule = Rule::error(
    "bs2076/id-duplicate",
    "one element per id",
    "number one of them anew; readers disagree on which is meant",
    "BS.2076-2 §6",
);
pub(super) const ID_TYPE: Rule = Rule::error(
    "bs2076/id-type",
    "the digits yyyy of the id are the typeLabel of the element",
    "renumber the element, or correct its typeDefinition",
    "BS.2076-2 §6",
);
pub(super) const ID_RESERVED: Rule = Rule::info(
    "bs2076/id-reserved",
    "0001 to 0fff are the common definitions' numbers; an own element starts at 1001",
    "leave common definitions out of the axml, or renumber the own element from 1001",
    "BS.2076-2 §6; BS.2094-1",
);
pub(super) const BLOCK_ID_CHANNEL: Rule = Rule::warning(
    "bs2076/block-id-channel",
    "AB_yyyyxxxx_zzzzzzzz with the digits yyyyxxxx of the channel that holds the block",
    "renumber the block after its channel",
    "BS.2076-2 §6",
);
pub(super) const BLOCK_ID_SEQUENCE: Rule = Rule::warning(
    "bs2076/block-id-sequence",
    "zzzzzzzz counts from 00000001 upwards by one",
    "renumber the blocks of the channel",
    "BS.2076-2 §6",
);
pub(super) const NAME_MISSING: Rule = Rule::warning(
    "bs2076/name-missing",
    "every element has its name attribute",
    "give the element a name",
    "BS.2076-2 §5",
);

// ---- references (§5)
pub(super) const REFERENCE_DANGLING: Rule = Rule::error(
    "bs2076/reference-dangling",
    "a reference to an element of this document or to a common definition",
    "add the element that is missing or remove the reference",
    "BS.2076-2 §5",
);
pub(super) const REFERENCE_KIND: Rule = Rule::error(
    "bs2076/reference-kind",
    "an id of the kind that the reference is for",
    "correct the id in the reference",
    "BS.2076-2 §6",
);
pub(super) const REFERENCE_DUPLICATE: Rule = Rule::warning(
    "bs2076/reference-duplicate",
    "each element referred to once",
    "remove the second reference; a renderer may play the element twice",
    "BS.2076-2 §5",
);
pub(super) const OBJECT_CYCLE: Rule = Rule::error(
    "bs2076/object-cycle",
    "nested objects without a loop",
    "remove one of the audioObjectIDRefs",
    "BS.2127-1 §5.2",
);
pub(super) const PACK_CYCLE: Rule = Rule::error(
    "bs2076/pack-cycle",
    "nested packs without a loop",
    "remove one of the audioPackFormatIDRefs",
    "BS.2127-1 §5.2",
);
pub(super) const UNREACHED: Rule = Rule::info(
    "bs2076/unreached",
    "everything in the document is used by a programme",
    "refer to the element, or remove it",
    "BS.2076-2 §5",
);

// ---- structure (§5)
pub(super) const PROGRAMME_NONE: Rule = Rule::warning(
    "bs2076/programme-none",
    "at least one audioProgramme",
    "add a programme that names the contents; without one every object plays",
    "BS.2076-2 §5.8",
);
pub(super) const PROGRAMME_EMPTY: Rule = Rule::error(
    "bs2076/programme-empty",
    "one or more audioContentIDRefs",
    "refer to the contents of the programme",
    "BS.2076-2 §5.8",
);
pub(super) const CONTENT_EMPTY: Rule = Rule::error(
    "bs2076/content-empty",
    "one or more audioObjectIDRefs",
    "refer to the objects of the content",
    "BS.2076-2 §5.7",
);
pub(super) const OBJECT_EMPTY: Rule = Rule::warning(
    "bs2076/object-empty",
    "an audioPackFormatIDRef with audioTrackUIDRefs, or audioObjectIDRefs",
    "give the object its pack and tracks, or remove it",
    "BS.2076-2 §5.6",
);
pub(super) const OBJECT_PACK_MISSING: Rule = Rule::error(
    "bs2076/object-pack-missing",
    "an object with tracks refers to the pack that says what they are",
    "add the audioPackFormatIDRef",
    "BS.2076-2 §5.6",
);
pub(super) const OBJECT_TRACKS_MISSING: Rule = Rule::warning(
    "bs2076/object-tracks-missing",
    "an object with a pack refers to a track UID per channel",
    "add the audioTrackUIDRefs (ATU_00000000 for a silent channel)",
    "BS.2076-2 §5.6",
);
pub(super) const OBJECT_TRACK_COUNT: Rule = Rule::error(
    "bs2076/object-track-count",
    "as many track UIDs as the object's packs have channels",
    "refer to exactly one track UID per channel",
    "BS.2127-1 §5.2",
);
pub(super) const OBJECT_UID_PACK: Rule = Rule::error(
    "bs2076/object-uid-pack",
    "the pack of each track UID is the object's pack or one nested in it",
    "correct the audioPackFormatIDRef of the track UID or of the object",
    "BS.2127-1 §5.2",
);
pub(super) const COMPLEMENTARY_SELF: Rule = Rule::error(
    "bs2076/complementary-self",
    "an object is complementary to others, not to itself",
    "remove the audioComplementaryObjectIDRef",
    "BS.2076-2 §5.6.3",
);
pub(super) const PACK_EMPTY: Rule = Rule::error(
    "bs2076/pack-empty",
    "audioChannelFormatIDRefs or audioPackFormatIDRefs",
    "refer to the channels of the pack",
    "BS.2076-2 §5.5",
);
pub(super) const PACK_TYPE_MISSING: Rule = Rule::error(
    "bs2076/pack-type-missing",
    "typeDefinition or typeLabel of DirectSpeakers, Matrix, Objects, HOA or Binaural (0001 to 0005)",
    "add the attribute",
    "BS.2076-2 §5.5",
);
pub(super) const PACK_TYPE_MIXED: Rule = Rule::error(
    "bs2076/pack-type-mixed",
    "channels and packs of one type",
    "correct the typeDefinitions, or move the channel to a pack of its type",
    "BS.2076-2 §5.5",
);
pub(super) const CHANNEL_TYPE_UNKNOWN: Rule = Rule::error(
    "bs2076/channel-type-unknown",
    "typeDefinition or typeLabel of DirectSpeakers, Matrix, Objects, HOA or Binaural (0001 to 0005)",
    "correct the attribute; the blocks can't be rendered",
    "BS.2076-2 §5.3",
);
pub(super) const CHANNEL_EMPTY: Rule = Rule::error(
    "bs2076/channel-empty",
    "one or more audioBlockFormats",
    "add a block with the channel's position",
    "BS.2076-2 §5.3",
);
pub(super) const STREAM_NOWHERE: Rule = Rule::error(
    "bs2076/stream-reference-missing",
    "an audioChannelFormatIDRef (PCM) or an audioPackFormatIDRef (coded sound)",
    "refer to the channel of the stream",
    "BS.2076-2 §5.2",
);
pub(super) const STREAM_DUAL: Rule = Rule::warning(
    "bs2076/stream-dual-reference",
    "a channel or a pack, not both",
    "remove the audioPackFormatIDRef of a PCM stream; the ITU reference renderer refuses both",
    "BS.2076-2 §5.2",
);
pub(super) const TRACK_FORMAT_NOWHERE: Rule = Rule::error(
    "bs2076/track-format-stream-missing",
    "an audioStreamFormatIDRef",
    "refer to the stream of the track format",
    "BS.2076-2 §5.1",
);
pub(super) const UID_NOWHERE: Rule = Rule::error(
    "bs2076/uid-reference-missing",
    "an audioTrackFormatIDRef or an audioChannelFormatIDRef",
    "say which channel the track carries",
    "BS.2076-2 §5.9",
);
pub(super) const UID_PACK_MISSING: Rule = Rule::warning(
    "bs2076/uid-pack-missing",
    "an audioPackFormatIDRef",
    "refer to the pack of the channel",
    "BS.2076-2 §5.9",
);
pub(super) const UID_DUAL: Rule = Rule::warning(
    "bs2076/uid-dual-reference",
    "a track format or a channel format, not both",
    "remove the audioTrackFormatIDRef",
    "BS.2076-2 §5.9",
);
pub(super) const UID_CHANNEL_NOT_IN_PACK: Rule = Rule::error(
    "bs2076/uid-channel-not-in-pack",
    "a channel of the track UID's pack",
    "correct the pack or the channel that the track UID refers to",
    "BS.2127-1 §5.2",
);

// ---- values (§5.4, §5.5, §5.6, §5.8, §8 to §10)
pub(super) const IMPORTANCE: Rule =
    Rule::error("bs2076/importance-range", "0 to 10", "correct the importance", "BS.2076-2 §9.2");
pub(super) const DIALOGUE: Rule = Rule::error(
    "bs2076/dialogue-range",
    "dialogue 0 to 2; nonDialogueContentKind 0 to 2, dialogueContentKind 0 to 6, mixedContentKind 0 to 3",
    "correct the number",
    "BS.2076-2 §5.6.1, §5.7.3",
);
pub(super) const LANGUAGE: Rule = Rule::warning(
    "bs2076/language-code",
    "an ISO 639 code of two or three letters",
    "write the code of the language (en, eng)",
    "BS.2076-2 §5.7, §5.8",
);
pub(super) const DUCKING: Rule =
    Rule::error("bs2076/ducking-depth-range", "-62 to 0 dB", "correct maxDuckingDepth", "BS.2076-2 §5.8");
pub(super) const SCREEN: Rule = Rule::error(
    "bs2076/screen-range",
    "an aspect ratio and a width above 0, of finite numbers",
    "correct audioProgrammeReferenceScreen or remove it",
    "BS.2076-2 §5.8.3",
);
pub(super) const GAIN: Rule = Rule::error(
    "bs2076/gain-finite",
    "a finite factor, or decibels (-inf allowed)",
    "correct the gain",
    "BS.2076-2 §9.1",
);
pub(super) const FREQUENCY: Rule = Rule::error(
    "bs2076/frequency-range",
    "a frequency above 0 Hz",
    "correct or remove the frequency element",
    "BS.2076-2 §5.3",
);
pub(super) const POLAR_RANGE: Rule = Rule::error(
    "bs2076/position-polar-range",
    "azimuth -180 to 180, elevation -90 to 90 degrees, distance 0 or more",
    "write the angle in that range",
    "BS.2076-2 §8",
);
pub(super) const CARTESIAN_RANGE: Rule = Rule::warning(
    "bs2076/position-cartesian-range",
    "X, Y and Z from -1 to 1",
    "bring the position into the cube",
    "BS.2076-2 §8",
);
pub(super) const POSITION_FINITE: Rule =
    Rule::error("bs2076/position-finite", "finite numbers", "correct the position", "BS.2076-2 §8");
pub(super) const EXTENT_RANGE: Rule = Rule::error(
    "bs2076/extent-range",
    "polar: width and height 0 to 360 degrees, depth 0 to 1; Cartesian: width, height and depth 0 to 1",
    "correct the extent",
    "BS.2076-2 §5.4.3.3",
);
pub(super) const DIFFUSE_RANGE: Rule =
    Rule::error("bs2076/diffuse-range", "0 to 1", "correct diffuse", "BS.2076-2 §10.1");
pub(super) const DIVERGENCE_RANGE: Rule = Rule::error(
    "bs2076/divergence-range",
    "objectDivergence 0 to 1, azimuthRange 0 to 180 degrees, positionRange 0 to 1",
    "correct objectDivergence",
    "BS.2076-2 §10.4",
);
pub(super) const DIVERGENCE_FORM: Rule = Rule::warning(
    "bs2076/divergence-coordinates",
    "azimuthRange in polar blocks, positionRange in Cartesian ones",
    "use the range of the block's coordinates; the other is not used",
    "BS.2076-2 §10.4",
);
pub(super) const ZONE_RANGE: Rule = Rule::warning(
    "bs2076/zone-range",
    "minima not above maxima, within -1 to 1 (Cartesian), -180 to 180 and -90 to 90 degrees (polar)",
    "correct the zone",
    "BS.2076-2 §10.3",
);
pub(super) const LOCK_RANGE: Rule = Rule::error(
    "bs2076/channel-lock-range",
    "maxDistance 0 to 2 for polar and 0 to 2√3 for Cartesian positions",
    "correct maxDistance",
    "BS.2076-2 §10.2",
);
pub(super) const JUMP_UNUSED: Rule = Rule::warning(
    "bs2076/interpolation-length-unused",
    "interpolationLength only with jumpPosition 1",
    "set jumpPosition to 1, or remove interpolationLength",
    "BS.2076-2 §9.3",
);
pub(super) const JUMP_LONG: Rule = Rule::error(
    "bs2076/interpolation-length-long",
    "an interpolationLength not above the duration of the block",
    "shorten interpolationLength",
    "BS.2076-2 §9.3",
);
pub(super) const LABEL_MISSING: Rule = Rule::warning(
    "bs2076/speaker-label-missing",
    "a speakerLabel in each DirectSpeakers block",
    "add the BS.2051 label; without it the loudspeaker is chosen by position only",
    "BS.2076-2 §5.4.3.1",
);
pub(super) const HOA_DEGREE: Rule = Rule::error(
    "bs2076/hoa-order-degree",
    "order 0 or more and degree from -order to order, or an equation",
    "correct order and degree",
    "BS.2076-2 §5.4.3.4",
);
pub(super) const HOA_NORMALIZATION: Rule = Rule::error(
    "bs2076/hoa-normalization",
    "N3D, SN3D or FuMa",
    "correct normalization",
    "BS.2076-2 §5.4.3.4",
);
pub(super) const HOA_DUPLICATE: Rule = Rule::error(
    "bs2076/hoa-component-duplicate",
    "each order and degree once in a pack",
    "remove or correct the second channel",
    "BS.2127-1 §9",
);
pub(super) const HOA_BLOCKS: Rule = Rule::error(
    "bs2076/hoa-single-block",
    "one block per HOA channel",
    "keep one block without rtime and duration; HOA has nothing that moves",
    "BS.2127-1 §9",
);

// ---- times (§5.4.1, §5.6.1, §5.8.1, §5.13)
pub(super) const PROGRAMME_TIMES: Rule = Rule::error(
    "bs2076/programme-times",
    "an end after the start",
    "correct start and end of the programme",
    "BS.2076-2 §5.8.1",
);
pub(super) const PROGRAMME_FILE: Rule = Rule::warning(
    "bs2076/programme-past-file",
    "a programme that ends with the file or before",
    "correct the end; what is missing plays as silence",
    "BS.2076-2 §5.8.1",
);
pub(super) const OBJECT_FILE: Rule = Rule::warning(
    "bs2076/object-past-file",
    "an object that ends with the file or before",
    "correct start or duration; what is missing plays as silence",
    "BS.2076-2 §5.6.1",
);
pub(super) const OBJECT_LENGTH: Rule = Rule::warning(
    "bs2076/object-duration-zero",
    "a duration above 0",
    "correct the duration; the object is never heard",
    "BS.2076-2 §5.6.1",
);
pub(super) const BLOCK_HALF_TIMED: Rule = Rule::error(
    "bs2076/block-times-incomplete",
    "rtime and duration, or neither",
    "add the attribute that is missing",
    "BS.2076-2 §5.4.1",
);
pub(super) const BLOCK_UNTIMED: Rule = Rule::error(
    "bs2076/block-times-missing",
    "rtime and duration in each of several blocks",
    "time the blocks, or keep one",
    "BS.2076-2 §5.4.1",
);
pub(super) const BLOCK_ORDER: Rule = Rule::error(
    "bs2076/block-order",
    "blocks in the order of time",
    "sort the blocks by rtime",
    "BS.2076-2 §5.4.1",
);
pub(super) const BLOCK_OVERLAP: Rule = Rule::error(
    "bs2076/block-overlap",
    "a block that starts when the one before has ended",
    "shorten the block before",
    "BS.2076-2 §5.4.1",
);
pub(super) const BLOCK_ROUNDING: Rule = Rule::warning(
    "bs2076/block-rounding",
    "a block that starts exactly when the one before ends",
    "write rtime and duration so that they add up, or in samples (S48000)",
    "BS.2076-2 §5.4.1",
);
pub(super) const BLOCK_GAP: Rule = Rule::warning(
    "bs2076/block-gap",
    "blocks without gaps",
    "lengthen the block before; nothing is heard in the gap and no movement crosses it",
    "BS.2076-2 §5.4.1",
);
pub(super) const BLOCK_FIRST: Rule = Rule::warning(
    "bs2076/block-first-late",
    "a first block that starts with the object, at 00:00:00.00000",
    "start the first block at 0; before it the object is not heard",
    "BS.2076-2 §5.4.1",
);
pub(super) const BLOCK_ZERO: Rule = Rule::warning(
    "bs2076/block-duration-zero",
    "a duration above 0",
    "remove the block or give it a length",
    "BS.2076-2 §5.4.1",
);
pub(super) const BLOCK_PAST_OBJECT: Rule = Rule::error(
    "bs2076/block-past-object",
    "blocks that end with their object or before",
    "shorten the last block or lengthen the object",
    "BS.2076-2 §5.4.1",
);

// ---- version (§5.12)
pub(super) const VERSION_UNKNOWN: Rule = Rule::warning(
    "bs2076/version-unknown",
    "ITU-R_BS.2076-1, ITU-R_BS.2076-2 or ITU-R_BS.2076-3",
    "correct the version attribute of audioFormatExtended",
    "BS.2076-2 §5.12",
);
pub(super) const VERSION_FEATURE: Rule = Rule::error(
    "bs2076/version-2-feature",
    "only what BS.2076-1 has, in a document that doesn't say version ITU-R_BS.2076-2",
    "add version=\"ITU-R_BS.2076-2\" to audioFormatExtended, or remove the element",
    "BS.2076-2 §5.12",
);

// ---- chna (§7, BS.2088)
pub(super) const CHNA_MISSING: Rule = Rule::error(
    "bs2076/chna-missing",
    "a chna chunk that ties tracks to track UIDs",
    "add the chunk (`proscenium chunks` can put one in)",
    "BS.2088-1 §8",
);
pub(super) const CHNA_TRACK: Rule = Rule::error(
    "bs2076/chna-track-range",
    "a track index from 1 to the number of tracks",
    "correct the track index",
    "BS.2088-1 §8",
);
pub(super) const CHNA_DUPLICATE: Rule = Rule::error(
    "bs2076/chna-uid-duplicate",
    "each track UID on one row",
    "remove the second row",
    "BS.2088-1 §8",
);
pub(super) const CHNA_UNKNOWN: Rule = Rule::error(
    "bs2076/chna-uid-unknown",
    "track UIDs that the axml has",
    "add the audioTrackUID to the axml, or remove the row",
    "BS.2076-2 §7",
);
pub(super) const CHNA_ABSENT: Rule = Rule::error(
    "bs2076/uid-not-in-chna",
    "a chna row for each audioTrackUID",
    "add the row, or remove the audioTrackUID",
    "BS.2076-2 §7",
);
pub(super) const CHNA_MISMATCH: Rule = Rule::error(
    "bs2076/chna-reference-mismatch",
    "the track, channel and pack references of the axml's audioTrackUID",
    "write the chna chunk anew from the axml",
    "BS.2076-2 §7",
);
pub(super) const CHNA_DANGLING: Rule = Rule::error(
    "bs2076/chna-reference-dangling",
    "references to elements of the axml or to common definitions",
    "correct the row",
    "BS.2076-2 §7",
);
pub(super) const TRACK_UNUSED: Rule = Rule::info(
    "bs2076/track-unused",
    "every track of the file has a track UID",
    "list the track in chna, or leave it out of the file",
    "BS.2088-1 §8",
);
pub(super) const UID_RATE: Rule = Rule::error(
    "bs2076/uid-sample-rate",
    "the sample rate of the file",
    "correct sampleRate of the audioTrackUID",
    "BS.2076-2 §5.9",
);
pub(super) const UID_BITS: Rule = Rule::warning(
    "bs2076/uid-bit-depth",
    "the bit depth of the file",
    "correct bitDepth of the audioTrackUID",
    "BS.2076-2 §5.9",
);

/// Every rule, in the order of this page.
pub(in crate::profile) const RULES: &[&Rule] = &[
    &ID_MISSING,
    &ID_FORM,
    &ID_DUPLICATE,
    &ID_TYPE,
    &ID_RESERVED,
    &BLOCK_ID_CHANNEL,
    &BLOCK_ID_SEQUENCE,
    &NAME_MISSING,
    &REFERENCE_DANGLING,
    &REFERENCE_KIND,
    &REFERENCE_DUPLICATE,
    &OBJECT_CYCLE,
    &PACK_CYCLE,
    &UNREACHED,
    &PROGRAMME_NONE,
    &PROGRAMME_EMPTY,
    &CONTENT_EMPTY,
    &OBJECT_EMPTY,
    &OBJECT_PACK_MISSING,
    &OBJECT_TRACKS_MISSING,
    &OBJECT_TRACK_COUNT,
    &OBJECT_UID_PACK,
    &COMPLEMENTARY_SELF,
    &PACK_EMPTY,
    &PACK_TYPE_MISSING,
    &PACK_TYPE_MIXED,
    &CHANNEL_TYPE_UNKNOWN,
    &CHANNEL_EMPTY,
    &STREAM_NOWHERE,
    &STREAM_DUAL,
    &TRACK_FORMAT_NOWHERE,
    &UID_NOWHERE,
    &UID_PACK_MISSING,
    &UID_DUAL,
    &UID_CHANNEL_NOT_IN_PACK,
    &IMPORTANCE,
    &DIALOGUE,
    &LANGUAGE,
    &DUCKING,
    &SCREEN,
    &GAIN,
    &FREQUENCY,
    &POLAR_RANGE,
    &CARTESIAN_RANGE,
    &POSITION_FINITE,
    &EXTENT_RANGE,
    &DIFFUSE_RANGE,
    &DIVERGENCE_RANGE,
    &DIVERGENCE_FORM,
    &ZONE_RANGE,
    &LOCK_RANGE,
    &JUMP_UNUSED,
    &JUMP_LONG,
    &LABEL_MISSING,
    &HOA_DEGREE,
    &HOA_NORMALIZATION,
    &HOA_DUPLICATE,
    &HOA_BLOCKS,
    &PROGRAMME_TIMES,
    &PROGRAMME_FILE,
    &OBJECT_FILE,
    &OBJECT_LENGTH,
    &BLOCK_HALF_TIMED,
    &BLOCK_UNTIMED,
    &BLOCK_ORDER,
    &BLOCK_OVERLAP,
    &BLOCK_ROUNDING,
    &BLOCK_GAP,
    &BLOCK_FIRST,
    &BLOCK_ZERO,
    &BLOCK_PAST_OBJECT,
    &VERSION_UNKNOWN,
    &VERSION_FEATURE,
    &CHNA_MISSING,
    &CHNA_TRACK,
    &CHNA_DUPLICATE,
    &CHNA_UNKNOWN,
    &CHNA_ABSENT,
    &CHNA_MISMATCH,
    &CHNA_DANGLING,
    &TRACK_UNUSED,
    &UID_RATE,
    &UID_BITS,
];
