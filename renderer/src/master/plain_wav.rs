//! Files without any ADM: a plain WAV whose channels are a bed, known by its channel mask or, failing that, by
//! their number. The bed is handed on as the chna chunk that the file lacks (BS.2127-1 §5.2, chna alone).

use formats::Warning;
use formats::adm::AdmId;
use formats::bw64::{AudioFormat, ChnaChunk, ChnaRow, TrackRef};

/// Channel masks (WAVEFORMATEXTENSIBLE), the BS.2094-1 pack they mean, and its channels in the order of the bits.
const BY_MASK: [(u32, &str, &[u16]); 14] = [
    (0x4, "AP_00010001", &[3]),
    (0x3, "AP_00010002", &[1, 2]),
    (0x7, "AP_0001000a", &[1, 2, 3]),
    (0x107, "AP_0001000b", &[1, 2, 3, 9]),
    (0x37, "AP_0001000c", &[1, 2, 3, 5, 6]),
    (0x607, "AP_0001000c", &[1, 2, 3, 5, 6]),
    (0x3f, "AP_00010003", &[1, 2, 3, 4, 5, 6]),
    (0x60f, "AP_00010003", &[1, 2, 3, 4, 5, 6]),
    // Rears come before sides in the mask's order.
    (0x63f, "AP_0001000f", &[1, 2, 3, 4, 0x1c, 0x1d, 0x0a, 0x0b]),
    (0x503f, "AP_00010004", &[1, 2, 3, 4, 5, 6, 0x0d, 0x0f]),
    (0x560f, "AP_00010004", &[1, 2, 3, 4, 5, 6, 0x0d, 0x0f]),
    (0x2_d03f, "AP_00010005", &[1, 2, 3, 4, 5, 6, 0x0d, 0x0f, 0x10, 0x12]),
    (0x2_d60f, "AP_00010005", &[1, 2, 3, 4, 5, 6, 0x0d, 0x0f, 0x10, 0x12]),
    (0x2_d63f, "AP_00010017", &[1, 2, 3, 4, 0x1c, 0x1d, 0x0a, 0x0b, 0x22, 0x23, 0x1e, 0x1f]),
];

/// Beds by number of channels, in the order of BS.2051, which is also the order film masters have.
const BY_COUNT: [(&str, &str, &[u16]); 6] = [
    ("mono", "AP_00010001", &[3]),
    ("stereo", "AP_00010002", &[1, 2]),
    ("5.1", "AP_00010003", &[1, 2, 3, 4, 5, 6]),
    ("7.1", "AP_0001000f", &[1, 2, 3, 4, 0x0a, 0x0b, 0x1c, 0x1d]),
    ("5.1.4", "AP_00010005", &[1, 2, 3, 4, 5, 6, 0x0d, 0x0f, 0x10, 0x12]),
    ("7.1.4", "AP_00010017", &[1, 2, 3, 4, 0x0a, 0x0b, 0x1c, 0x1d, 0x22, 0x23, 0x1e, 0x1f]),
];

/// Beyond this a bed is a guess, and said so.
const PLAIN_ENOUGH: usize = 2;

/// The bed that a file of this format is, if it has no ADM; with a warning when it had to be guessed.
pub(crate) fn bed(format: &AudioFormat) -> Option<(ChnaChunk, Option<Warning>)> {
    let channels = usize::from(format.channels);
    let masked = BY_MASK
        .iter()
        .find(|(mask, _, ids)| format.channel_mask == Some(*mask) && ids.len() == channels)
        .map(|(_, pack, ids)| (chna(pack, ids), None));
    masked.or_else(|| {
        let (name, pack, ids) = BY_COUNT.iter().find(|(.., ids)| ids.len() == channels)?;
        let message =
            format!("no ADM and no channel mask for its {channels} channels; taken as {name} in film order");
        let warning = (channels > PLAIN_ENOUGH).then(|| Warning::new("assumed-bed", "fmt", message));
        Some((chna(pack, ids), warning))
    })
}

fn chna(pack: &str, channels: &[u16]) -> ChnaChunk {
    let rows = (1_u16..).zip(channels).map(|(track_index, channel)| ChnaRow {
        track_index,
        uid: AdmId::new(&format!("ATU_{track_index:08x}")),
        track_ref: Some(TrackRef::TrackFormat(AdmId::new(&format!("AT_0001{channel:04x}_01")))),
        pack_ref: Some(AdmId::new(pack)),
    });
    ChnaChunk { rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use formats::bw64::SampleFormat;

    use super::*;

    fn tracks(channels: u16, mask: Option<u32>) -> Option<(Vec<String>, bool)> {
        let format =
            AudioFormat { channel_mask: mask, ..AudioFormat::new(channels, 48_000, SampleFormat::Int24) };
        let (chna, warning) = bed(&format)?;
        let id = |row: ChnaRow| row.track_ref.map_or_else(String::new, |track| track.id().to_string());
        Some((chna.rows.into_iter().map(id).collect(), warning.is_some()))
    }

    #[test]
    fn a_mask_says_which_channel_is_which() {
        // ksmedia.h: 5.1 with surrounds as sides or as backs; 7.1 with the backs first.
        let surround = ["1", "2", "3", "4", "5", "6"].map(|n| format!("AT_0001000{n}_01")).to_vec();
        assert_eq!(tracks(6, Some(0x60f)), Some((surround.clone(), false)));
        assert_eq!(tracks(6, Some(0x3f)), Some((surround.clone(), false)));
        assert_eq!(tracks(6, None), Some((surround, true)));
        let (wide, guessed) = tracks(8, Some(0x63f)).unwrap();
        assert_eq!(
            (wide[4].as_str(), wide[6].as_str(), guessed),
            ("AT_0001001c_01", "AT_0001000a_01", false)
        );
        let (wide, guessed) = tracks(8, None).unwrap();
        assert_eq!((wide[4].as_str(), wide[6].as_str(), guessed), ("AT_0001000a_01", "AT_0001001c_01", true));
    }

    #[test]
    fn stereo_needs_no_warning_and_odd_counts_are_refused() {
        assert!(tracks(2, None).is_some_and(|(_, guessed)| !guessed));
        assert_eq!(tracks(255, None), None);
        assert_eq!(tracks(7, Some(0x3f)), None);
    }
}
