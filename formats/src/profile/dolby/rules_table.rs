//! The rules of the Dolby Atmos Master ADM Profile, v1.0 of 2019-07-22 and v1.1, as published rule checkers state them
//! (table numbers are those of v1.0; MediaInfoLib File_Adm for v1.1).

use crate::profile::Rule;

pub(super) const SAMPLE_RATE: Rule = Rule::error(
    "dolby-1.1/sample-rate",
    "48000 or 96000 Hz",
    "convert the file to 48 kHz",
    "Dolby Atmos Master ADM Profile v1.0, general requirements",
);
pub(super) const BIT_DEPTH: Rule = Rule::error(
    "dolby-1.1/bit-depth",
    "24-bit integer PCM",
    "write the file with 24 bits",
    "Dolby Atmos Master ADM Profile v1.0, v1.1, general requirements",
);
pub(super) const TRACK_COUNT: Rule = Rule::error(
    "dolby-1.1/track-count",
    "at most 128 tracks",
    "merge objects or split the programme",
    "Dolby Atmos Master ADM Profile v1.0, general requirements",
);
pub(super) const CHUNK_MISSING: Rule = Rule::error(
    "dolby-1.1/chunk-missing",
    "fmt, data, axml and chna chunks",
    "write the chunk that is missing",
    "Dolby Atmos Master ADM Profile v1.0, file format",
);
pub(super) const DBMD_MISSING: Rule = Rule::warning(
    "dolby-1.1/dbmd-missing",
    "a dbmd chunk with Dolby's own metadata",
    "export from a Dolby tool, or copy a dbmd chunk in with `proscenium chunks`",
    "file format; EBU Tech 3285 s6",
);
pub(super) const DBMD_LENGTH: Rule = Rule::error(
    "dolby-1.1/dbmd-length",
    "at most 6144 bytes",
    "write the dbmd chunk anew",
    "DolbyLaboratories/dbmd-atmos-parser",
);
pub(super) const DBMD_CHECKSUM: Rule = Rule::error(
    "dolby-1.1/dbmd-checksum",
    "segments whose checksums hold",
    "write the dbmd chunk anew",
    "EBU Tech 3285 s6",
);
pub(super) const DBMD_ATMOS: Rule = Rule::warning(
    "dolby-1.1/dbmd-atmos",
    "a segment 9, Dolby Atmos metadata, in the dbmd chunk",
    "write the dbmd chunk anew",
    "DolbyLaboratories/dbmd-atmos-parser",
);
pub(super) const DBMD_ELEMENTS: Rule = Rule::warning(
    "dolby-1.1/dbmd-elements",
    "segment 10 counts the bed channels and objects of the file",
    "write the dbmd chunk anew",
    "DolbyLaboratories/dbmd-atmos-parser",
);
pub(super) const PROGRAMME_COUNT: Rule = Rule::error(
    "dolby-1.1/programme-count",
    "exactly one audioProgramme",
    "keep one programme",
    "Dolby Atmos Master ADM Profile v1.0, table 21",
);
pub(super) const PROGRAMME_ID: Rule = Rule::error(
    "dolby-1.1/programme-id",
    "APR_1001",
    "renumber the programme",
    "Dolby Atmos Master ADM Profile v1.0, table 21",
);
pub(super) const PROGRAMME_NAME: Rule = Rule::info(
    "dolby-1.1/programme-name",
    "Atmos_Master, as Dolby's tools name it",
    "rename the programme where a tool insists on it",
    "seen in masters of Dolby's tools",
);
pub(super) const PROGRAMME_SPAN: Rule = Rule::error(
    "dolby-1.1/programme-span",
    "start and end, as long as the file within 0.2 %",
    "write start and end of the file's length",
    "Dolby Atmos Master ADM Profile v1.0, table 21; MediaInfoLib File_Adm",
);
pub(super) const PROGRAMME_CONTENTS: Rule = Rule::error(
    "dolby-1.1/programme-contents",
    "1 to 123 audioContentIDRefs",
    "merge contents",
    "Dolby Atmos Master ADM Profile v1.0, table 22",
);
pub(super) const CONTENT_COUNT: Rule = Rule::error(
    "dolby-1.1/content-count",
    "at most 123 audioContents",
    "merge contents",
    "Dolby Atmos Master ADM Profile v1.0, table 1",
);
pub(super) const CONTENT_ID: Rule = Rule::error(
    "dolby-1.1/content-id",
    "ACO_1001, ACO_1002, … in order",
    "renumber the contents",
    "Dolby Atmos Master ADM Profile v1.0, table 19",
);
pub(super) const CONTENT_DIALOGUE: Rule = Rule::error(
    "dolby-1.1/content-dialogue",
    "<dialogue mixedContentKind=\"0\">2</dialogue>",
    "write the dialogue element so",
    "Dolby Atmos Master ADM Profile v1.0, table 20",
);
pub(super) const AUDIO_OBJECT_COUNT: Rule = Rule::error(
    "dolby-1.1/audio-object-count",
    "at most 123 audioObjects",
    "merge objects",
    "Dolby Atmos Master ADM Profile v1.0, table 1",
);
pub(super) const OBJECT_COUNT: Rule = Rule::error(
    "dolby-1.1/object-count",
    "at most 118 objects of type Objects",
    "merge objects or move some into the bed",
    "Dolby Atmos Master ADM Profile v1.0, general requirements",
);
pub(super) const OBJECT_ID: Rule = Rule::error(
    "dolby-1.1/object-id",
    "AO_1001 to AO_1080 for beds, AO_100b to AO_1080 for objects",
    "renumber the objects",
    "Dolby Atmos Master ADM Profile v1.0, table 17",
);
pub(super) const OBJECT_START: Rule = Rule::error(
    "dolby-1.1/object-start",
    "00:00:00.00000",
    "start the object with the programme and fill with silence",
    "Dolby Atmos Master ADM Profile v1.0, table 17",
);
pub(super) const OBJECT_DURATION: Rule = Rule::error(
    "dolby-1.1/object-duration",
    "the duration of the programme",
    "lengthen the object and fill with silence",
    "Dolby Atmos Master ADM Profile v1.0, table 17",
);
pub(super) const OBJECT_INTERACT: Rule = Rule::error(
    "dolby-1.1/object-interact",
    "interact absent or 0",
    "remove the attribute",
    "Dolby Atmos Master ADM Profile v1.0, table 17",
);
pub(super) const OBJECT_DUCKING: Rule = Rule::error(
    "dolby-1.1/object-ducking",
    "disableDucking absent or 1",
    "remove the attribute",
    "Dolby Atmos Master ADM Profile v1.0, table 17",
);
pub(super) const OBJECT_PACK: Rule = Rule::error(
    "dolby-1.1/object-pack",
    "exactly one audioPackFormatIDRef",
    "split the object",
    "Dolby Atmos Master ADM Profile v1.0, table 18",
);
pub(super) const OBJECT_TRACKS: Rule = Rule::error(
    "dolby-1.1/object-tracks",
    "1 track UID for an object, 1 to 10 for a bed",
    "split the object",
    "Dolby Atmos Master ADM Profile v1.0, table 18",
);
pub(super) const OBJECT_FORBIDDEN: Rule = Rule::error(
    "dolby-1.1/object-forbidden",
    "no audioObjectIDRef, audioComplementaryObjectIDRef or audioObjectInteraction",
    "remove the element",
    "Dolby Atmos Master ADM Profile v1.0, table 18",
);
pub(super) const VERSION_2: Rule = Rule::error(
    "dolby-1.1/version-2",
    "nothing that BS.2076-2 brought",
    "remove the element; write the document as BS.2076-1",
    "Dolby Atmos Master ADM Profile v1.0, general requirements",
);
pub(super) const PACK_COUNT: Rule = Rule::error(
    "dolby-1.1/pack-count",
    "at most 123 audioPackFormats",
    "merge packs",
    "Dolby Atmos Master ADM Profile v1.0, table 1",
);
pub(super) const PACK_TYPE: Rule = Rule::error(
    "dolby-1.1/pack-type",
    "DirectSpeakers or Objects",
    "convert the pack to a bed or to objects",
    "Dolby Atmos Master ADM Profile v1.0, table 14",
);
pub(super) const PACK_NESTED: Rule = Rule::error(
    "dolby-1.1/pack-nested",
    "no audioPackFormatIDRef in a pack",
    "refer to the channels directly",
    "Dolby Atmos Master ADM Profile v1.0, table 15",
);
pub(super) const PACK_CHANNELS: Rule = Rule::error(
    "dolby-1.1/pack-channels",
    "1 channel for Objects, 1 to 10 for DirectSpeakers",
    "split the pack",
    "Dolby Atmos Master ADM Profile v1.0, table 15",
);
pub(super) const BED_CONFIGURATION: Rule = Rule::error(
    "dolby-1.1/bed-configuration",
    "2.0, 3.0, 5.0, 5.1, 7.0, 7.1, 7.0.2 or 7.1.2 in the order L R C LFE, side and rear (or Ls Rs), top",
    "order the channels so, or move others into objects",
    "Dolby Atmos Master ADM Profile v1.0, table 16",
);
pub(super) const CHANNEL_COUNT: Rule = Rule::error(
    "dolby-1.1/channel-count",
    "at most 128 audioChannelFormats",
    "merge objects",
    "Dolby Atmos Master ADM Profile v1.0, table 1",
);
pub(super) const CHANNEL_TYPE: Rule = Rule::error(
    "dolby-1.1/channel-type",
    "DirectSpeakers or Objects",
    "convert the channel",
    "Dolby Atmos Master ADM Profile v1.0, table 6",
);
pub(super) const BED_BLOCKS: Rule = Rule::error(
    "dolby-1.1/bed-blocks",
    "one block per bed channel",
    "keep one block",
    "Dolby Atmos Master ADM Profile v1.0, table 7",
);
pub(super) const BED_TIMES: Rule = Rule::error(
    "dolby-1.1/bed-times",
    "a bed block without rtime and duration",
    "remove the attributes",
    "Dolby Atmos Master ADM Profile v1.0, table 9",
);
pub(super) const BED_LABEL: Rule = Rule::error(
    "dolby-1.1/bed-label",
    "RC_L, RC_R, RC_C, RC_LFE, RC_Lss, RC_Rss, RC_Lrs, RC_Rrs, RC_Lts, RC_Rts, RC_Ls or RC_Rs",
    "write Dolby's label",
    "Dolby Atmos Master ADM Profile v1.0, table 10",
);
pub(super) const BED_POSITION: Rule = Rule::error(
    "dolby-1.1/bed-position",
    "the Cartesian position that belongs to the label",
    "write that position",
    "Dolby Atmos Master ADM Profile v1.0, table 10",
);
pub(super) const BED_NAME: Rule = Rule::error(
    "dolby-1.1/bed-name",
    "the audioChannelFormatName that belongs to the label",
    "rename the channel",
    "Dolby Atmos Master ADM Profile v1.0, table 8",
);
pub(super) const BED_FREQUENCY: Rule = Rule::warning(
    "dolby-1.1/bed-frequency",
    "no frequency element",
    "remove it",
    "Dolby Atmos Master ADM Profile v1.0, table 7",
);
pub(super) const BLOCK_TIMES: Rule = Rule::error(
    "dolby-1.1/block-times",
    "rtime and duration in each block of an object",
    "add the attributes",
    "Dolby Atmos Master ADM Profile v1.0, table 9",
);
pub(super) const BLOCK_CARTESIAN: Rule = Rule::error(
    "dolby-1.1/block-cartesian",
    "cartesian 1",
    "convert the positions to Cartesian",
    "Dolby Atmos Master ADM Profile v1.0, table 11",
);
pub(super) const BLOCK_POSITION: Rule = Rule::error(
    "dolby-1.1/block-position",
    "X, Y and Z from -1 to 1",
    "bring the position into the cube",
    "Dolby Atmos Master ADM Profile v1.0, table 11",
);
pub(super) const BLOCK_SIZE: Rule = Rule::error(
    "dolby-1.1/block-size",
    "width, depth and height alike, 0 to 1",
    "write one size",
    "Dolby Atmos Master ADM Profile v1.0, table 11",
);
pub(super) const BLOCK_JUMP: Rule = Rule::error(
    "dolby-1.1/block-jump",
    "jumpPosition 1 with an interpolationLength",
    "write jumpPosition so",
    "Dolby Atmos Master ADM Profile v1.0, table 11",
);
pub(super) const BLOCK_INTERPOLATION: Rule = Rule::error(
    "dolby-1.1/block-interpolation",
    "interpolationLength 0 in the first block, 250 samples (0.005208 s at 48 kHz) in the others",
    "write interpolationLength so",
    "Dolby Atmos Master ADM Profile v1.0, table 11",
);
pub(super) const BLOCK_INACTIVE: Rule = Rule::error(
    "dolby-1.1/block-inactive",
    "gain only as 0 together with importance 0, on a block that is not heard",
    "put the gain into the sound",
    "Dolby Atmos Master ADM Profile v1.0, table 11",
);
pub(super) const BLOCK_DIFFUSE: Rule = Rule::error(
    "dolby-1.1/block-diffuse",
    "diffuse 0 or 1",
    "round diffuse",
    "Dolby Atmos Master ADM Profile v1.0, table 11",
);
pub(super) const BLOCK_ZONE: Rule = Rule::error(
    "dolby-1.1/block-zone",
    "the boxes of ZM1, ZM2L/R, ZM3L/R, ZM3Lss/Rss, ZM4, ZM5, ZB and ZT",
    "write one of Dolby's zones",
    "Dolby Atmos Master ADM Profile v1.0, tables 12, 13",
);
pub(super) const BLOCK_ZONE_SET: Rule = Rule::error(
    "dolby-1.1/block-zone-set",
    "one of ZM1; ZM2L+R; ZM3L+R+Lss+Rss; ZM4; ZM5; and ZB with ZT or neither",
    "write whole sets",
    "Dolby Atmos Master ADM Profile v1.0, section 2.5.2, table 13",
);
pub(super) const BLOCK_FORBIDDEN: Rule = Rule::error(
    "dolby-1.1/block-forbidden",
    "no objectDivergence, screenRef, screenEdgeLock, maxDistance or headphoneVirtualise",
    "remove the element",
    "Dolby Atmos Master ADM Profile v1.0, table 11",
);
pub(super) const TIME_FORM: Rule = Rule::error(
    "dolby-1.1/time-form",
    "times with five decimals, not in samples",
    "write times as hh:mm:ss.zzzzz",
    "Dolby Atmos Master ADM Profile v1.0, general requirements",
);
pub(super) const STREAM_COUNT: Rule = Rule::error(
    "dolby-1.1/stream-count",
    "at most 128 audioStreamFormats",
    "remove the streams that no track uses",
    "Dolby Atmos Master ADM Profile v1.0, table 1",
);
pub(super) const STREAM_REFERENCES: Rule = Rule::error(
    "dolby-1.1/stream-references",
    "a channel, a pack and a track format",
    "add the reference",
    "Dolby Atmos Master ADM Profile v1.0, table 5",
);
pub(super) const STREAM_FORMAT: Rule = Rule::error(
    "dolby-1.1/stream-format",
    "formatLabel 0001 (PCM)",
    "write formatLabel 0001",
    "Dolby Atmos Master ADM Profile v1.0, table 4",
);
pub(super) const TRACK_FORMAT_COUNT: Rule = Rule::error(
    "dolby-1.1/track-format-count",
    "at most 128 audioTrackFormats",
    "remove the track formats that no track uses",
    "Dolby Atmos Master ADM Profile v1.0, table 1",
);
pub(super) const TRACK_FORMAT: Rule = Rule::error(
    "dolby-1.1/track-format",
    "formatLabel 0001 (PCM), an id that ends in _01, and an audioStreamFormatIDRef",
    "write the track format so",
    "Dolby Atmos Master ADM Profile v1.0, table 2",
);
pub(super) const UID_COUNT: Rule = Rule::error(
    "dolby-1.1/uid-count",
    "at most 128 audioTrackUIDs, one for each track",
    "add or remove track UIDs",
    "Dolby Atmos Master ADM Profile v1.0, table 1",
);
pub(super) const UID_SEQUENCE: Rule = Rule::error(
    "dolby-1.1/uid-sequence",
    "ATU_00000001, ATU_00000002, … in the order of the tracks",
    "renumber the track UIDs",
    "Dolby Atmos Master ADM Profile v1.0, table 23",
);
pub(super) const UID_REFERENCES: Rule = Rule::error(
    "dolby-1.1/uid-references",
    "a track format and a pack",
    "add the reference",
    "Dolby Atmos Master ADM Profile v1.0, table 23",
);
pub(super) const UID_FORMAT: Rule = Rule::error(
    "dolby-1.1/uid-format",
    "the file's sample rate and bit depth",
    "write sampleRate and bitDepth of the file",
    "Dolby Atmos Master ADM Profile v1.0, table 23",
);
pub(super) const CHNA_ROWS: Rule = Rule::error(
    "dolby-1.1/chna-rows",
    "one row per track, in order",
    "write the chna chunk anew",
    "Dolby Atmos Master ADM Profile v1.0, file format",
);
pub(super) const ENVELOPE: Rule = Rule::error(
    "dolby-1.1/envelope",
    "ebuCoreMain with coreMetadata and format around audioFormatExtended",
    "wrap the document so",
    "Dolby Atmos Master ADM Profile v1.0, general requirements",
);

/// Every rule, in the order of this page.
pub(in crate::profile) const RULES: &[&Rule] = &[
    &SAMPLE_RATE,
    &BIT_DEPTH,
    &TRACK_COUNT,
    &CHUNK_MISSING,
    &DBMD_MISSING,
    &DBMD_LENGTH,
    &DBMD_CHECKSUM,
    &DBMD_ATMOS,
    &DBMD_ELEMENTS,
    &PROGRAMME_COUNT,
    &PROGRAMME_ID,
    &PROGRAMME_NAME,
    &PROGRAMME_SPAN,
    &PROGRAMME_CONTENTS,
    &CONTENT_COUNT,
    &CONTENT_ID,
    &CONTENT_DIALOGUE,
    &AUDIO_OBJECT_COUNT,
    &OBJECT_COUNT,
    &OBJECT_ID,
    &OBJECT_START,
    &OBJECT_DURATION,
    &OBJECT_INTERACT,
    &OBJECT_DUCKING,
    &OBJECT_PACK,
    &OBJECT_TRACKS,
    &OBJECT_FORBIDDEN,
    &VERSION_2,
    &PACK_COUNT,
    &PACK_TYPE,
    &PACK_NESTED,
    &PACK_CHANNELS,
    &BED_CONFIGURATION,
    &CHANNEL_COUNT,
    &CHANNEL_TYPE,
    &BED_BLOCKS,
    &BED_TIMES,
    &BED_LABEL,
    &BED_POSITION,
    &BED_NAME,
    &BED_FREQUENCY,
    &BLOCK_TIMES,
    &BLOCK_CARTESIAN,
    &BLOCK_POSITION,
    &BLOCK_SIZE,
    &BLOCK_JUMP,
    &BLOCK_INTERPOLATION,
    &BLOCK_INACTIVE,
    &BLOCK_DIFFUSE,
    &BLOCK_ZONE,
    &BLOCK_ZONE_SET,
    &BLOCK_FORBIDDEN,
    &TIME_FORM,
    &STREAM_COUNT,
    &STREAM_REFERENCES,
    &STREAM_FORMAT,
    &TRACK_FORMAT_COUNT,
    &TRACK_FORMAT,
    &UID_COUNT,
    &UID_SEQUENCE,
    &UID_REFERENCES,
    &UID_FORMAT,
    &CHNA_ROWS,
    &ENVELOPE,
];
