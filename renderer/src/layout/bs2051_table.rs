//! The layouts by name: channels in output order, nominal positions and permitted ranges.
//!
//! Tables A–J: Rec. ITU-R BS.2051, as EAR 2.1.0 has them (`core/data/2051_layouts.yaml`, BSD-3-Clause-Clear),
//! which also says what BS.2051 leaves open: where the LFE and the screen loudspeakers nominally are.
//!
//! Three layouts have no letter in BS.2051:
//! - `0+1+0`, mono: the name IAMF gives it.
//! - `2+7+0`, 7.1.2: the channels of BS.2094's common pack `AP_00010016`, whose overheads are `U±090`, as in
//!   cinema beds. (IAMF gives the same name to a layout with overheads at ±45°.) Ranges as for 0+7+0 and,
//!   overhead, as wide as those of the loudspeakers below and as high as in 4+7+0.
//! - `6+9+0`, 9.1.6: the loudspeakers IAMF takes from 9+10+3, in the order that film masters use. Ranges of
//!   4+7+0 where it has the loudspeaker, the wides of 9+10+3 a little further
//!   back (up to 70°); U±090 as in 2+7+0.

/// One loudspeaker of a table; angles in degrees.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) azimuth: f64,
    pub(super) elevation: f64,
    pub(super) azimuth_range: (f64, f64),
    pub(super) elevation_range: (f64, f64),
    pub(super) is_lfe: bool,
}

/// One layout.
pub(super) struct Table {
    /// As BS.2051 writes it: upper + middle + lower loudspeakers.
    pub(super) name: &'static str,
    /// What people call it, the usual one first; the letter of BS.2051 last.
    pub(super) everyday_names: &'static [&'static str],
    pub(super) rows: &'static [Row],
}

/// A loudspeaker that may only stand where it nominally does.
const fn at(name: &'static str, azimuth: f64, elevation: f64) -> Row {
    Row {
        name,
        azimuth,
        elevation,
        azimuth_range: (azimuth, azimuth),
        elevation_range: (elevation, elevation),
        is_lfe: false,
    }
}

/// An LFE that may stand anywhere: most tables give it no position.
const fn lfe(name: &'static str) -> Row {
    Row { is_lfe: true, ..at(name, 45.0, -30.0) }.az(-180.0, 180.0).el(-90.0, 90.0)
}

/// An LFE low in front, to the left or right.
const fn front_lfe(name: &'static str, azimuth: f64, from: f64, to: f64) -> Row {
    Row { is_lfe: true, ..at(name, azimuth, -30.0) }.az(from, to).el(-30.0, -15.0)
}

impl Row {
    const fn az(self, from: f64, to: f64) -> Self {
        Self { azimuth_range: (from, to), ..self }
    }

    const fn el(self, from: f64, to: f64) -> Self {
        Self { elevation_range: (from, to), ..self }
    }
}

pub(super) static TABLES: &[Table] = &[
    Table { name: "0+1+0", everyday_names: &["mono", "1.0"], rows: &[at("M+000", 0.0, 0.0)] },
    Table {
        name: "0+2+0",
        everyday_names: &["stereo", "2.0", "A"],
        rows: &[at("M+030", 30.0, 0.0), at("M-030", -30.0, 0.0)],
    },
    Table {
        name: "0+5+0",
        everyday_names: &["5.1", "B"],
        rows: &[
            at("M+030", 30.0, 0.0),
            at("M-030", -30.0, 0.0),
            at("M+000", 0.0, 0.0),
            lfe("LFE1"),
            at("M+110", 110.0, 0.0).az(100.0, 120.0).el(0.0, 15.0),
            at("M-110", -110.0, 0.0).az(-120.0, -100.0).el(0.0, 15.0),
        ],
    },
    Table {
        name: "2+5+0",
        everyday_names: &["5.1.2", "C"],
        rows: &[
            at("M+030", 30.0, 0.0),
            at("M-030", -30.0, 0.0),
            at("M+000", 0.0, 0.0),
            lfe("LFE1"),
            at("M+110", 110.0, 0.0).az(100.0, 120.0).el(0.0, 15.0),
            at("M-110", -110.0, 0.0).az(-120.0, -100.0).el(0.0, 15.0),
            at("U+030", 30.0, 30.0).az(30.0, 45.0).el(30.0, 55.0),
            at("U-030", -30.0, 30.0).az(-45.0, -30.0).el(30.0, 55.0),
        ],
    },
    Table {
        name: "4+5+0",
        everyday_names: &["5.1.4", "D"],
        rows: &[
            at("M+030", 30.0, 0.0),
            at("M-030", -30.0, 0.0),
            at("M+000", 0.0, 0.0),
            lfe("LFE1"),
            at("M+110", 110.0, 0.0).az(100.0, 120.0),
            at("M-110", -110.0, 0.0).az(-120.0, -100.0),
            at("U+030", 30.0, 30.0).az(30.0, 45.0).el(30.0, 55.0),
            at("U-030", -30.0, 30.0).az(-45.0, -30.0).el(30.0, 55.0),
            at("U+110", 110.0, 30.0).az(100.0, 135.0).el(30.0, 55.0),
            at("U-110", -110.0, 30.0).az(-135.0, -100.0).el(30.0, 55.0),
        ],
    },
    Table {
        name: "4+5+1",
        everyday_names: &["E"],
        rows: &[
            at("M+030", 30.0, 0.0),
            at("M-030", -30.0, 0.0),
            at("M+000", 0.0, 0.0),
            lfe("LFE1"),
            at("M+110", 110.0, 0.0).az(100.0, 120.0),
            at("M-110", -110.0, 0.0).az(-120.0, -100.0),
            at("U+030", 30.0, 30.0).az(30.0, 45.0).el(30.0, 55.0),
            at("U-030", -30.0, 30.0).az(-45.0, -30.0).el(30.0, 55.0),
            at("U+110", 110.0, 30.0).az(100.0, 135.0).el(30.0, 55.0),
            at("U-110", -110.0, 30.0).az(-135.0, -100.0).el(30.0, 55.0),
            at("B+000", 0.0, -30.0).el(-30.0, -15.0),
        ],
    },
    Table {
        name: "3+7+0",
        everyday_names: &["7.2.3", "F"],
        rows: &[
            at("M+000", 0.0, 0.0),
            at("M+030", 30.0, 0.0),
            at("M-030", -30.0, 0.0),
            at("U+045", 45.0, 30.0).az(30.0, 45.0).el(30.0, 45.0),
            at("U-045", -45.0, 30.0).az(-45.0, -30.0).el(30.0, 45.0),
            at("M+090", 90.0, 0.0).az(60.0, 150.0),
            at("M-090", -90.0, 0.0).az(-150.0, -60.0),
            at("M+135", 135.0, 0.0).az(60.0, 150.0),
            at("M-135", -135.0, 0.0).az(-150.0, -60.0),
            at("UH+180", 180.0, 45.0).el(45.0, 90.0),
            front_lfe("LFE1", 45.0, 30.0, 90.0),
            front_lfe("LFE2", -45.0, -90.0, -30.0),
        ],
    },
    Table {
        name: "4+9+0",
        everyday_names: &["9.1.4", "G"],
        rows: &[
            at("M+030", 30.0, 0.0).az(30.0, 45.0),
            at("M-030", -30.0, 0.0).az(-45.0, -30.0),
            at("M+000", 0.0, 0.0),
            lfe("LFE1"),
            at("M+090", 90.0, 0.0).az(85.0, 110.0),
            at("M-090", -90.0, 0.0).az(-110.0, -85.0),
            at("M+135", 135.0, 0.0).az(120.0, 150.0),
            at("M-135", -135.0, 0.0).az(-150.0, -120.0),
            at("U+045", 45.0, 30.0).az(30.0, 45.0).el(30.0, 55.0),
            at("U-045", -45.0, 30.0).az(-45.0, -30.0).el(30.0, 55.0),
            at("U+135", 135.0, 30.0).az(100.0, 150.0).el(30.0, 55.0),
            at("U-135", -135.0, 30.0).az(-150.0, -100.0).el(30.0, 55.0),
            at("M+SC", 15.0, 0.0).az(5.0, 60.0),
            at("M-SC", -15.0, 0.0).az(-60.0, -5.0),
        ],
    },
    Table {
        name: "9+10+3",
        everyday_names: &["22.2", "H"],
        rows: &[
            at("M+060", 60.0, 0.0).az(45.0, 60.0).el(0.0, 5.0),
            at("M-060", -60.0, 0.0).az(-60.0, -45.0).el(0.0, 5.0),
            at("M+000", 0.0, 0.0).el(0.0, 5.0),
            front_lfe("LFE1", 45.0, 30.0, 90.0),
            at("M+135", 135.0, 0.0).az(110.0, 135.0).el(0.0, 15.0),
            at("M-135", -135.0, 0.0).az(-135.0, -110.0).el(0.0, 15.0),
            at("M+030", 30.0, 0.0).az(22.5, 30.0).el(0.0, 5.0),
            at("M-030", -30.0, 0.0).az(-30.0, -22.5).el(0.0, 5.0),
            at("M+180", 180.0, 0.0).el(0.0, 15.0),
            front_lfe("LFE2", -45.0, -90.0, -30.0),
            at("M+090", 90.0, 0.0).el(0.0, 15.0),
            at("M-090", -90.0, 0.0).el(0.0, 15.0),
            at("U+045", 45.0, 30.0).az(45.0, 60.0).el(30.0, 45.0),
            at("U-045", -45.0, 30.0).az(-60.0, -45.0).el(30.0, 45.0),
            at("U+000", 0.0, 30.0).el(30.0, 45.0),
            at("T+000", 0.0, 90.0),
            at("U+135", 135.0, 30.0).az(110.0, 135.0).el(30.0, 45.0),
            at("U-135", -135.0, 30.0).az(-135.0, -110.0).el(30.0, 45.0),
            at("U+090", 90.0, 30.0).el(30.0, 45.0),
            at("U-090", -90.0, 30.0).el(30.0, 45.0),
            at("U+180", 180.0, 30.0).el(30.0, 45.0),
            at("B+000", 0.0, -30.0).el(-30.0, -15.0),
            at("B+045", 45.0, -30.0).az(45.0, 60.0).el(-30.0, -15.0),
            at("B-045", -45.0, -30.0).az(-60.0, -45.0).el(-30.0, -15.0),
        ],
    },
    Table {
        name: "0+7+0",
        everyday_names: &["7.1", "I"],
        rows: &[
            at("M+030", 30.0, 0.0).az(30.0, 45.0),
            at("M-030", -30.0, 0.0).az(-45.0, -30.0),
            at("M+000", 0.0, 0.0),
            lfe("LFE1"),
            at("M+090", 90.0, 0.0).az(85.0, 110.0),
            at("M-090", -90.0, 0.0).az(-110.0, -85.0),
            at("M+135", 135.0, 0.0).az(120.0, 150.0),
            at("M-135", -135.0, 0.0).az(-150.0, -120.0),
        ],
    },
    Table {
        name: "4+7+0",
        everyday_names: &["7.1.4", "J"],
        rows: &[
            at("M+030", 30.0, 0.0).az(30.0, 45.0),
            at("M-030", -30.0, 0.0).az(-45.0, -30.0),
            at("M+000", 0.0, 0.0),
            lfe("LFE1"),
            at("M+090", 90.0, 0.0).az(85.0, 110.0),
            at("M-090", -90.0, 0.0).az(-110.0, -85.0),
            at("M+135", 135.0, 0.0).az(120.0, 150.0),
            at("M-135", -135.0, 0.0).az(-150.0, -120.0),
            at("U+045", 45.0, 30.0).az(30.0, 45.0).el(30.0, 55.0),
            at("U-045", -45.0, 30.0).az(-45.0, -30.0).el(30.0, 55.0),
            at("U+135", 135.0, 30.0).az(100.0, 150.0).el(30.0, 55.0),
            at("U-135", -135.0, 30.0).az(-150.0, -100.0).el(30.0, 55.0),
        ],
    },
    Table {
        name: "2+7+0",
        everyday_names: &["7.1.2"],
        rows: &[
            at("M+030", 30.0, 0.0).az(30.0, 45.0),
            at("M-030", -30.0, 0.0).az(-45.0, -30.0),
            at("M+000", 0.0, 0.0),
            lfe("LFE1"),
            at("M+090", 90.0, 0.0).az(85.0, 110.0),
            at("M-090", -90.0, 0.0).az(-110.0, -85.0),
            at("M+135", 135.0, 0.0).az(120.0, 150.0),
            at("M-135", -135.0, 0.0).az(-150.0, -120.0),
            at("U+090", 90.0, 30.0).az(85.0, 110.0).el(30.0, 55.0),
            at("U-090", -90.0, 30.0).az(-110.0, -85.0).el(30.0, 55.0),
        ],
    },
    Table {
        name: "6+9+0",
        everyday_names: &["9.1.6"],
        rows: &[
            at("M+030", 30.0, 0.0).az(22.5, 30.0),
            at("M-030", -30.0, 0.0).az(-30.0, -22.5),
            at("M+000", 0.0, 0.0),
            lfe("LFE1"),
            at("M+090", 90.0, 0.0).az(85.0, 110.0),
            at("M-090", -90.0, 0.0).az(-110.0, -85.0),
            at("M+135", 135.0, 0.0).az(120.0, 150.0),
            at("M-135", -135.0, 0.0).az(-150.0, -120.0),
            at("M+060", 60.0, 0.0).az(45.0, 70.0),
            at("M-060", -60.0, 0.0).az(-70.0, -45.0),
            at("U+045", 45.0, 30.0).az(30.0, 45.0).el(30.0, 55.0),
            at("U-045", -45.0, 30.0).az(-45.0, -30.0).el(30.0, 55.0),
            at("U+090", 90.0, 30.0).az(85.0, 110.0).el(30.0, 55.0),
            at("U-090", -90.0, 30.0).az(-110.0, -85.0).el(30.0, 55.0),
            at("U+135", 135.0, 30.0).az(120.0, 150.0).el(30.0, 55.0),
            at("U-135", -135.0, 30.0).az(-150.0, -120.0).el(30.0, 55.0),
        ],
    },
];
