//! The chna chunk gives each `audioTrackUID` its track, and makes the ones that axml lacks (BS.2088-1 §8,
//! BS.2127-1 §5.2).

use std::collections::HashMap;

use super::remarks::Remarks;
use super::{AdmId, AudioTrackUid, Document};
use crate::Warning;
use crate::bw64::{ChnaChunk, ChnaRow, TrackRef};

impl Document {
    /// Gives the track UIDs the tracks and references of `chna`, and adds those that only `chna` has: a file without
    /// axml works through the common definitions this way.
    ///
    /// Where axml and chna contradict each other, axml counts and a warning names both.
    pub fn apply_chna(&mut self, chna: &ChnaChunk, warnings: &mut Vec<Warning>) {
        let mut remarks = Remarks::default();
        self.apply_rows(&chna.rows, &mut remarks);
        warnings.extend(remarks.into_warnings());
    }

    fn apply_rows(&mut self, rows: &[ChnaRow], remarks: &mut Remarks) {
        let has_axml = !self.is_empty();
        let mut known: HashMap<AdmId, usize> = HashMap::new();
        for (place, uid) in self.track_uids.iter().enumerate() {
            known.entry(uid.id.clone()).or_insert(place);
        }
        for row in rows {
            if row.uid.is_silent_track() {
                remarks.add(
                    "chna-silent-uid",
                    || "chna".to_owned(),
                    || {
                        "a row has the UID ATU_00000000, which is reserved for silent tracks; it is ignored"
                            .to_owned()
                    },
                );
                continue;
            }
            let place = *known.entry(row.uid.clone()).or_insert_with(|| {
                if has_axml {
                    remarks.add("chna-uid-unknown", || row.uid.to_string(), || {
                        let (track, uid) = (row.track_index, &row.uid);
                        format!("chna gives track {track} the UID {uid}, which axml does not define; it is added")
                    });
                }
                self.track_uids.push(AudioTrackUid { id: row.uid.clone(), ..AudioTrackUid::default() });
                self.track_uids.len() - 1
            });
            if let Some(uid) = self.track_uids.get_mut(place) {
                apply_row(uid, row, remarks);
            }
        }
        for uid in self.track_uids.iter().filter(|uid| uid.track_index.is_none()) {
            remarks.add(
                "chna-uid-missing",
                || uid.id.to_string(),
                || {
                    "is an audioTrackUID of axml that chna does not give a track to; an object that uses it cannot be \
                     rendered"
                        .to_owned()
                },
            );
        }
    }

    /// The chna chunk that belongs to the document: one row for each UID that has a track.
    pub fn chna(&self) -> ChnaChunk {
        let row = |uid: &AudioTrackUid| {
            let track_ref = match (&uid.track_format, &uid.channel_format) {
                (Some(track), _) => Some(TrackRef::TrackFormat(track.clone())),
                (None, Some(channel)) => Some(TrackRef::ChannelFormat(channel.clone())),
                (None, None) => None,
            };
            Some(ChnaRow {
                track_index: uid.track_index?,
                uid: uid.id.clone(),
                track_ref,
                pack_ref: uid.pack_format.clone(),
            })
        };
        ChnaChunk { rows: self.track_uids.iter().filter_map(row).collect() }
    }

    /// There is no ADM in it.
    pub fn is_empty(&self) -> bool {
        self.programmes.is_empty()
            && self.contents.is_empty()
            && self.objects.is_empty()
            && self.pack_formats.is_empty()
            && self.channel_formats.is_empty()
            && self.stream_formats.is_empty()
            && self.track_formats.is_empty()
            && self.track_uids.is_empty()
    }
}

fn apply_row(uid: &mut AudioTrackUid, row: &ChnaRow, remarks: &mut Remarks) {
    match uid.track_index {
        Some(first) if first != row.track_index => {
            remarks.add(
                "chna-uid-repeated",
                || uid.id.to_string(),
                || format!("chna gives it track {first} and track {}; the first counts", row.track_index),
            );
            return;
        }
        _ => uid.track_index = Some(row.track_index),
    }
    if let Some(track_ref) = &row.track_ref {
        apply_track_ref(uid, track_ref, remarks);
    }
    match (&uid.pack_format, &row.pack_ref) {
        (None, found) => uid.pack_format.clone_from(found),
        (Some(own), Some(found)) if own != found => contradiction(&uid.id, own, found, remarks),
        _ => {}
    }
}

/// A UID refers to a track or to a channel; chna must refer to the same.
fn apply_track_ref(uid: &mut AudioTrackUid, found: &TrackRef, remarks: &mut Remarks) {
    match (&uid.track_format, &uid.channel_format, found) {
        (None, None, TrackRef::TrackFormat(track)) => uid.track_format = Some(track.clone()),
        (None, None, TrackRef::ChannelFormat(channel)) => uid.channel_format = Some(channel.clone()),
        (Some(own), _, TrackRef::TrackFormat(track)) if own == track => {}
        (_, Some(own), TrackRef::ChannelFormat(channel)) if own == channel => {}
        (Some(own), _, _) | (None, Some(own), _) => contradiction(&uid.id, own, found.id(), remarks),
    }
}

fn contradiction(uid: &AdmId, own: &AdmId, found: &AdmId, remarks: &mut Remarks) {
    remarks.add(
        "chna-reference",
        || uid.to_string(),
        || format!("chna refers to {found}, but axml to {own}; axml counts"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(track_index: u16, uid: &str, track: &str, pack: &str) -> ChnaRow {
        ChnaRow {
            track_index,
            uid: uid.into(),
            track_ref: Some(TrackRef::parse(track)),
            pack_ref: Some(pack.into()),
        }
    }

    fn uid(id: &str) -> AudioTrackUid {
        AudioTrackUid { id: id.into(), ..AudioTrackUid::default() }
    }

    fn applied(document: &mut Document, rows: Vec<ChnaRow>) -> Vec<&'static str> {
        let mut warnings = Vec::new();
        document.apply_chna(&ChnaChunk { rows }, &mut warnings);
        warnings.iter().map(|warning| warning.rule).collect()
    }

    #[test]
    fn chna_alone_makes_the_track_uids() {
        let mut document = Document::default();
        let rows = vec![
            row(1, "ATU_00000001", "AT_00010001_01", "AP_00010002"),
            row(2, "ATU_00000002", "AC_00010002_00", "AP_00010002"),
        ];
        assert_eq!(applied(&mut document, rows.clone()), Vec::<&str>::new());
        assert_eq!(document.track_uids.len(), 2);
        assert_eq!(document.track_uids[0].track_index, Some(1));
        assert_eq!(document.track_uids[0].track_format, Some("AT_00010001_01".into()));
        assert_eq!(document.track_uids[1].channel_format, Some("AC_00010002".into()));
        assert_eq!(document.track_uids[1].pack_format, Some("AP_00010002".into()));
        assert_eq!(document.chna().rows, rows);
    }

    #[test]
    fn what_axml_leaves_out_comes_from_chna() {
        let mut document = Document { track_uids: vec![uid("ATU_0000000A")], ..Document::default() };
        let rows = vec![row(3, "ATU_0000000a", "AT_00031001_01", "AP_00031001")];
        assert_eq!(applied(&mut document, rows), Vec::<&str>::new());
        assert_eq!(document.track_uids.len(), 1);
        assert_eq!(document.track_uids[0].track_index, Some(3));
        assert_eq!(document.track_uids[0].track_format, Some("AT_00031001_01".into()));
    }

    #[test]
    fn contradictions_are_named_and_axml_counts() {
        let own = AudioTrackUid {
            track_format: Some("AT_00031001_01".into()),
            pack_format: Some("AP_00031001".into()),
            ..uid("ATU_00000001")
        };
        let mut document = Document { track_uids: vec![own], ..Document::default() };
        let rows = vec![row(1, "ATU_00000001", "AT_00031002_01", "AP_00031002")];
        let mut warnings = Vec::new();
        document.apply_chna(&ChnaChunk { rows }, &mut warnings);
        assert_eq!(warnings.len(), 2);
        assert!(
            warnings[0].message.contains("AT_00031002_01") && warnings[0].message.contains("AT_00031001_01")
        );
        assert!(warnings[1].message.contains("AP_00031002") && warnings[1].message.contains("AP_00031001"));
        assert_eq!(document.track_uids[0].track_format, Some("AT_00031001_01".into()));
    }

    #[test]
    fn uids_that_only_one_side_has_are_named() {
        let mut document = Document { track_uids: vec![uid("ATU_00000001")], ..Document::default() };
        let rows = vec![
            row(1, "ATU_0000dead", "AT_00031001_01", "AP_00031001"),
            row(2, "ATU_00000000", "AT_00031001_01", "AP_00031001"),
            row(2, "ATU_0000dead", "AT_00031001_01", "AP_00031001"),
        ];
        let rules = applied(&mut document, rows);
        assert_eq!(rules, ["chna-uid-unknown", "chna-silent-uid", "chna-uid-repeated", "chna-uid-missing"]);
    }
}
