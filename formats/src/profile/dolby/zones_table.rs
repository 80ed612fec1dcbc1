//! Beds and zones of the Dolby Atmos Master ADM Profile v1.0: tables 8, 10, 12, 13 and 16.

/// A bed channel: label, `audioChannelFormatName`, X, Y, Z (tables 8 and 10).
pub const BED_CHANNELS: [(&str, &str, [f64; 3]); 12] = [
    ("RC_L", "RoomCentricLeft", [-1.0, 1.0, 0.0]),
    ("RC_R", "RoomCentricRight", [1.0, 1.0, 0.0]),
    ("RC_C", "RoomCentricCenter", [0.0, 1.0, 0.0]),
    ("RC_LFE", "RoomCentricLFE", [-1.0, 1.0, -1.0]),
    ("RC_Lss", "RoomCentricLeftSideSurround", [-1.0, 0.0, 0.0]),
    ("RC_Rss", "RoomCentricRightSideSurround", [1.0, 0.0, 0.0]),
    ("RC_Lrs", "RoomCentricLeftRearSurround", [-1.0, -1.0, 0.0]),
    ("RC_Rrs", "RoomCentricRightRearSurround", [1.0, -1.0, 0.0]),
    ("RC_Lts", "RoomCentricLeftTopSurround", [-1.0, 0.0, 1.0]),
    ("RC_Rts", "RoomCentricRightTopSurround", [1.0, 0.0, 1.0]),
    ("RC_Ls", "RoomCentricLeftSurround", [-1.0, -0.36397, 0.0]),
    ("RC_Rs", "RoomCentricRightSurround", [1.0, -0.36397, 0.0]),
];

/// The bed configurations, channels in order (table 16).
pub const BEDS: [&[&str]; 8] = [
    &["RC_L", "RC_R"],
    &["RC_L", "RC_R", "RC_C"],
    &["RC_L", "RC_R", "RC_C", "RC_Ls", "RC_Rs"],
    &["RC_L", "RC_R", "RC_C", "RC_LFE", "RC_Ls", "RC_Rs"],
    &["RC_L", "RC_R", "RC_C", "RC_Lss", "RC_Rss", "RC_Lrs", "RC_Rrs"],
    &["RC_L", "RC_R", "RC_C", "RC_LFE", "RC_Lss", "RC_Rss", "RC_Lrs", "RC_Rrs"],
    &["RC_L", "RC_R", "RC_C", "RC_Lss", "RC_Rss", "RC_Lrs", "RC_Rrs", "RC_Lts", "RC_Rts"],
    &["RC_L", "RC_R", "RC_C", "RC_LFE", "RC_Lss", "RC_Rss", "RC_Lrs", "RC_Rrs", "RC_Lts", "RC_Rts"],
];

/// A zone: name, then min X, max X, min Y, max Y, min Z, max Z (tables 12 and 13).
pub const ZONES: [(&str, [f64; 6]); 11] = [
    ("ZM1", [-1.0, 1.0, -1.0, -0.41934, -0.499, 0.499]),
    ("ZM2L", [-1.0, -0.75806, -0.41934, 0.83871, -0.499, 0.499]),
    ("ZM2R", [0.75806, 1.0, -0.41934, 0.83871, -0.499, 0.499]),
    ("ZM3L", [-1.0, -0.16129, 0.5, 1.0, -0.499, 0.499]),
    ("ZM3Lss", [-1.0, -0.51611, -0.707, 0.49999, -0.499, 0.499]),
    ("ZM3R", [0.16129, 1.0, 0.5, 1.0, -0.499, 0.499]),
    ("ZM3Rss", [0.51611, 1.0, -0.707, 0.49999, -0.499, 0.499]),
    ("ZM4", [-1.0, 1.0, -1.0, 0.83871, -0.499, 0.499]),
    ("ZM5", [-1.0, 1.0, 0.5, 1.0, -0.499, 0.499]),
    ("ZB", [-1.0, 1.0, -1.0, 1.0, -1.0, -0.4995]),
    ("ZT", [-1.0, 1.0, -1.0, 1.0, 0.4995, 1.0]),
];

/// Zones of the middle layer that belong together, sorted (section 2.5.2).
pub(super) const ZONE_SETS: [&[&str]; 5] =
    [&["ZM1"], &["ZM2L", "ZM2R"], &["ZM3L", "ZM3Lss", "ZM3R", "ZM3Rss"], &["ZM4"], &["ZM5"]];
