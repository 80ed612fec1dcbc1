//! Bed channels of the format: name, `speakerLabel` and `audioChannelFormatName` in ADM, place in the room's cube, and the ID that
//! the channel has in a bed of 7.1.2.

/// A bed channel.
#[derive(Debug)]
pub(super) struct BedLabel {
    pub(super) name: &'static str,
    pub(super) speaker_label: &'static str,
    pub(super) channel_name: &'static str,
    pub(super) place: [f64; 3],
    /// In a bed of 7.1.2; none where that has no such channel.
    pub(super) id: Option<u32>,
}

const fn label(
    name: &'static str,
    speaker_label: &'static str,
    channel_name: &'static str,
    place: [f64; 3],
    id: Option<u32>,
) -> BedLabel {
    BedLabel { name, speaker_label, channel_name, place, id }
}

pub(super) static BED_LABELS: [BedLabel; 20] = [
    label("L", "RC_L", "RoomCentricLeft", [-1.0, 1.0, 0.0], Some(0)),
    label("R", "RC_R", "RoomCentricRight", [1.0, 1.0, 0.0], Some(1)),
    label("C", "RC_C", "RoomCentricCenter", [0.0, 1.0, 0.0], Some(2)),
    label("LFE", "RC_LFE", "RoomCentricLFE", [-1.0, 1.0, -1.0], Some(3)),
    label("Lss", "RC_Lss", "RoomCentricLeftSideSurround", [-1.0, 0.0, 0.0], Some(4)),
    label("Rss", "RC_Rss", "RoomCentricRightSideSurround", [1.0, 0.0, 0.0], Some(5)),
    label("Lrs", "RC_Lrs", "RoomCentricLeftRearSurround", [-1.0, -1.0, 0.0], Some(6)),
    label("Rrs", "RC_Rrs", "RoomCentricRightRearSurround", [1.0, -1.0, 0.0], Some(7)),
    label("Lts", "RC_Lts", "RoomCentricLeftTopSurround", [-1.0, 0.0, 1.0], Some(8)),
    label("Rts", "RC_Rts", "RoomCentricRightTopSurround", [1.0, 0.0, 1.0], Some(9)),
    label("Ls", "RC_Ls", "RoomCentricLeftSurround", [-1.0, -0.36397, 0.0], None),
    label("Rs", "RC_Rs", "RoomCentricRightSurround", [1.0, -0.36397, 0.0], None),
    label("Ltf", "Ltf", "LeftTopFront", [-1.0, 1.0, 1.0], None),
    label("Rtf", "Rtf", "RightTopFront", [1.0, 1.0, 1.0], None),
    label("Ltm", "RC_Lts", "RoomCentricLeftTopSurround", [-1.0, 0.0, 1.0], None),
    label("Rtm", "RC_Rts", "RoomCentricRightTopSurround", [1.0, 0.0, 1.0], None),
    label("Ltr", "Ltr", "LeftTopRear", [-1.0, -1.0, 1.0], None),
    label("Rtr", "Rtr", "RightTopRear", [1.0, -1.0, 1.0], None),
    label("Lw", "Lw", "LeftWide", [-1.0, 0.677419, 0.0], None),
    label("Rw", "Rw", "RightWide", [1.0, 0.677419, 0.0], None),
];

/// The bed channel called `name`.
pub(super) fn by_name(name: &str) -> Option<&'static BedLabel> {
    BED_LABELS.iter().find(|label| label.name == name)
}

/// The first bed channel with this label in ADM.
pub(super) fn by_speaker_label(name: &str) -> Option<&'static BedLabel> {
    BED_LABELS.iter().find(|label| label.speaker_label == name)
}
