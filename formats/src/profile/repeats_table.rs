//! Repairs that say again what a rule of BS.2076-2 has found, in fewer words.

/// Where the rule must have been broken for the repair to be a repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At the same element.
    There,
    /// Anywhere: the repair speaks of one element for many.
    Anywhere,
}

/// A repair, the rules that find the same, and where.
pub(super) const REPEATS: &[(&str, &[&str], Place)] = &[
    ("block-after-object", &["bs2076/block-past-object"], Place::Anywhere),
    ("block-id-missing", &["bs2076/id-missing"], Place::Anywhere),
    ("block-overlap", &["bs2076/block-overlap", "bs2076/block-rounding"], Place::Anywhere),
    ("block-times-incomplete", &["bs2076/block-times-incomplete"], Place::Anywhere),
    ("channel-without-blocks", &["bs2076/channel-empty"], Place::There),
    ("chna-uid-missing", &["bs2076/uid-not-in-chna"], Place::There),
    ("chna-uid-repeated", &["bs2076/chna-uid-duplicate"], Place::There),
    ("chna-uid-unknown", &["bs2076/chna-uid-unknown"], Place::There),
    ("dangling-reference", &["bs2076/reference-dangling"], Place::There),
    ("empty-programme", &["bs2076/programme-empty"], Place::There),
    ("frequency-range", &["bs2076/frequency-range"], Place::There),
    ("interpolation-too-long", &["bs2076/interpolation-length-long"], Place::Anywhere),
    ("mixed-types", &["bs2076/pack-type-mixed"], Place::There),
    ("name-missing", &["bs2076/name-missing"], Place::There),
    ("object-without-pack", &["bs2076/object-pack-missing"], Place::There),
    ("object-without-tracks", &["bs2076/object-tracks-missing"], Place::There),
    ("self-complementary", &["bs2076/complementary-self"], Place::There),
    ("stream-pack-and-channel", &["bs2076/stream-dual-reference"], Place::Anywhere),
    ("track-index-range", &["bs2076/chna-track-range"], Place::There),
    ("track-without-pack", &["bs2076/uid-pack-missing"], Place::There),
    ("type-missing", &["bs2076/channel-type-unknown", "bs2076/pack-type-missing"], Place::There),
    ("type-unknown", &["bs2076/channel-type-unknown", "bs2076/pack-type-missing"], Place::There),
    ("v2-feature-in-v1", &["bs2076/version-2-feature"], Place::Anywhere),
    ("version-unknown", &["bs2076/version-unknown"], Place::Anywhere),
];
