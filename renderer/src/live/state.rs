//! What the handle, the engine's thread and OSC tell each other; the device's thread never looks here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use hrtf::Orientation;

use super::objects::{ObjectEdit, ObjectInfo};
use super::osc::OscCounts;
use super::output::Output;
use super::telemetry::DeskLevels;
use crate::items::RenderItem;
use crate::mix::mixer::StripName;

/// Events that wait to be read; older ones give way.
const MOST_EVENTS: usize = 1_024;
/// Moves that wait to be read; further ones are dropped.
pub(super) const MOST_MOVES: usize = 65_536;

/// What is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listen {
    /// The programme, rendered.
    #[default]
    Programme,
    /// The reference file.
    Reference,
}

/// What the monitor does to everything, without a word to the meters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Monitor {
    /// Decibels.
    pub gain_db: f64,
    /// 20 dB less.
    pub dim: bool,
    /// Nothing at all.
    pub mute: bool,
}

impl Monitor {
    /// Highest gain, dB.
    const MOST_DB: f64 = 20.0;
    /// What `dim` takes away, dB.
    const DIM_DB: f64 = 20.0;

    pub(super) fn linear(self) -> f32 {
        if self.mute || self.gain_db.is_nan() {
            return 0.0;
        }
        let db = self.gain_db.min(Self::MOST_DB) - if self.dim { Self::DIM_DB } else { 0.0 };
        if db == 0.0 { 1.0 } else { 10f64.powf(db / 20.0) as f32 }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The scene that was set is what is heard.
    SceneReady,
    /// The output that was set is what is heard.
    OutputReady {
        /// Its name.
        name: String,
    },
    /// The reference can be listened to; its loudness is known.
    ReferenceReady {
        /// What was measured, LUFS.
        loudness: Option<f64>,
    },
    /// What was asked for cannot be done; everything goes on as before.
    Failed {
        /// One line.
        message: String,
    },
    /// Something about what is played that can be lived with.
    Warning {
        /// One line.
        message: String,
    },
    /// The programme came to its end.
    Ended,
}

/// A move that came in from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedMove {
    /// The sample of the programme that was played then.
    pub sample: u64,
    /// Which item.
    pub item: usize,
    /// What was done to it.
    pub edit: ObjectEdit,
}

/// What is to be done next; of each kind only the last counts, so nothing can pile up.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) seek: Option<u64>,
    pub(super) looped: Option<Option<Range<u64>>>,
    /// Items whose edit or level is another one.
    pub(super) changed: BTreeSet<usize>,
    pub(super) head: Option<Orientation>,
    pub(super) listen: Option<Listen>,
    pub(super) watch: Option<Option<StripName>>,
    pub(super) reset_meters: bool,
}

/// All of it.
pub(super) struct State {
    pub(super) pending: Pending,
    pub(super) objects: Arc<[ObjectInfo]>,
    pub(super) items: Arc<[RenderItem]>,
    pub(super) edits: BTreeMap<usize, ObjectEdit>,
    pub(super) mutes: BTreeSet<usize>,
    pub(super) solos: BTreeSet<usize>,
    pub(super) output: Output,
    pub(super) monitor: Monitor,
    pub(super) frames: u64,
    pub(super) sample_rate: u32,
    pub(super) looped: Option<Range<u64>>,
    pub(super) head: [f64; 3],
    /// What the head's tracker said last, degrees, and what of that is ahead.
    pub(super) tracked: [f64; 3],
    pub(super) ahead_is: Orientation,
    pub(super) listening: Listen,
    pub(super) matched_db: Option<f64>,
    pub(super) object_peaks: Vec<f32>,
    /// The strip whose spectrum is measured.
    pub(super) watched: Option<StripName>,
    pub(super) desk: DeskLevels,
    pub(super) load: f64,
    pub(super) peak_load: f64,
    pub(super) ahead: usize,
    pub(super) osc: OscCounts,
    events: VecDeque<Event>,
    moves: Vec<TimedMove>,
}

impl State {
    pub(super) fn new(
        (objects, items): (Vec<ObjectInfo>, Arc<[RenderItem]>),
        output: Output,
        (frames, sample_rate): (u64, u32),
    ) -> Self {
        Self {
            pending: Pending::default(),
            object_peaks: vec![0.0; objects.len()],
            objects: objects.into(),
            items,
            edits: BTreeMap::new(),
            mutes: BTreeSet::new(),
            solos: BTreeSet::new(),
            output,
            monitor: Monitor::default(),
            frames,
            sample_rate,
            looped: None,
            head: [0.0; 3],
            tracked: [0.0; 3],
            ahead_is: Orientation::FORWARD,
            listening: Listen::Programme,
            matched_db: None,
            watched: None,
            desk: DeskLevels::default(),
            load: 0.0,
            peak_load: 0.0,
            ahead: 0,
            osc: OscCounts::default(),
            events: VecDeque::new(),
            moves: Vec::new(),
        }
    }

    /// Turns the head to where its tracker says.
    pub(super) fn turn_head(&mut self) {
        let [yaw, pitch, roll] = self.tracked;
        let head = Orientation::from_yaw_pitch_roll(yaw, pitch, roll).seen_by(self.ahead_is);
        let is_centred = self.ahead_is != Orientation::FORWARD;
        self.head = if is_centred { head.yaw_pitch_roll() } else { self.tracked };
        self.pending.head = Some(head);
    }

    pub(super) fn event(&mut self, event: Event) {
        if self.events.len() == MOST_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    pub(super) fn take_events(&mut self) -> Vec<Event> {
        self.events.drain(..).collect()
    }

    /// Notes a move; false where there is no room.
    pub(super) fn note(&mut self, moved: TimedMove) -> bool {
        let room = self.moves.len() < MOST_MOVES;
        if room {
            self.moves.push(moved);
        }
        room
    }

    pub(super) fn take_moves(&mut self) -> Vec<TimedMove> {
        std::mem::take(&mut self.moves)
    }

    /// Does something to an item by hand; `false` where there is none of that number.
    pub(super) fn edit(&mut self, item: usize, edit: &ObjectEdit) -> bool {
        if item >= self.objects.len() {
            return false;
        }
        let before = self.edits.entry(item).or_default();
        *before = before.with(&edit.sane());
        self.pending.changed.insert(item);
        true
    }

    pub(super) fn release(&mut self, item: usize) {
        if self.edits.remove(&item).is_some() {
            self.pending.changed.insert(item);
        }
    }

    pub(super) fn set_mute(&mut self, item: usize, mute: bool) {
        if item < self.objects.len() && if mute { self.mutes.insert(item) } else { self.mutes.remove(&item) }
        {
            self.pending.changed.insert(item);
        }
    }

    pub(super) fn set_solo(&mut self, item: usize, solo: bool) {
        if item < self.objects.len() && if solo { self.solos.insert(item) } else { self.solos.remove(&item) }
        {
            // It may have been the first, or the last.
            self.pending.changed.extend(0..self.objects.len());
        }
    }

    /// 0 for an item that is not to be heard.
    pub(super) fn level(&self, item: usize) -> f64 {
        let heard = !self.mutes.contains(&item) && (self.solos.is_empty() || self.solos.contains(&item));
        if heard { 1.0 } else { 0.0 }
    }

    /// What was done to items of the scene before is done to those of the same name and channel in the next.
    pub(super) fn replace_objects(&mut self, objects: Vec<ObjectInfo>, items: Arc<[RenderItem]>) {
        self.items = items;
        let before = std::mem::replace(&mut self.objects, objects.into());
        let to = |item: &usize| -> Option<usize> {
            let old = before.get(*item)?;
            let same =
                |new: &&ObjectInfo| (&new.name, new.channel, new.kind) == (&old.name, old.channel, old.kind);
            self.objects.iter().find(same).map(|new| new.item)
        };
        self.edits = self.edits.iter().filter_map(|(item, edit)| Some((to(item)?, edit.clone()))).collect();
        self.mutes = self.mutes.iter().filter_map(to).collect();
        self.solos = self.solos.iter().filter_map(to).collect();
        self.object_peaks = vec![0.0; self.objects.len()];
    }
}
