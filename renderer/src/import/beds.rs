//! Beds, HOA scenes and binaural pairs: what has a channel for each of several places.

use std::ops::Range;

use formats::Warning;
use formats::adm::{BlockFormats, Bound, DirectSpeakersBlock, DirectSpeakersPosition};
use formats::scene::{
    Bed, BedLayout, Binaural, Hoa, HoaComponent, Loudspeaker, Loudspeakers, Normalization, Spatial,
};

use super::blocks::decibels;
use super::clips::Window;
use super::tracks::{Draft, Drafts};
use crate::items::{BinauralItem, DirectSpeakersItem, HoaItem, TrackSpec};

/// The highest factor that a bed, a HOA scene or a clip of a scene has: 60 dB.
const MOST_GAIN: f64 = 1000.0;

/// A loudspeaker, when it is used, and for what.
struct Channel {
    loudspeaker: Loudspeaker,
    spans: Vec<Range<u64>>,
    track: TrackSpec,
}

impl Drafts<'_> {
    /// The tracks of a bed: one, unless its channels' blocks have different times or change.
    pub(super) fn bed(&mut self, items: &[DirectSpeakersItem], name: &str) -> Vec<Draft> {
        let Some(first) = items.first() else { return Vec::new() };
        if items.iter().any(|item| self.mode_of(&item.track).is_some()) {
            let message = "has headphone modes (dbmd), which a scene has for objects only; left out";
            self.warnings.push(Warning::new("bed-modes-left-out", name, message));
        }
        if let Some(draft) = self.common_bed(items, name) {
            return vec![draft];
        }
        let mut channels = Vec::new();
        for item in items {
            self.channels_of(item, &mut channels);
        }
        // Channels that are used at the same times are one track.
        let mut drafts: Vec<(Vec<Range<u64>>, Loudspeakers, Vec<TrackSpec>)> = Vec::new();
        for Channel { loudspeaker, spans, track } in channels {
            match drafts.iter_mut().find(|(known, ..)| *known == spans) {
                Some((_, loudspeakers, tracks)) => {
                    loudspeakers.channels.push(loudspeaker);
                    tracks.push(track);
                }
                None => {
                    let loudspeakers =
                        Loudspeakers { channels: vec![loudspeaker], ..Loudspeakers::default() };
                    drafts.push((spans, loudspeakers, vec![track]));
                }
            }
        }
        if drafts.len() > 1 {
            let message = "its channels change or have different times; those that don't are a track each";
            let id = first.context.path.pack_formats.first().map(ToString::to_string).unwrap_or_default();
            self.warnings.push(Warning::new("bed-split", id, message));
        }
        let draft = |(index, (spans, loudspeakers, channels)): (usize, (Vec<Range<u64>>, _, _))| Draft {
            name: if index == 0 { name.to_owned() } else { format!("{name} {}", index + 1) },
            spatial: Spatial::Loudspeakers(loudspeakers),
            channels,
            spans: spans.into_iter().map(|span| (span, 0.0)).collect(),
            invert: false,
        };
        drafts.into_iter().enumerate().map(draft).collect()
    }

    /// The bed of a common definition (BS.2094-1), whose name counts for the mapping rules of BS.2127-1 §8.
    fn common_bed(&mut self, items: &[DirectSpeakersItem], name: &str) -> Option<Draft> {
        let first = items.first()?;
        let pack = first.common_pack.as_ref()?;
        let layout = BedLayout::all().find(|layout| layout.pack_format().as_ref() == Some(pack))?;
        let channel = |id| items.iter().find(|item| item.channel.id == id).map(|item| item.track.clone());
        let channels: Option<Vec<TrackSpec>> = layout.channel_formats().map(channel).collect();
        let gain = first.context.object_gain;
        Some(Draft {
            name: name.to_owned(),
            spatial: Spatial::Bed(Bed { layout, ..Bed::default() }),
            channels: channels.filter(|channels| channels.len() == items.len())?,
            spans: vec![(
                Window::of(&first.context, self.source).samples(self.source),
                self.gain(gain, name),
            )],
            invert: gain < 0.0,
        })
    }

    /// What a channel is, for each of the places that its blocks give it.
    fn channels_of(&mut self, item: &DirectSpeakersItem, channels: &mut Vec<Channel>) {
        let BlockFormats::DirectSpeakers(blocks) = &item.channel.blocks else { return };
        let window = Window::of(&item.context, self.source);
        let first = channels.len();
        for block in blocks {
            let loudspeaker = self.loudspeaker(item, block);
            let span = window.of_block(&block.common, self.source).samples(self.source);
            let own = channels.get_mut(first..).unwrap_or_default();
            match own.iter_mut().find(|channel| channel.loudspeaker == loudspeaker) {
                Some(channel) => match channel.spans.last_mut().filter(|last| last.end == span.start) {
                    Some(last) => last.end = span.end,
                    None => channel.spans.push(span),
                },
                None => {
                    channels.push(Channel { loudspeaker, spans: vec![span], track: item.track.clone() });
                }
            }
        }
    }

    fn loudspeaker(&mut self, item: &DirectSpeakersItem, block: &DirectSpeakersBlock) -> Loudspeaker {
        let factor = block.common.gain.linear() * item.context.object_gain;
        let id = item.channel.id.to_string();
        let warnings = &mut self.warnings;
        let mut bounded = |bound: &mut Bound, low: f64, high: f64| {
            for value in std::iter::once(&mut bound.value).chain(&mut bound.min).chain(&mut bound.max) {
                let usable = if value.is_nan() { 0.0 } else { value.clamp(low, high) };
                if usable != *value {
                    let message = format!("a coordinate of {value}; brought to {usable}");
                    warnings.push(Warning::new("out-of-range", id.clone(), message));
                }
                *value = usable;
            }
        };
        let mut position = block.position;
        match &mut position {
            DirectSpeakersPosition::Polar { azimuth, elevation, distance } => {
                bounded(azimuth, -180.0, 180.0);
                bounded(elevation, -90.0, 90.0);
                bounded(distance, 0.0, 100.0);
            }
            DirectSpeakersPosition::Cartesian { x, y, z } => {
                [x, y, z].into_iter().for_each(|bound| bounded(bound, -100.0, 100.0));
            }
        }
        let label = |label: &String| label.split_whitespace().collect::<Vec<_>>().join("_");
        let labels: Vec<String> = block.speaker_labels.iter().map(label).collect();
        if labels != block.speaker_labels {
            let message = "a speakerLabel with white space in it, which is taken out";
            self.warnings.push(Warning::new("label-changed", id.clone(), message));
        }
        let mut frequency = item.channel.frequency;
        for limit in [&mut frequency.low_pass, &mut frequency.high_pass] {
            *limit = limit.filter(|value| Loudspeaker::FREQUENCY.contains(*value));
        }
        Loudspeaker {
            labels: labels.into_iter().filter(|label| !label.is_empty()).collect(),
            position,
            screen_edge_lock: block.screen_edge_lock,
            frequency,
            gain_db: self.gain(factor, &id),
            invert: factor < 0.0,
            importance: block.common.importance.min(10),
            head_locked: block.common.head_locked,
            ..Loudspeaker::default()
        }
    }

    /// dB of a factor, without its sign.
    fn gain(&mut self, factor: f64, element: &str) -> f64 {
        let usable = if factor.is_finite() { factor.abs().min(MOST_GAIN) } else { 0.0 };
        if usable != factor.abs() {
            let message = format!("a gain of {factor}; brought to {usable}");
            self.warnings.push(Warning::new("out-of-range", element, message));
        }
        decibels(usable)
    }

    /// The track of a HOA scene; none when its order is higher than a scene has.
    pub(super) fn hoa(&mut self, item: &HoaItem, name: &str) -> Vec<Draft> {
        let order = item.channels.iter().map(|channel| channel.order).max().unwrap_or(0).max(1);
        let normalization = Normalization::NAMES.into_iter().find(|(_, known)| *known == item.normalization);
        let normalization = normalization.map_or(Normalization::Sn3d, |(normalization, _)| normalization);
        let highest = match normalization {
            Normalization::FuMa => Hoa::HIGHEST_FUMA_ORDER,
            Normalization::Sn3d | Normalization::N3d => Hoa::HIGHEST_ORDER,
        };
        let Some(order) = u8::try_from(order).ok().filter(|order| *order <= highest) else {
            let message = format!("a HOA scene of order {order}; a scene has up to {highest}; left out");
            self.warnings.push(Warning::new("hoa-left-out", name, message));
            return Vec::new();
        };
        let nfc_ref_dist = item.nfc_ref_dist.filter(|distance| Hoa::NFC_REF_DIST.contains(*distance));
        let screen_ref = item.screen_ref;
        let mut hoa = Hoa { order, normalization, screen_ref, nfc_ref_dist, ..Hoa::default() };
        let mut components = Vec::with_capacity(item.channels.len());
        for channel in &item.channels {
            components.push(HoaComponent {
                order: u8::try_from(channel.order).unwrap_or(0),
                degree: i8::try_from(channel.degree).unwrap_or(0),
                gain_db: self.gain(channel.gain, name),
                invert: channel.gain < 0.0,
                importance: channel.importance.min(10),
                ..HoaComponent::default()
            });
        }
        let is_plain = |part: &HoaComponent| {
            *part == HoaComponent { order: part.order, degree: part.degree, ..HoaComponent::default() }
        };
        let places = components.iter().map(|part| (i32::from(part.order), i32::from(part.degree)));
        if !places.eq(hoa.places()) || !components.iter().all(is_plain) {
            hoa.components = components;
        }
        let window = Window::of(&item.context, self.source).narrowed(item.rtime, item.duration, self.source);
        let gain = item.context.object_gain;
        vec![Draft {
            name: name.to_owned(),
            spatial: Spatial::Hoa(hoa),
            channels: item.channels.iter().map(|channel| channel.track.clone()).collect(),
            spans: vec![(window.samples(self.source), self.gain(gain, name))],
            invert: gain < 0.0,
        }]
    }

    /// The track of a pair of ears: the times and gains are those of its first channel's blocks.
    pub(super) fn binaural(&mut self, ears: &[BinauralItem], name: &str) -> Vec<Draft> {
        let ear = |left| ears.iter().find(|ear| ear.left == left);
        let track = |left| ear(left).map_or(TrackSpec::Silent, |ear| ear.track.clone());
        let Some(first) = ears.first() else { return Vec::new() };
        let BlockFormats::Binaural(blocks) = &first.channel.blocks else { return Vec::new() };
        let window = Window::of(&first.context, self.source);
        let mut spans = Vec::new();
        let mut signs = Vec::new();
        for block in blocks {
            let factor = block.common.gain.linear() * first.context.object_gain;
            let span = window.of_block(&block.common, self.source).samples(self.source);
            spans.push((span, self.gain(factor, name)));
            signs.push(factor < 0.0);
        }
        let times = |ear: &BinauralItem| match &ear.channel.blocks {
            BlockFormats::Binaural(blocks) => blocks
                .iter()
                .map(|block| (block.common.rtime, block.common.duration, block.common.gain.linear()))
                .collect(),
            _ => Vec::new(),
        };
        if ears.iter().any(|ear| times(ear) != times(first))
            || signs.iter().any(|sign| Some(sign) != signs.first())
        {
            let message =
                "its ears have blocks of different times or gains; those of the first count for both";
            self.warnings.push(Warning::new("binaural-ears", name, message));
        }
        vec![Draft {
            name: name.to_owned(),
            spatial: Spatial::Binaural(Binaural::default()),
            channels: vec![track(true), track(false)],
            spans,
            invert: signs.first() == Some(&true),
        }]
    }
}
