//! Whatever document is written reads back as it was: every element and sub-element, made at random.

mod blocks;
mod formats;
mod upper;
mod values;

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use self::blocks::channel;
use self::formats::{pack, stream, track, track_uid};
use self::upper::{content, lists, object, programme};
use self::values::unknown;
use super::{inner, written};
use crate::adm::xml::{EnvelopeForm, read_str};
use crate::adm::*;

/// Every id once.
fn distinct<T>(mut elements: Vec<T>, id: impl Fn(&T) -> AdmId) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    elements.retain(|element| seen.insert(id(element)));
    elements
}

fn document() -> impl Strategy<Value = Document> {
    let upper = (vec(programme(), 0..2), vec(content(), 0..2), vec(object(), 0..2));
    let lower = (
        vec(pack(), 0..2),
        vec(channel(), 0..3),
        vec(stream(), 0..2),
        vec(track(), 0..2),
        vec(track_uid(), 0..2),
    );
    (upper, lower, lists(), unknown()).prop_map(
        |((programmes, contents, objects), lower, (profiles, tags), unknown)| {
            let (pack_formats, channel_formats, stream_formats, track_formats, track_uids) = lower;
            let mut objects = distinct(objects, |object| object.id.clone());
            for (place, set) in
                objects.iter_mut().flat_map(|object| &mut object.alternative_value_sets).enumerate()
            {
                set.id = AdmId::new(&format!("AVS_{place:08x}"));
            }
            Document {
                version: Some("ITU-R_BS.2076-2".to_owned()),
                programmes: distinct(programmes, |programme| programme.id.clone()),
                contents: distinct(contents, |content| content.id.clone()),
                objects,
                pack_formats: distinct(pack_formats, |pack| pack.id.clone()),
                channel_formats: distinct(channel_formats, |channel| channel.id.clone())
                    .into_iter()
                    .map(Arc::new)
                    .collect(),
                stream_formats: distinct(stream_formats, |stream| stream.id.clone()),
                track_formats: distinct(track_formats, |track| track.id.clone()),
                track_uids: distinct(track_uids, |uid| uid.id.clone()),
                profiles,
                tags,
                unknown,
                envelope: None,
            }
        },
    )
}

proptest! {
    #[test]
    fn whatever_is_written_reads_back(document in document()) {
        for form in [EnvelopeForm::EbuCore, EnvelopeForm::Itu, EnvelopeForm::Bare] {
            let text = written(&document, form);
            let (again, _) = read_str(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            let again = inner(again);
            prop_assert_eq!(&again, &document, "{}", text);
            // Also the forms of times, which equality does not see.
            prop_assert_eq!(format!("{again:?}"), format!("{document:?}"));
            prop_assert_eq!(written(&again, form), text);
        }
    }
}
