//! The device's thread: takes rendered frames out of rings, fades from one ring to another, and turns the monitor up and
//! down. It allocates nothing, locks nothing, and never fails or waits.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rtrb::{Consumer, Producer};

use super::feed::{Feed, Join};
use super::shared::Shared;

/// Frames of a fade between two feeds: 10 ms at 48 kHz.
pub(super) const FADE: usize = 480;
/// Of a feed with fewer frames left, none is played: it breaks off.
const SHORTEST_FADE: usize = FADE / 4;
/// Frames in which a movement that breaks off comes to rest.
const REST: f32 = 48.0;
/// Frames in which play and pause fade.
const EDGE: f32 = 240.0;
/// Frames in which the monitor's gain takes a step of 1.
const MONITOR: f32 = 480.0;
/// Frames that are worked on at a time.
const CHUNK: usize = 256;

/// Fills the blocks of a device.
pub struct Processor {
    shared: Arc<Shared>,
    channels: usize,
    incoming: Consumer<Feed>,
    /// Where feeds go that are done with: they are dropped on another thread.
    reclaim: Producer<Feed>,
    current: Option<Feed>,
    next: Option<Feed>,
    fading: Option<Fading>,
    /// Frames of the current feed's fade-in that are over, of so many.
    risen: (usize, usize),
    /// 0 paused … 1 playing.
    level: f32,
    gain: f32,
    /// A ring ran empty, and has not been full since.
    starved: bool,
    chunk: Box<[f32]>,
    /// The frame of the chunk at which sound broke off with nothing to fade out.
    broken: Option<usize>,
    /// The last two frames that were given, the later one first.
    last: [Box<[f32]>; 2],
    held: Held,
}

/// What goes on being heard where sound broke off: its last frame, on its way as it was, coming to rest and dying away.
struct Held {
    frame: Box<[f32]>,
    step: Box<[f32]>,
    /// Frames that are left.
    left: usize,
}

/// A feed that is on its way out.
struct Fading {
    feed: Feed,
    /// Frames that are left, of so many.
    left: usize,
    length: usize,
}

impl Processor {
    pub(super) fn new(
        shared: Arc<Shared>,
        channels: usize,
        incoming: Consumer<Feed>,
        reclaim: Producer<Feed>,
    ) -> Self {
        let gain = shared.gain();
        let frame = || vec![0.0; channels].into_boxed_slice();
        Self {
            shared,
            channels,
            incoming,
            reclaim,
            current: None,
            next: None,
            fading: None,
            risen: (0, 0),
            level: 0.0,
            gain,
            starved: false,
            chunk: vec![0.0; CHUNK * channels].into_boxed_slice(),
            broken: None,
            last: [frame(), frame()],
            held: Held { frame: frame(), step: frame(), left: 0 },
        }
    }

    /// Channels of a frame.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Frames that could be taken now without a gap; all that will ever come when the programme is at its end. A device
    /// that has no clock of its own waits until there are enough, and says how many with `block`.
    pub fn ready(&mut self, block: usize) -> usize {
        self.shared.device_block.fetch_max(block, Ordering::Relaxed);
        self.receive();
        let there = |feed: &Feed| if feed.has_ended() { feed.frames().max(block) } else { feed.frames() };
        match (&self.next, &self.current) {
            (None, None) => 0,
            (None, Some(current)) => there(current),
            // Of one that is replaced in step there must be enough until then.
            (Some(next), Some(current)) if next.follows(current) => there(next).min(there(current)),
            (Some(next), _) => there(next),
        }
    }

    /// Fills `out`, interleaved frames of [`Processor::channels`], with what is to be heard next.
    pub fn process(&mut self, out: &mut [f32]) {
        let frames = out.len() / self.channels;
        self.shared.device_block.fetch_max(frames, Ordering::Relaxed);
        self.receive();
        let (whole, rest) = out.split_at_mut(frames * self.channels);
        rest.fill(0.0);
        let mut done = 0;
        while done < frames {
            let wanted = (frames - done).min(CHUNK);
            let part = &mut whole[done * self.channels..][..wanted * self.channels];
            done += self.process_chunk(part);
        }
        if let Some(feed) = &self.current {
            self.shared.position.store(feed.position(), Ordering::Release);
        }
    }

    /// Takes in the newest feed.
    fn receive(&mut self) {
        while self.reclaim.slots() > 2
            && let Ok(feed) = self.incoming.pop()
        {
            if let Some(older) = self.next.replace(feed) {
                self.give_back(older);
            }
        }
    }

    /// Hands a feed to the thread that drops it. [`Processor::receive`] takes no feed in unless there is room for all that
    /// are here; were there none, the memory would be lost rather than freed on this thread.
    fn give_back(&mut self, feed: Feed) {
        if let Err(rtrb::PushError::Full(feed)) = self.reclaim.push(feed) {
            std::mem::forget(feed);
        }
    }

    /// Some frames at the start of `out`; says how many.
    fn process_chunk(&mut self, out: &mut [f32]) -> usize {
        let mut frames = out.len() / self.channels;
        frames = self.change_feeds(frames);
        let out = &mut out[..frames * self.channels];
        let playing = self.plays(frames);
        if !playing && self.level == 0.0 {
            out.fill(0.0);
            (self.broken, self.held.left) = (None, 0);
            self.last.iter_mut().for_each(|frame| frame.fill(0.0));
            return frames;
        }
        self.take(out);
        self.fade(out);
        self.hold(out);
        self.follow_transport(playing, out);
        self.follow_monitor(out);
        frames
    }

    /// Whether it is to be heard, if only for a moment while scrubbing.
    fn plays(&self, frames: usize) -> bool {
        if self.shared.playing.load(Ordering::Relaxed) {
            return true;
        }
        let left = self.shared.scrub.load(Ordering::Relaxed);
        if left > 0 {
            self.shared.scrub.store(left.saturating_sub(frames as u64), Ordering::Relaxed);
        }
        left > 0
    }

    /// Puts the next feed in the place of the current one when its time has come; gives the frames until then.
    fn change_feeds(&mut self, frames: usize) -> usize {
        let Some(next) = &mut self.next else { return frames };
        if self.fading.is_some() {
            return frames;
        }
        let silent = self.level == 0.0;
        if let (Join::InStep { frames: at, .. }, Some(current), false) = (next.join, &self.current, silent)
            && next.follows(current)
        {
            match at.checked_sub(current.read) {
                Some(0) => {}
                Some(early) => return frames.min(usize::try_from(early).unwrap_or(frames)),
                None => {
                    // Late: it leaves out what the other has played.
                    let behind = (current.read - at).saturating_sub(next.read);
                    next.skip(usize::try_from(behind).unwrap_or(usize::MAX));
                    if next.read < current.read - at {
                        return frames;
                    }
                }
            }
        }
        if next.frames() < frames.min(FADE) && !next.has_ended() {
            return frames;
        }
        let next = self.next.take();
        let current = std::mem::replace(&mut self.current, next);
        self.shared.heard.store(self.current.as_ref().map_or(0, |feed| feed.number), Ordering::Release);
        self.shared.ended.store(false, Ordering::Relaxed);
        self.starved = false;
        self.risen = (0, 0);
        if let Some(feed) = current {
            self.risen = if silent { (0, 0) } else { (0, FADE) };
            let length = FADE.min(feed.frames());
            if silent || length < SHORTEST_FADE {
                self.broken = (!silent).then_some(0);
                self.give_back(feed);
            } else {
                self.fading = Some(Fading { feed, left: length, length });
            }
        }
        frames
    }

    /// The next frames of the current feed, silence where there are none.
    fn take(&mut self, out: &mut [f32]) {
        let Some(feed) = &mut self.current else { return out.fill(0.0) };
        let taken = feed.take(out);
        let missing = &mut out[taken * self.channels..];
        if missing.is_empty() {
            if std::mem::take(&mut self.starved) {
                self.risen = (0, FADE);
            }
            return;
        }
        missing.fill(0.0);
        if feed.has_ended() && feed.frames() == 0 {
            if self.shared.is_left(feed.number) {
                return;
            }
            self.shared.scrub.store(0, Ordering::Relaxed);
            if self.shared.playing.swap(false, Ordering::Relaxed) {
                self.shared.ended.store(true, Ordering::Release);
            }
        } else if !std::mem::replace(&mut self.starved, true) {
            self.shared.underruns.fetch_add(1, Ordering::Relaxed);
            self.broken = Some(taken);
        }
    }

    /// Where sound breaks off, its last frame dies away instead of clicking.
    fn hold(&mut self, out: &mut [f32]) {
        let (channels, Held { frame, step, left }) = (self.channels, &mut self.held);
        let mut from = 0;
        if let Some(at) = self.broken.take() {
            let before = |back: usize| match at.checked_sub(back) {
                Some(at) => out.get(at * channels..(at + 1) * channels).unwrap_or_default(),
                None => &self.last[back - at - 1],
            };
            frame.copy_from_slice(before(1));
            step.iter_mut()
                .zip(before(1))
                .zip(before(2))
                .for_each(|((step, last), older)| *step = last - older);
            (from, *left) = (at, FADE);
        }
        for sounding in out.chunks_exact_mut(channels).skip(from).take(*left) {
            let gain = *left as f32 / FADE as f32;
            for ((sample, held), step) in sounding.iter_mut().zip(frame.iter_mut()).zip(step.iter_mut()) {
                *held += *step;
                *step -= *step / REST;
                *sample += gain * *held;
            }
            *left -= 1;
        }
        if out.len() == channels {
            self.last.swap(0, 1);
        }
        for (kept, frame) in self.last.iter_mut().zip(out.chunks_exact(channels).rev()) {
            kept.copy_from_slice(frame);
        }
    }

    /// The current feed rises while the one before falls.
    fn fade(&mut self, out: &mut [f32]) {
        let (risen, length) = &mut self.risen;
        for frame in out.chunks_exact_mut(self.channels) {
            if risen >= length {
                break;
            }
            let gain = *risen as f32 / *length as f32;
            frame.iter_mut().for_each(|sample| *sample *= gain);
            *risen += 1;
        }
        let Some(Fading { feed, left, length }) = &mut self.fading else { return };
        let wanted = (out.len() / self.channels).min(*left);
        let chunk = &mut self.chunk[..wanted * self.channels];
        let taken = feed.take(chunk);
        let frames = out.chunks_exact_mut(self.channels).zip(chunk.chunks_exact(self.channels));
        for (number, (frame, old)) in frames.take(taken).enumerate() {
            let gain = (*left - number) as f32 / *length as f32;
            frame.iter_mut().zip(old).for_each(|(sample, old)| *sample += gain * old);
        }
        *left -= wanted;
        if *left == 0
            && let Some(Fading { feed, .. }) = self.fading.take()
        {
            self.give_back(feed);
        }
    }

    /// Play and pause. The first sample of a programme is no edge.
    fn follow_transport(&mut self, playing: bool, out: &mut [f32]) {
        let taken = (out.len() / self.channels) as u64;
        let begins = self.current.as_ref().is_some_and(|feed| feed.place.start == 0 && feed.read <= taken);
        let target = if playing { 1.0 } else { 0.0 };
        if playing && begins {
            self.level = 1.0;
        }
        ramp(&mut self.level, target, EDGE, (out, self.channels));
    }

    fn follow_monitor(&mut self, out: &mut [f32]) {
        let target = self.shared.gain();
        if self.gain == target && target == 1.0 {
            return;
        }
        ramp(&mut self.gain, target, MONITOR, (out, self.channels));
    }
}

/// Multiplies frames by a gain on its way to another, at most 1 in so many frames.
fn ramp(gain: &mut f32, target: f32, frames_of_one: f32, (out, channels): (&mut [f32], usize)) {
    if *gain == target && target == 1.0 {
        return;
    }
    let step = 1.0 / frames_of_one;
    for frame in out.chunks_exact_mut(channels) {
        *gain = if *gain < target { (*gain + step).min(target) } else { (*gain - step).max(target) };
        frame.iter_mut().for_each(|sample| *sample *= *gain);
    }
}

impl std::fmt::Debug for Processor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Processor({} channels)", self.channels)
    }
}
