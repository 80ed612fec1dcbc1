//! Beds: loudspeakers in the order of BS.2051, as common definitions (BS.2094-1).

/// A bed by name.
#[derive(Debug)]
pub(super) struct BedRow {
    /// As BS.2051 writes it; where it has none, as people do.
    pub(super) name: &'static str,
    /// What people call it.
    pub(super) everyday_names: &'static [&'static str],
    /// Digits of the common pack with these channels in this order; none where there isn't one. (What BS.2094-1 calls 7.1.2
    /// is here 7.1.2side: SideRight and TopCentre in place of the sides.)
    pub(super) pack: Option<u32>,
    /// The last digits of the channels, all of type DirectSpeakers.
    pub(super) channels: &'static [u16],
}

const fn row(
    name: &'static str,
    everyday_names: &'static [&'static str],
    pack: Option<u32>,
    channels: &'static [u16],
) -> BedRow {
    BedRow { name, everyday_names, pack, channels }
}

/// `LowFrequencyEffects`, and the left and right one.
pub(super) const LFE: [u16; 3] = [0x04, 0x20, 0x21];

pub(super) static BEDS: [BedRow; 26] = [
    row("0+1+0", &["mono", "1.0"], Some(0x0001_0001), &[3]),
    row("0+2+0", &["stereo", "2.0"], Some(0x0001_0002), &[1, 2]),
    row("3.0", &["LCR"], Some(0x0001_000a), &[1, 2, 3]),
    row("quad", &[], None, &[1, 2, 5, 6]),
    row("4.0", &["LCRS"], Some(0x0001_000b), &[1, 2, 3, 9]),
    row("5.0", &[], Some(0x0001_000c), &[1, 2, 3, 5, 6]),
    row("0+5+0", &["5.1"], Some(0x0001_0003), &[1, 2, 3, 4, 5, 6]),
    row("7.0", &[], None, &[1, 2, 3, 0x0a, 0x0b, 0x1c, 0x1d]),
    row("0+7+0", &["7.1"], Some(0x0001_000f), &[1, 2, 3, 4, 0x0a, 0x0b, 0x1c, 0x1d]),
    row("2+5+0", &["5.1.2"], Some(0x0001_0004), &[1, 2, 3, 4, 5, 6, 0x0d, 0x0f]),
    row("2+7+0", &["7.1.2"], None, &[1, 2, 3, 4, 0x0a, 0x0b, 0x1c, 0x1d, 0x13, 0x14]),
    row("4+5+0", &["5.1.4"], Some(0x0001_0005), &[1, 2, 3, 4, 5, 6, 0x0d, 0x0f, 0x10, 0x12]),
    row("4+5+1", &["10.1"], Some(0x0001_0010), &[1, 2, 3, 4, 5, 6, 0x0d, 0x0f, 0x10, 0x12, 0x15]),
    row(
        "4+7+0",
        &["7.1.4"],
        Some(0x0001_0017),
        &[1, 2, 3, 4, 0x0a, 0x0b, 0x1c, 0x1d, 0x22, 0x23, 0x1e, 0x1f],
    ),
    row(
        "3+7+0",
        &["7.2.3"],
        Some(0x0001_0007),
        &[3, 1, 2, 0x22, 0x23, 0x0a, 0x0b, 0x1c, 0x1d, 0x28, 0x20, 0x21],
    ),
    row(
        "4+9+0",
        &["9.1.4"],
        Some(0x0001_0008),
        &[1, 2, 3, 4, 0x0a, 0x0b, 0x1c, 0x1d, 0x22, 0x23, 0x1e, 0x1f, 0x24, 0x25],
    ),
    row(
        "6+9+0",
        &["9.1.6"],
        None,
        &[1, 2, 3, 4, 0x0a, 0x0b, 0x1c, 0x1d, 0x18, 0x19, 0x22, 0x23, 0x13, 0x14, 0x1e, 0x1f],
    ),
    row(
        "9+10+3",
        &["22.2"],
        Some(0x0001_0009),
        &[
            0x18, 0x19, 3, 0x20, 0x1c, 0x1d, 1, 2, 9, 0x21, 0x0a, 0x0b, 0x22, 0x23, 0x0e, 0x0c, 0x1e, 0x1f,
            0x13, 0x14, 0x11, 0x15, 0x16, 0x17,
        ],
    ),
    // Those of BS.2094-1 that have no mapping rules: SC are the edges of the screen.
    row("6.1", &[], Some(0x0001_000d), &[1, 2, 3, 4, 5, 6, 9]),
    row("7.1front", &[], Some(0x0001_000e), &[1, 2, 3, 4, 5, 6, 0x26, 0x27]),
    row("5.1+SC", &[], Some(0x0001_0012), &[1, 2, 3, 4, 5, 6, 0x24, 0x25]),
    row("5.1.2side", &[], Some(0x0001_0013), &[1, 2, 3, 4, 5, 6, 0x13, 0x14]),
    row("5.1.2+SC", &[], Some(0x0001_0014), &[1, 2, 3, 4, 5, 6, 0x13, 0x14, 0x24, 0x25]),
    row("7.1.2side", &[], Some(0x0001_0016), &[1, 2, 3, 4, 0x0b, 0x0c, 0x1c, 0x1d, 0x13, 0x14]),
    row("5.1.4+SC", &[], Some(0x0001_0015), &[1, 2, 3, 4, 5, 6, 0x0d, 0x0f, 0x10, 0x12, 0x24, 0x25]),
    row(
        "Auro-3D",
        &[],
        Some(0x0001_0011),
        &[1, 2, 3, 4, 5, 6, 0x0a, 0x0b, 0x1a, 0x1b, 0x0d, 0x0f, 0x0e, 0x10, 0x12, 0x13, 0x14, 0x1e, 0x1f],
    ),
];
