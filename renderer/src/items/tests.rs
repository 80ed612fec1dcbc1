use formats::adm::{AudioTrackUid, Document};

use super::*;

fn uid(number: u16, channel: &str, pack: &str) -> AudioTrackUid {
    AudioTrackUid {
        id: AdmId::new(&format!("ATU_{number:08x}")),
        track_index: Some(number),
        channel_format: Some(channel.into()),
        pack_format: Some(pack.into()),
        ..AudioTrackUid::default()
    }
}

#[test]
fn chna_alone_takes_the_common_definitions() {
    let document = Document {
        track_uids: vec![
            uid(1, "AC_00010002", "AP_00010002"),
            uid(2, "AC_00010001", "AP_00010002"),
            uid(3, "AC_00010003", "AP_00010001"),
        ],
        ..Document::default()
    };
    let options = SelectOptions { file_tracks: 3, ..SelectOptions::default() };
    let (items, warnings) = select(&document, &options).unwrap();
    assert_eq!(warnings, []);
    let tracks: Vec<_> = items
        .iter()
        .map(|item| match item {
            RenderItem::DirectSpeakers(item) => {
                (item.track.clone(), item.channel.id.to_string(), item.common_pack.clone())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = |track, channel: &str, pack: &str| {
        (TrackSpec::Direct(track), channel.to_owned(), Some(AdmId::new(pack)))
    };
    assert_eq!(
        tracks,
        [
            expected(1, "AC_00010001", "AP_00010002"),
            expected(0, "AC_00010002", "AP_00010002"),
            expected(2, "AC_00010003", "AP_00010001"),
        ]
    );
}
