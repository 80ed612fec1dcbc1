//! Ambisonics as a bed of 7.1.2: decoded to its loudspeakers as a renderer does (BS.2127-1 §9).

use formats::adm::AdmTime;
use formats::profile::dolby::BEDS;

use super::beds::within;
use super::places_table::ROOM_CENTRIC;
use super::{Bed, Sources};
use crate::conform::notes::Notes;
use crate::conform::{Refusal, Sound};
use crate::items::HoaItem;
use crate::layout::Layout;
use crate::panner::hoa_decode::HoaDecoder;
use crate::panner::point_source::PointSourcePanner;

/// The largest bed of the profile.
const LAYOUT: &str = "7.1.2";

/// The bed that the scene `item` of the object `name` becomes.
pub(super) fn decoded(
    name: &str,
    item: &HoaItem,
    sound: &Sound<'_>,
    notes: &mut Notes,
) -> Result<Bed, Refusal> {
    let fault = |message: &dyn std::fmt::Display| Refusal::new(name, message.to_string());
    let layout = Layout::by_name(LAYOUT).map_err(|e| fault(&e))?;
    let panner = PointSourcePanner::new(&layout).map_err(|e| fault(&e))?;
    let gains = HoaDecoder::new(&layout, &panner).gains(item).map_err(|e| fault(&e))?;
    let labels = BEDS.iter().copied().max_by_key(|bed| bed.len()).unwrap_or_default();
    let start = [item.context.object_start, item.rtime].into_iter().flatten().map(AdmTime::seconds_f64).sum();
    let length = item.duration.or(item.context.object_duration).map(AdmTime::seconds_f64);
    let gain = within((start, length.map(|length| start + length)), 1.0, sound);
    let mut bed = Bed { name: name.to_owned(), labels, sources: vec![Sources::default(); labels.len()] };
    for (label, sources) in labels.iter().zip(&mut bed.sources) {
        let is_it = |name: &str| ROOM_CENTRIC.iter().any(|(own, room)| *own == name && room == label);
        let Some(output) = layout.channels.iter().position(|channel| !channel.is_lfe && is_it(&channel.name))
        else {
            continue;
        };
        for (component, gains) in item.channels.iter().zip(&gains.channels) {
            let mut part = Sources::of(&component.track, gain.clone(), sound, name)?;
            let factor = gains.get(output).copied().unwrap_or(0.0);
            part.tracks.iter_mut().for_each(|(_, own)| *own *= factor);
            sources.join(part);
        }
        sources.mode = None;
    }
    let message = "Ambisonics become a bed of 7.1.2, decoded as BS.2127-1 says";
    notes.add("hoa-decoded", name, message);
    Ok(bed)
}
