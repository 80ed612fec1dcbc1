//! The engine's thread: does what the handle asks, renders a little ahead into rings, and hands rings to the device.

mod arrivals;

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer};

use super::builder::Built;
use super::feed::{Feed, FeedWriter, Join, RING_FRAMES, ring};
use super::metering::{Metering, Tap};
use super::processor::FADE;
use super::shared::Shared;
use super::state::{Event, Listen, Pending, State};
use super::stream::{Maker, Rendered, Stream};
use super::telemetry::DeskLevels;
use super::transport::Place;
use crate::audio::AudioBlock;
use crate::render::GRID;

/// Frames that are there beyond a block of the device and the time it takes to render: what the system may be late by.
const SPARE: usize = 384;
/// What one underrun adds to that, and how far this goes.
const MORE: usize = 256;
const MOST_SPARE: usize = 4_096;
/// The most frames that are rendered ahead before the next block.
const MOST_AHEAD: usize = RING_FRAMES - 2 * GRID;
/// How long the thread sleeps when there is nothing to do.
const NAP: Duration = Duration::from_micros(500);
const LONG_NAP: Duration = Duration::from_millis(3);
/// What was turned while nothing plays is rendered anew when nothing more has been turned for so long.
const UNTOUCHED: Duration = Duration::from_millis(100);

/// Something that sounds, and its ring.
struct Active {
    stream: Stream,
    writer: FeedWriter,
    kind: Listen,
    /// Blocks of the programme that wait to be played: they are counted when they are.
    uncounted: Vec<AudioBlock>,
}

/// All that the thread works with.
pub(super) struct Conductor {
    shared: Arc<Shared>,
    state: Arc<Mutex<State>>,
    metering: Arc<Metering>,
    built: Receiver<Built>,
    feeds: Producer<Feed>,
    reclaim: Consumer<Feed>,
    channels: usize,
    actives: Vec<Active>,
    /// What is not heard at the moment.
    idle: Vec<(Listen, Stream)>,
    unsent: VecDeque<Feed>,
    unmetered: VecDeque<Tap>,
    feed_number: u64,
    spare: usize,
    underruns: u64,
    /// Frames that go by while a block is rendered.
    slow: f64,
    loudness: [Option<f64>; 2],
    waits: Vec<(u64, Event)>,
    /// What is to be heard when it is no longer faded out.
    awaited: Option<Listen>,
    /// When something was turned last that isn't in what is rendered already, while nothing plays.
    turned: Option<Instant>,
}

/// The ends of the queues to and from the device's thread.
pub(super) struct Queues {
    pub(super) feeds: Producer<Feed>,
    pub(super) reclaim: Consumer<Feed>,
}

impl Conductor {
    pub(super) fn new(
        (shared, state): (Arc<Shared>, Arc<Mutex<State>>),
        (metering, built): (Arc<Metering>, Receiver<Built>),
        Queues { feeds, reclaim }: Queues,
        channels: usize,
    ) -> Self {
        Self {
            shared,
            state,
            metering,
            built,
            feeds,
            reclaim,
            channels,
            actives: Vec::new(),
            idle: Vec::new(),
            unsent: VecDeque::new(),
            unmetered: VecDeque::new(),
            feed_number: 0,
            spare: SPARE,
            underruns: 0,
            slow: 0.0,
            loudness: [None; 2],
            waits: Vec::new(),
            awaited: None,
            turned: None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the first stream to its place.
    pub(super) fn begin(&mut self, stream: Stream, start: u64) {
        self.play(stream, Listen::Programme, (Place::new(start, None), Join::AtOnce));
    }

    /// Works until the last handle is gone.
    pub(super) fn run(mut self) {
        while !self.shared.over.load(Ordering::Acquire) {
            self.collect();
            self.obey();
            self.take_in();
            self.render_anew();
            self.tell();
            if !self.render() {
                let playing = self.shared.playing.load(Ordering::Relaxed);
                thread::sleep(if playing { NAP } else { LONG_NAP });
            }
        }
    }

    /// What the device is done with goes; streams that only it needed become idle or go too.
    fn collect(&mut self) {
        while let Some(feed) = self.unsent.pop_front() {
            if let Err(rtrb::PushError::Full(feed)) = self.feeds.push(feed) {
                self.unsent.push_front(feed);
                break;
            }
        }
        while let Ok(feed) = self.reclaim.pop() {
            self.retire(feed.number);
        }
        if let Some(to) = self.awaited.take() {
            self.listen(to);
        }
        if let Some(tap) = self.unmetered.pop_front() {
            self.send(tap);
        }
    }

    fn retire(&mut self, number: u64) {
        let Some(at) = self.actives.iter().position(|active| active.writer.number == number) else { return };
        if at + 1 == self.actives.len() {
            return;
        }
        let Active { stream, kind, .. } = self.actives.remove(at);
        let newer = self.actives.iter().any(|active| active.kind == kind);
        if !newer && !self.idle.iter().any(|(idle, _)| *idle == kind) {
            self.idle.push((kind, stream));
        }
    }

    /// Does what the handle asked for.
    fn obey(&mut self) {
        let (pending, edits, asked) = {
            let mut state = self.state();
            let asked = self.shared.asked.load(Ordering::Acquire);
            let pending = std::mem::take(&mut state.pending);
            let edit = |item: &usize| {
                let edit = state.edits.get(item).cloned().unwrap_or_default();
                (*item, Arc::new(edit.at_level(state.level(*item))))
            };
            let edits: Vec<_> = pending.changed.iter().map(edit).collect();
            (pending, edits, asked)
        };
        let programmes = self.actives.iter_mut().filter(|active| active.kind == Listen::Programme);
        let streams = programmes.map(|active| &mut active.stream);
        let idle =
            self.idle.iter_mut().filter(|(kind, _)| *kind == Listen::Programme).map(|(_, stream)| stream);
        for stream in streams.chain(idle) {
            edits.iter().for_each(|(item, edit)| stream.change(*item, edit));
            if let Some(head) = pending.head {
                stream.turn_head(head);
            }
            if let Some(strip) = pending.watch {
                stream.watch(strip);
            }
            if pending.reset_meters {
                stream.reset_peaks();
            }
        }
        let Pending { seek, looped, listen, reset_meters, .. } = pending;
        if reset_meters {
            self.loudness[0] = None;
            self.meter(Tap::Reset);
        }
        if let Some(looped) = looped {
            let mut state = self.state();
            state.looped = looped.filter(|range| range.start < range.end && range.start < state.frames);
            drop(state);
            self.seek(seek.unwrap_or_else(|| self.shared.position.load(Ordering::Acquire)));
        } else if let Some(sample) = seek {
            self.seek(sample);
        }
        self.shared.answered.store(asked, Ordering::Release);
        if let Some(listen) = listen {
            self.listen(listen);
        }
    }

    /// Goes to a place with what is heard.
    fn seek(&mut self, sample: u64) {
        let (looped, frames) = {
            let state = self.state();
            (state.looped.clone(), state.frames)
        };
        let Some(Active { stream, kind, .. }) = self.actives.pop() else { return };
        self.play(stream, kind, (Place::new(sample.min(frames), looped), Join::AtOnce));
        self.shared.sought.store(self.feed_number, Ordering::Release);
    }

    /// Starts a stream where the one that is heard will be in a moment.
    fn play_in_step(&mut self, stream: Stream, kind: Listen) {
        let looped = self.state().looped.clone();
        let place = self.actives.last().map(|active| {
            let playing = self.shared.playing.load(Ordering::Relaxed);
            let lead = if playing { self.margin() + FADE } else { 0 };
            let frames = active.writer.read() + lead as u64;
            let join = Join::InStep { feed: active.writer.number, frames };
            (Place::new(active.writer.place.after(frames), looped.clone()), join)
        });
        let sample = self.shared.position.load(Ordering::Acquire);
        let place = place.unwrap_or_else(|| (Place::new(sample, looped), Join::AtOnce));
        self.play(stream, kind, place);
    }

    fn play(&mut self, mut stream: Stream, kind: Listen, (place, join): (Place, Join)) {
        self.feed_number += 1;
        stream.restart(&place);
        let (writer, feed) = ring(self.feed_number, self.channels, place, join);
        self.unsent.push_back(feed);
        self.actives.push(Active { stream, writer, kind, uncounted: Vec::new() });
        self.collect();
        // A device that stands still takes none: of those that wait for it only the last will be heard.
        while self.unsent.len() > 1 {
            let older = self.unsent.pop_front();
            older.into_iter().for_each(|feed| self.retire(feed.number));
        }
    }

    /// Frames that have to be there.
    fn margin(&self) -> usize {
        let device = self.shared.device_block.load(Ordering::Relaxed);
        (device + self.spare + 2 * self.slow as usize).min(MOST_AHEAD)
    }

    /// Renders a block where one is needed, for what has been heard longest first; false where none is, or none can be yet.
    fn render(&mut self) -> bool {
        let margin = self.margin();
        (0..self.actives.len()).any(|number| {
            let hungry = |active: &Active| !active.writer.has_ended() && active.writer.waiting() < margin;
            self.actives.get(number).is_some_and(hungry) && self.render_one(number)
        })
    }

    fn render_one(&mut self, number: usize) -> bool {
        let newest = number + 1 == self.actives.len();
        let playing = self.shared.playing.load(Ordering::Relaxed);
        let Some(Active { stream, writer, kind, uncounted }) = self.actives.get_mut(number) else {
            return false;
        };
        let (is_programme, mut taps) = (*kind == Listen::Programme, Vec::new());
        match stream.next() {
            Ok(Rendered::Later) => return false,
            Ok(Rendered::Block(block)) if block.frames() > 0 => {
                writer.put(block);
                if playing {
                    taps.extend(uncounted.drain(..).map(|block| Tap::Block(block, true)));
                } else if is_programme {
                    uncounted.push(block.clone());
                }
                taps.extend(newest.then(|| Tap::Block(block.clone(), is_programme && playing)));
            }
            Ok(Rendered::Block(_)) => {}
            Ok(Rendered::End) => writer.end(),
            Err(message) => {
                writer.end();
                self.state().event(Event::Failed { message });
                return true;
            }
        }
        let ahead = writer.waiting();
        if let Maker::Engine(maker) = &stream.maker
            && newest
        {
            let (spent, peaks) = (maker.spent.as_secs_f64(), maker.peaks.clone());
            let desk = stream.desk.take();
            self.note(spent, (peaks, desk.unwrap_or_default()), ahead);
        }
        taps.into_iter().for_each(|tap| self.meter(tap));
        true
    }

    /// What there is to tell about the block that was rendered last.
    fn note(&mut self, spent: f64, (peaks, desk): (Vec<f32>, DeskLevels), ahead: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let load = spent * f64::from(state.sample_rate) / GRID as f64;
        self.slow = (load * GRID as f64).max(self.slow * 0.99);
        state.load += (load - state.load) * 0.02;
        state.peak_load = state.peak_load.max(load);
        (state.object_peaks, state.desk, state.ahead) = (peaks, desk, ahead);
    }

    fn meter(&mut self, tap: Tap) {
        match tap {
            // Samples that nobody measured in time are left out; what is said about them is not.
            Tap::Block(..) => {
                let _ = self.metering.send(tap);
            }
            tap => self.unmetered.push_back(tap),
        }
    }

    fn send(&mut self, tap: Tap) {
        let again = match &tap {
            Tap::Channels(channels) => Tap::Channels(channels.clone()),
            _ => Tap::Reset,
        };
        if !self.metering.send(tap) {
            self.unmetered.push_front(again);
        }
    }

    /// Events that the device's thread brought about.
    fn tell(&mut self) {
        let heard = self.shared.heard.load(Ordering::Acquire);
        let (done, waits) =
            std::mem::take(&mut self.waits).into_iter().partition(|(number, _)| *number <= heard);
        self.waits = waits;
        let done: Vec<(u64, Event)> = done;
        let ended = self.shared.ended.swap(false, Ordering::AcqRel);
        let underruns = self.shared.underruns.load(Ordering::Relaxed);
        if underruns > self.underruns {
            self.underruns = underruns;
            self.spare = (self.spare + MORE).min(MOST_SPARE);
        }
        if done.is_empty() && !ended {
            return;
        }
        let mut state = self.state();
        done.into_iter().for_each(|(_, event)| state.event(event));
        if ended {
            state.event(Event::Ended);
        }
    }
}
