//! Loudspeaker channels: the largest bed of the profile that an object's channels hold, and objects that stand still for the
//! others.

use formats::adm::{AdmTime, BlockFormats, DirectSpeakersBlock, DirectSpeakersPosition, PolarPosition};
use formats::profile::dolby::BEDS;

use super::places_table::{PLACES, ROOM_CENTRIC};
use super::{Bed, Sources, Still};
use crate::conform::gains::GainCurve;
use crate::conform::notes::Notes;
use crate::conform::path::end_tick;
use crate::conform::{Refusal, Sound};
use crate::items::DirectSpeakersItem;
use crate::panner::direct_speakers::nominal_label;
use crate::panner::position_conversion::point_to_cartesian;

/// Dolby's label of the channel for low frequencies, which can't be an object.
const LFE: &str = "RC_LFE";

/// A channel of an object.
struct Channel<'a> {
    item: &'a DirectSpeakersItem,
    block: &'a DirectSpeakersBlock,
    /// Dolby's label, where a bed can have it.
    label: Option<&'static str>,
}

/// The bed and the objects that the channels of the object `name` become.
pub(super) fn convert(
    name: &str,
    items: &[&DirectSpeakersItem],
    sound: &Sound<'_>,
    notes: &mut Notes,
) -> Result<(Option<Bed>, Vec<Still>), Refusal> {
    let channels = channels(name, items, notes);
    let labels = bed_of(&channels);
    let mut bed = labels.map(|labels| Bed {
        name: name.to_owned(),
        labels,
        sources: vec![Sources::default(); labels.len()],
    });
    let mut stills = Vec::new();
    for channel in &channels {
        let place = bed.as_mut().and_then(|bed| {
            let place = bed.labels.iter().position(|label| Some(*label) == channel.label)?;
            bed.sources.get_mut(place)
        });
        let sources = Sources::of(&channel.item.track, gain(channel, sound), sound, name)?;
        match place {
            Some(place) => place.join(sources),
            None => stills.push(still(name, channel, sources)),
        }
    }
    if !stills.is_empty() {
        let message =
            "loudspeakers that the profile has in no bed with the others become objects that stand still";
        notes.add("bed-as-objects", name, message);
    }
    for double in bed.iter_mut().flat_map(|bed| &mut bed.sources).filter(|sources| sources.joined > 1) {
        // Two channels of equal power make one.
        double.tracks.iter_mut().for_each(|(_, factor)| *factor *= std::f64::consts::FRAC_1_SQRT_2);
        notes.add("two-lfe", name, "two channels for low frequencies become one, each at -3 dB");
    }
    Ok((bed, stills))
}

fn channels<'a>(name: &str, items: &[&'a DirectSpeakersItem], notes: &mut Notes) -> Vec<Channel<'a>> {
    let mut channels = Vec::new();
    for item in items {
        let BlockFormats::DirectSpeakers(blocks) = &item.channel.blocks else { continue };
        let Some(block) = blocks.first() else { continue };
        if blocks.len() > 1 {
            notes.add("bed-changes", name, "a bed channel has several blocks; only the first is kept");
        }
        let label = nominal(block);
        let label = ROOM_CENTRIC.iter().find(|(own, _)| *own == label).map(|(_, label)| *label);
        channels.push(Channel { item, block, label });
    }
    channels
}

/// The BS.2051 label of a channel; empty where it has none.
fn nominal(block: &DirectSpeakersBlock) -> &str {
    block.speaker_labels.first().map(|label| nominal_label(label)).unwrap_or_default()
}

/// The largest bed whose channels are all there; one with an LFE, silent elsewhere, where the channels have one.
fn bed_of(channels: &[Channel<'_>]) -> Option<&'static [&'static str]> {
    let has = |label: &str| channels.iter().any(|channel| channel.label == Some(label));
    let whole = BEDS.iter().copied().filter(|bed| bed.iter().all(|label| has(label)));
    let whole = whole.max_by_key(|bed| bed.len());
    if !has(LFE) || whole.is_some_and(|bed| bed.contains(&LFE)) {
        return whole;
    }
    let held = |bed: &[&str]| bed.iter().filter(|label| has(label)).count();
    let with_lfe = BEDS.iter().copied().filter(|bed| bed.contains(&LFE));
    with_lfe.max_by_key(|bed| (held(bed), std::cmp::Reverse(bed.len())))
}

fn still(name: &str, channel: &Channel<'_>, sources: Sources) -> Still {
    let label = nominal(channel.block);
    let known = PLACES.iter().find(|(own, _)| *own == label).map(|(_, place)| *place);
    let place = known.unwrap_or_else(|| match channel.block.position {
        DirectSpeakersPosition::Cartesian { x, y, z } => [x.value, y.value, z.value],
        DirectSpeakersPosition::Polar { azimuth, elevation, distance } => {
            let (azimuth, elevation, distance) = (azimuth.value, elevation.value, distance.value);
            let at = point_to_cartesian(&PolarPosition { azimuth, elevation, distance });
            [at.x, at.y, at.z]
        }
    });
    let name = if label.is_empty() { name.to_owned() } else { format!("{name} {label}") };
    Still { name, place: place.map(|value| value.clamp(-1.0, 1.0)), sources }
}

/// The gain of a channel, silent where its object isn't there.
fn gain(channel: &Channel<'_>, sound: &Sound<'_>) -> GainCurve {
    let context = &channel.item.context;
    let factor = channel.block.common.gain.linear() * context.object_gain;
    let start = context.object_start.map_or(0.0, AdmTime::seconds_f64);
    let end = context.object_duration.map(|duration| start + duration.seconds_f64());
    within((start, end), factor, sound)
}

/// `factor` from the second `start` until `end`.
pub(super) fn within((start, end): (f64, Option<f64>), factor: f64, sound: &Sound<'_>) -> GainCurve {
    let file = end_tick(sound.frames, sound.sample_rate) as f64 / f64::from(AdmTime::TICKS_PER_SECOND.get());
    // What lasts as long as the file is not cut by the rounding of its end.
    let end = end.filter(|end| *end < file - 1.5e-5);
    if start <= 0.0 && end.is_none() {
        return GainCurve::constant(factor);
    }
    let mut curve = GainCurve::default();
    curve.add(start, 0.0, factor);
    end.into_iter().for_each(|end| curve.add(end, factor, 0.0));
    curve
}
