//! How the channels of the BS.2094 common packs map to loudspeakers, and which packs those are.
//!
//! Rules: BS.2127-1 §8.4, as EAR 2.1.0, `core/direct_speakers/panner.py` (BSD-3-Clear) has them. Those for
//! 2+7+0 are ours: BS.2051 has no such layout, and without them upper channels would go to the loudspeakers
//! at ear level.

/// One way to play a channel; it applies when the layout has all loudspeakers it names.
pub(super) struct Rule {
    /// Layouts the channel may come from; empty: any.
    pub(super) from: &'static [&'static str],
    /// Layouts it may go to; empty: any.
    pub(super) to: &'static [&'static str],
    /// Labels and the share of the power each gets.
    pub(super) powers: &'static [(&'static str, f64)],
}

const fn to(powers: &'static [(&'static str, f64)]) -> Rule {
    Rule { from: &[], to: &[], powers }
}

impl Rule {
    const fn when_from(self, from: &'static [&'static str]) -> Self {
        Self { from, ..self }
    }

    const fn when_to(self, to: &'static [&'static str]) -> Self {
        Self { to, ..self }
    }
}

const ALL: f64 = 1.0;
const TWO_THIRDS: f64 = 2.0 / 3.0;
const HALF: f64 = 1.0 / 2.0;
const THIRD: f64 = 1.0 / 3.0;
const QUARTER: f64 = 1.0 / 4.0;

/// The common packs that the rules are for, and the BS.2051 layout of each.
pub(super) const PACKS: [(&str, &str); 12] = [
    ("AP_00010001", "0+1+0"),
    ("AP_00010002", "0+2+0"),
    ("AP_0001000c", "0+5+0"),
    ("AP_00010003", "0+5+0"),
    ("AP_00010004", "2+5+0"),
    ("AP_00010005", "4+5+0"),
    ("AP_00010010", "4+5+1"),
    ("AP_00010007", "3+7+0"),
    ("AP_00010008", "4+9+0"),
    ("AP_00010009", "9+10+3"),
    ("AP_0001000f", "0+7+0"),
    ("AP_00010017", "4+7+0"),
];

/// By label: the first rule that applies is the one. Labels on the right have the mirrored rules of those
/// on the left.
pub(super) const RULES: [(&str, &[Rule]); 19] = [
    ("M+000", &[to(&[("M+000", ALL)]), to(&[("M+030", HALF), ("M-030", HALF)])]),
    (
        "M+060",
        &[
            to(&[("M+060", ALL)]),
            to(&[("M+030", TWO_THIRDS), ("M+110", THIRD)]),
            to(&[("M+030", HALF), ("M+090", HALF)]),
            to(&[("M+030", ALL)]),
        ],
    ),
    (
        "M+090",
        &[
            to(&[("M+090", ALL)]),
            to(&[("M+030", THIRD), ("M+110", TWO_THIRDS)]).when_from(&["9+10+3"]),
            to(&[("M+030", HALF), ("M+110", HALF)]),
            to(&[("M+030", HALF)]),
        ],
    ),
    ("M+110", &[to(&[("M+110", ALL)]), to(&[("M+135", ALL)]), to(&[("M+030", HALF)])]),
    ("M+135", &[to(&[("M+135", ALL)]), to(&[("M+110", ALL)]), to(&[("M+030", HALF)])]),
    (
        "M+180",
        &[
            to(&[("M+180", ALL)]),
            to(&[("M+135", HALF), ("M-135", HALF)]),
            to(&[("M+110", HALF), ("M-110", HALF)]),
            to(&[("M+030", QUARTER), ("M-030", QUARTER)]),
        ],
    ),
    (
        "U+000",
        &[
            to(&[("U+090", HALF), ("U-090", HALF)]).when_to(&["2+7+0"]),
            to(&[("U+000", ALL)]),
            to(&[("U+030", HALF), ("U-030", HALF)]),
            to(&[("U+045", HALF), ("U-045", HALF)]),
            to(&[("M+000", ALL)]),
            to(&[("M+030", HALF), ("M-030", HALF)]),
        ],
    ),
    (
        "U+030",
        &[
            to(&[("U+090", ALL)]).when_to(&["2+7+0"]),
            to(&[("U+030", ALL)]),
            to(&[("U+045", ALL)]),
            to(&[("M+030", ALL)]),
        ],
    ),
    (
        "U+045",
        &[
            to(&[("U+090", ALL)]).when_to(&["2+7+0"]),
            to(&[("U+045", ALL)]),
            to(&[("U+030", ALL)]),
            to(&[("M+030", ALL)]),
        ],
    ),
    (
        "U+090",
        &[
            to(&[("U+090", ALL)]),
            to(&[("U+045", TWO_THIRDS), ("UH+180", THIRD)]).when_from(&["9+10+3"]),
            to(&[("U+030", HALF), ("U+110", HALF)]),
            to(&[("U+045", HALF), ("U+135", HALF)]),
            to(&[("M+090", ALL)]),
            to(&[("U+030", HALF), ("M+110", HALF)]),
            to(&[("M+030", HALF), ("M+110", HALF)]),
            to(&[("M+030", HALF)]),
        ],
    ),
    (
        "U+110",
        &[
            to(&[("U+090", ALL)]).when_to(&["2+7+0"]),
            to(&[("U+110", ALL)]),
            to(&[("U+135", ALL)]),
            to(&[("U+045", HALF), ("UH+180", HALF)]),
            to(&[("M+110", ALL)]),
            to(&[("M+135", ALL)]),
            to(&[("M+030", HALF)]),
        ],
    ),
    (
        "U+135",
        &[
            to(&[("U+090", ALL)]).when_to(&["2+7+0"]),
            to(&[("U+135", ALL)]),
            to(&[("U+110", ALL)]),
            to(&[("U+045", THIRD), ("UH+180", TWO_THIRDS)]).when_from(&["9+10+3"]),
            to(&[("U+045", HALF), ("UH+180", HALF)]),
            to(&[("M+135", ALL)]),
            to(&[("M+110", ALL)]),
            to(&[("M+030", HALF)]),
        ],
    ),
    (
        "U+180",
        &[
            to(&[("U+090", HALF), ("U-090", HALF)]).when_to(&["2+7+0"]),
            to(&[("U+180", ALL)]),
            to(&[("UH+180", ALL)]),
            to(&[("U+135", HALF), ("U-135", HALF)]),
            to(&[("U+110", HALF), ("U-110", HALF)]),
            to(&[("M+135", HALF), ("M-135", HALF)]),
            to(&[("M+110", HALF), ("M-110", HALF)]),
            to(&[("M+030", QUARTER), ("M-030", QUARTER)]),
        ],
    ),
    (
        "UH+180",
        &[
            to(&[("U+090", HALF), ("U-090", HALF)]).when_to(&["2+7+0"]),
            to(&[("UH+180", ALL)]),
            to(&[("U+180", ALL)]),
            to(&[("U+135", HALF), ("U-135", HALF)]),
            to(&[("U+110", HALF), ("U-110", HALF)]),
            to(&[("M+135", HALF), ("M-135", HALF)]),
            to(&[("M+110", HALF), ("M-110", HALF)]),
            to(&[("M+030", QUARTER), ("M-030", QUARTER)]),
        ],
    ),
    (
        "T+000",
        &[
            to(&[("U+090", HALF), ("U-090", HALF)]).when_to(&["2+7+0"]),
            to(&[("T+000", ALL)]),
            to(&[("U+045", QUARTER), ("U-045", QUARTER), ("U+135", QUARTER), ("U-135", QUARTER)]),
            to(&[("U+030", QUARTER), ("U-030", QUARTER), ("U+110", QUARTER), ("U-110", QUARTER)]),
            to(&[("U+045", THIRD), ("U-045", THIRD), ("UH+180", THIRD)]),
            to(&[("U+045", QUARTER), ("U-045", QUARTER), ("M+135", QUARTER), ("M-135", QUARTER)]),
            to(&[("U+030", QUARTER), ("U-030", QUARTER), ("M+110", QUARTER), ("M-110", QUARTER)]),
            to(&[("M+030", QUARTER), ("M-030", QUARTER), ("M+135", QUARTER), ("M-135", QUARTER)]),
            to(&[("M+030", QUARTER), ("M-030", QUARTER), ("M+110", QUARTER), ("M-110", QUARTER)]),
            to(&[("M+030", QUARTER), ("M-030", QUARTER)]),
        ],
    ),
    ("B+000", &[to(&[("B+000", ALL)]), to(&[("M+000", ALL)]), to(&[("M+030", HALF), ("M-030", HALF)])]),
    ("B+045", &[to(&[("B+045", ALL)]), to(&[("M+030", ALL)])]),
    (
        "LFE1",
        &[
            to(&[("LFE1", ALL)]).when_from(&["9+10+3", "3+7+0"]).when_to(&["9+10+3", "3+7+0"]),
            to(&[("LFE1", HALF)]).when_from(&["9+10+3", "3+7+0"]),
            to(&[("LFE1", ALL)]),
        ],
    ),
    (
        "LFE2",
        &[
            to(&[("LFE2", ALL)]).when_from(&["9+10+3", "3+7+0"]).when_to(&["9+10+3", "3+7+0"]),
            to(&[("LFE1", HALF)]).when_from(&["9+10+3", "3+7+0"]),
        ],
    ),
];
