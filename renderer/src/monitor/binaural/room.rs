//! The room round the listener: which it is, how much of it is heard, and its sound.
//!
//! A built-in room adds to what comes straight through the head: sound is panned to eleven directions (4+7+0), each
//! with its own early reflections, and all share one tail. So a room costs the same for two objects and for a
//! hundred. A measured room replaces the head: everything is panned to the loudspeakers that were measured.

use std::sync::Arc;

use hrtf::room::{BrirSet, MadeRoom, Responses, Room, RoomConvolver};
use hrtf::{Binauraliser, Direction, HrtfSet, Orientation};

use super::feeds::{Feed, Feeds};
use super::{BinauralPath, Head, HeadphoneMode};
use crate::audio::AudioBlock;
use crate::geom::direction;
use crate::layout::Layout;
use crate::render::GRID;

/// The directions that a built-in room's reflections are computed for.
pub(super) const SENDS: &str = "4+7+0";
/// Layouts for objects in a measured room: the first whose loudspeakers were all measured.
const LAYOUTS: [&str; 10] =
    ["9+10+3", "6+9+0", "4+9+0", "4+7+0", "3+7+0", "4+5+0", "0+7+0", "0+5+0", "0+2+0", "0+1+0"];
/// Orientations of a moving head that a built-in room is computed for: every so many degrees of yaw.
const YAW_STEP: u32 = 5;
/// Direct-to-reverberant ratios of the modes, dB: at a quarter, half and the whole of the critical distance.
const NEAR: f64 = 12.0;
const MID: f64 = 6.0;
const FAR: f64 = 0.0;
/// Ratios are kept within this, dB.
const MOST_RATIO: f64 = 130.0;

/// A room to hear the scene in.
#[derive(Clone, Debug)]
pub enum RoomSound {
    /// One of the built-in rooms.
    BuiltIn(&'static Room),
    /// A measured one.
    Measured(MeasuredSound),
}

/// A measured room, and which of its loudspeakers plays which channel of a layout.
#[derive(Clone, Debug)]
pub struct MeasuredSound {
    set: Arc<BrirSet>,
    layout: Layout,
    /// One for each channel but LFE.
    loudspeakers: Vec<usize>,
}

impl PartialEq for RoomSound {
    /// The same room, or the same measured set and layout.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::BuiltIn(a), Self::BuiltIn(b)) => a == b,
            (Self::Measured(a), Self::Measured(b)) => Arc::ptr_eq(&a.set, &b.set) && a.layout == b.layout,
            _ => false,
        }
    }
}

/// Why a measured room cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoomError {
    /// A layout needs loudspeakers that were not measured.
    #[error(
        "no loudspeaker was measured within 15° of {missing}, which {layout} needs; measured: {measured}; take a layout \
         that fits{remedy}"
    )]
    Missing {
        /// Labels of the loudspeakers.
        missing: String,
        /// The layout.
        layout: String,
        /// Directions that were measured.
        measured: String,
        /// The largest layout that fits, if any, as an option.
        remedy: String,
    },
    /// Objects can't be panned to what was measured.
    #[error("its loudspeakers ({measured}) hold none of the layouts {}", LAYOUTS.join(", "))]
    NoLayout {
        /// Directions that were measured.
        measured: String,
    },
}

impl RoomSound {
    /// A measured room for the loudspeakers of `path`; for objects, those of the largest layout that was measured.
    ///
    /// # Errors
    /// When a loudspeaker is wanted that was not measured.
    pub fn measured(set: Arc<BrirSet>, path: &BinauralPath) -> Result<Self, RoomError> {
        let known = LAYOUTS.iter().filter_map(|name| Layout::by_name(name).ok());
        let fitting = |mut layouts: Box<dyn Iterator<Item = Layout>>| {
            layouts.find_map(|layout| loudspeakers(&set, &layout).ok().map(|all| (layout, all)))
        };
        let found = match path {
            BinauralPath::Objects => fitting(Box::new(known)),
            BinauralPath::Speakers(layout) => match loudspeakers(&set, layout) {
                Ok(all) => Some((layout.clone(), all)),
                Err(missing) => {
                    let remedy = fitting(Box::new(known));
                    let remedy =
                        remedy.map(|(layout, _)| format!(", e.g. --binaural speakers:{}", layout.name));
                    return Err(RoomError::Missing {
                        missing,
                        layout: layout.name.clone(),
                        measured: listed(&set),
                        remedy: remedy.unwrap_or_default(),
                    });
                }
            },
        };
        match found {
            Some((layout, loudspeakers)) => Ok(Self::Measured(MeasuredSound { set, layout, loudspeakers })),
            None => Err(RoomError::NoLayout { measured: listed(&set) }),
        }
    }

    /// The layout of a measured room.
    pub fn layout(&self) -> Option<&Layout> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Measured(room) => Some(&room.layout),
        }
    }
}

impl MeasuredSound {
    /// How many orientations of the head were measured, at least one.
    pub fn orientations(&self) -> usize {
        self.set.measurements().orientations.len()
    }
}

/// The measured loudspeaker of each channel but LFE; or the labels of those that are missing.
fn loudspeakers(set: &BrirSet, layout: &Layout) -> Result<Vec<usize>, String> {
    let channels = layout.channels.iter().filter(|channel| !channel.is_lfe);
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for channel in channels {
        match set.loudspeaker_at(Direction::new(channel.position.azimuth, channel.position.elevation)) {
            Some(loudspeaker) => found.push(loudspeaker),
            None => missing.push(channel.name.as_str()),
        }
    }
    if missing.is_empty() { Ok(found) } else { Err(missing.join(", ")) }
}

/// The first of the measured directions, as text.
fn listed(set: &BrirSet) -> String {
    const MOST: usize = 24;
    let all = &set.measurements().loudspeakers;
    let one = |at: &Direction| format!("{:.0}°/{:.0}°", at.azimuth, at.elevation);
    let mut text = all.iter().take(MOST).map(one).collect::<Vec<_>>().join(", ");
    if all.len() > MOST {
        text += &format!(" and {} more", all.len() - MOST);
    }
    text
}

/// How much of a sound comes straight to the head, and how much by way of the room; linear, their powers sum to 1:
/// distance adds no gain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share {
    pub(super) direct: f64,
    pub(super) room: f64,
}

impl Share {
    /// By the ratio that a block asks for in decibels, else by the mode; without a head nothing is heard of a room.
    pub(super) fn new(mode: HeadphoneMode, ratio: Option<f64>) -> Self {
        let ratio = match (mode, ratio.filter(|ratio| ratio.is_finite())) {
            (HeadphoneMode::Off, _) => return Self { direct: 1.0, room: 0.0 },
            (_, Some(ratio)) => ratio.clamp(-MOST_RATIO, MOST_RATIO),
            (HeadphoneMode::Near, None) => NEAR,
            (HeadphoneMode::Mid, None) => MID,
            (HeadphoneMode::Far, None) => FAR,
        };
        let room = 10.0_f64.powf(-ratio / 10.0);
        Self { direct: (1.0 / (1.0 + room)).sqrt(), room: (room / (1.0 + room)).sqrt() }
    }
}

/// How loud the head makes what comes straight to it, so that the room is as loud.
#[derive(Clone)]
pub(super) struct Directness {
    set: Arc<HrtfSet>,
    /// Gains of power of the set's directions.
    loudness: Arc<[f64]>,
    head: Orientation,
}

impl Directness {
    pub(super) fn new(binauraliser: &Binauraliser, head: &Head) -> Self {
        let set = Arc::new(binauraliser.set().clone());
        let loudness = set.loudness().into();
        // For a head that moves, as if it looked ahead: a turn of the head does not change a room.
        let head = if head.moves() { Orientation::FORWARD } else { head.at(0.0) };
        Self { set, loudness, head }
    }

    /// The gain of power of pink noise from a direction.
    pub(super) fn of(&self, direction: Direction) -> f64 {
        let near = self.set.neighbours(self.head.to_head(direction));
        let gain =
            |(point, share): (usize, f64)| self.loudness.get(point).map_or(0.0, |gain| share * gain.sqrt());
        near.into_iter().map(gain).sum::<f64>().powi(2)
    }
}

/// The sound of the room.
pub(super) struct RoomStage {
    convolver: RoomConvolver,
    /// The feeds it takes.
    rows: Vec<usize>,
    /// Samples until sound from straight ahead is at the ears, where it comes by way of this stage.
    direct: Option<usize>,
    heads: Vec<Orientation>,
}

impl RoomStage {
    pub(super) fn new(
        room: &RoomSound,
        feeds: &Feeds,
        (head, moves): (&Head, bool),
        binauraliser: &Binauraliser,
    ) -> Self {
        let rate = binauraliser.set().sample_rate();
        let rows = |feed: &Feed| matches!(feed, Feed::Room(_));
        let rows = feeds.rows.iter().enumerate().filter(|(_, feed)| rows(feed)).map(|(row, _)| row).collect();
        let ahead = (!moves).then(|| head.at(0.0));
        let (convolver, direct) = match room {
            RoomSound::BuiltIn(room) => (built_in(room, feeds, ahead, binauraliser), None),
            RoomSound::Measured(room) => {
                let set = room.set.resampled(rate);
                let direct = set.first_arrival();
                (measured(room, set, ahead), Some(direct))
            }
        };
        Self { convolver, rows, direct, heads: Vec::new() }
    }

    /// Forgets all samples.
    pub(super) fn restart(&mut self) {
        self.convolver.restart();
    }

    /// Samples before a grid block that its output depends on, whole grid blocks.
    pub(super) fn memory(&self) -> usize {
        self.convolver.memory().next_multiple_of(GRID)
    }

    /// Samples until sound from straight ahead is at the ears, where nothing comes to them but by way of this stage.
    pub(super) fn direct(&self) -> Option<usize> {
        self.direct
    }

    /// Adds the room to both ears: `blocks` grid blocks of the lines from `at` on, the first at sample `start`.
    pub(super) fn add(
        &mut self,
        (start, blocks): (i64, usize),
        (lines, at): (&AudioBlock, usize),
        head: impl Fn(i64) -> Orientation,
        ears: &mut AudioBlock,
    ) {
        self.heads.clear();
        self.heads.extend((0..=blocks).map(|block| head(start + (block * GRID) as i64)));
        let inputs: Vec<&[f32]> =
            self.rows.iter().map(|row| &lines.channel(*row)[at..at + blocks * GRID]).collect();
        let mut rows = ears.channels_mut();
        if let (Some(left), Some(right)) = (rows.next(), rows.next()) {
            let ears = [&mut left[..blocks * GRID], &mut right[..blocks * GRID]];
            self.convolver.add(start, &inputs, &self.heads, ears);
        }
    }
}

/// The early part of each send, and the tail as the last input.
fn built_in(
    room: &Room,
    feeds: &Feeds,
    ahead: Option<Orientation>,
    binauraliser: &Binauraliser,
) -> RoomConvolver {
    let sends: Vec<Direction> = feeds
        .sends
        .iter()
        .flat_map(|sends| &sends.layout.channels)
        .map(|channel| Direction::from_vector(direction(&channel.position).into()))
        .collect();
    let set = Arc::new(binauraliser.set().clone());
    let made = MadeRoom::new(room, set, &sends, binauraliser.latency());
    let single =
        |ears: &[Vec<f64>; 2]| Some([0, 1].map(|ear| ears[ear].iter().map(|tap| *tap as f32).collect()));
    let early = move |made: &MadeRoom, head: Orientation, tail: Option<[Vec<f32>; 2]>| -> Responses {
        made.early(head).iter().map(single).chain([tail]).collect()
    };
    let tail = single(made.tail());
    match ahead {
        Some(head) => RoomConvolver::new(GRID, &early(&made, head, tail), Vec::new(), 0, |_| Vec::new()),
        None => {
            let yaw = |step: u32| Orientation::from_yaw_pitch_roll(f64::from(step * YAW_STEP), 0.0, 0.0);
            let heads: Vec<Orientation> = (0..360 / YAW_STEP).map(yaw).collect();
            let fixed: Responses = sends.iter().map(|_| None).chain([tail]).collect();
            let (taps, views) = (made.early_taps(), heads.clone());
            let view = move |number: usize| match views.get(number) {
                Some(head) => early(&made, *head, None),
                None => Vec::new(),
            };
            RoomConvolver::new(GRID, &fixed, heads, taps, view)
        }
    }
}

/// The loudspeakers that a measured room plays, for the orientation of a still head or for all.
fn measured(room: &MeasuredSound, set: BrirSet, ahead: Option<Orientation>) -> RoomConvolver {
    let (taps, gain) = (set.measurements().taps, set.gain());
    let heads = set.measurements().orientations.clone();
    let loudspeakers = room.loudspeakers.clone();
    let view = move |orientation: usize| -> Responses {
        let ear = |loudspeaker: usize, ear: usize| {
            let response = set.response(orientation, loudspeaker, ear).iter();
            response.map(|tap| (f64::from(*tap) * gain) as f32).collect()
        };
        loudspeakers.iter().map(|loudspeaker| Some([ear(*loudspeaker, 0), ear(*loudspeaker, 1)])).collect()
    };
    match ahead {
        Some(head) => {
            let angles = heads.iter().map(|one| one.angle_to(head)).enumerate();
            let nearest = angles.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(number, _)| number);
            RoomConvolver::new(GRID, &view(nearest), Vec::new(), 0, |_| Vec::new())
        }
        None => {
            let none: Responses = room.loudspeakers.iter().map(|_| None).collect();
            RoomConvolver::new(GRID, &none, heads, taps, view)
        }
    }
}

#[cfg(test)]
mod tests;
