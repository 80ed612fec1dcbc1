//! The fader at a strip's end: a gain that may move.

use std::any::Any;

use formats::scene::{AutomationCurve, Shape, chain};

use super::grid::{GRID, Position, for_each_span};
use super::ramp::Ramp;
use super::{MixError, Processor};
use crate::audio::AudioBlock;
use crate::units::Decibels;

/// A jump of the gain is spread over so long from its sample on, so that it makes no click: 2 ms.
const JUMP_SECONDS: f64 = 0.002;

/// A fader of several channels. Every sample has the gain of its own time.
#[derive(Clone, Debug)]
pub struct Fader {
    motion: Motion,
    /// The gains before a change, and how much of those after it is heard.
    leaving: Motion,
    faded: Ramp,
    /// Samples that the sound is late here.
    late: i64,
    /// Samples that went through.
    now: i64,
    position: Position,
    gains: Vec<f32>,
}

/// Gains over time.
#[derive(Clone, Debug, Default)]
struct Motion {
    /// Linear gain where nothing moves.
    still: f64,
    curve: AutomationCurve,
    /// dB that are added to the curve.
    offset_db: f64,
    rate: f64,
    jumps: Vec<Jump>,
    jump_samples: i64,
}

/// Samples of a run of gains that follow from one another.
const RUN: i64 = GRID as i64;

/// A gain that jumps.
#[derive(Clone, Copy, Debug)]
struct Jump {
    sample: i64,
    /// Linear gain before.
    before: f64,
}

impl Fader {
    /// A fader that is turned up by `offset` more, `late` samples behind the time of the scene.
    ///
    /// # Errors
    /// A parameter out of its range.
    pub fn new(
        parameters: &chain::Fader,
        offset: Decibels,
        sample_rate: u32,
        late: i64,
    ) -> Result<Self, MixError> {
        parameters.check()?;
        Ok(Self {
            motion: Motion::new(parameters, offset, f64::from(sample_rate)),
            leaving: Motion::default(),
            faded: Ramp::at(1.0),
            late,
            now: 0,
            position: Position::default(),
            gains: vec![0.0; GRID],
        })
    }
}

impl Motion {
    fn new(parameters: &chain::Fader, offset: Decibels, rate: f64) -> Self {
        let curve = parameters.automation.clone();
        let still_db = curve.keys().first().map_or(parameters.gain_db, |key| key.value);
        let keys = if curve.is_constant() { &[] } else { parameters.automation.keys() };
        let curve = if keys.is_empty() { AutomationCurve::default() } else { curve };
        let mut motion = Self {
            still: Decibels(still_db + offset.0).linear(),
            curve,
            offset_db: offset.0,
            rate,
            jumps: Vec::new(),
            jump_samples: (JUMP_SECONDS * rate).round() as i64,
        };
        let jumps = keys
            .array_windows::<2>()
            .filter(|[a, b]| b.shape == Shape::Step || !a.value.is_finite() || !b.value.is_finite());
        for [a, b] in jumps {
            let sample = (b.time.seconds_f64() * rate).ceil() as i64;
            // One that comes before the last is over begins where that has got to.
            let last = motion.jumps.last().filter(|last| sample - last.sample < motion.jump_samples);
            let before = match last {
                Some(_) => motion.at(sample - 1),
                None => Decibels(a.value + offset.0).linear(),
            };
            motion.jumps.push(Jump { sample, before });
        }
        motion
    }

    /// Linear gain at a sample of the scene.
    fn at(&self, sample: i64) -> f64 {
        if self.curve.keys().is_empty() {
            return self.still;
        }
        let seconds = sample as f64 / self.rate;
        let db = self.curve.value_at(seconds).map_or(f64::NEG_INFINITY, |value| value + self.offset_db);
        let gain = Decibels(db).linear();
        let last = self.jumps.partition_point(|jump| jump.sample <= sample).checked_sub(1);
        match last.and_then(|last| self.jumps.get(last)) {
            Some(jump) if sample - jump.sample < self.jump_samples => {
                let part = (sample - jump.sample + 1) as f64 / self.jump_samples as f64;
                jump.before + (gain - jump.before) * part
            }
            _ => gain,
        }
    }

    /// Linear gains from the sample `first` of the scene on. Where nothing but a straight line in dB is near, each is the one
    /// before it times the same: from places that don't depend on `first`, so that the gains don't either.
    fn fill(&self, first: i64, gains: &mut [f32]) {
        let mut done = 0;
        while let Some(rest) = gains.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = first + done as i64;
            let start = at.div_euclid(RUN) * RUN;
            let count = usize::try_from(start + RUN - at).unwrap_or(1).min(rest.len());
            let part = &mut rest[..count];
            match self.run(start) {
                Some((mut gain, step)) => {
                    (start..at).for_each(|_| gain *= step);
                    for to in part {
                        *to = gain as f32;
                        gain *= step;
                    }
                }
                None => (at..).zip(part).for_each(|(sample, to)| *to = self.at(sample) as f32),
            }
            done += count;
        }
    }

    /// The gain at `start` and what it is multiplied with from sample to sample, where that holds for [`RUN`] samples.
    fn run(&self, start: i64) -> Option<(f64, f64)> {
        let seconds = |sample: i64| sample as f64 / self.rate;
        let keys = self.curve.keys();
        let next = self.segment(start);
        let (before, after) = (keys.get(next.checked_sub(1)?)?, keys.get(next)?);
        let is_straight = after.shape == Shape::Linear && before.value.is_finite() && after.value.is_finite();
        if !is_straight
            || self.segment(start - self.jump_samples) != next
            || self.segment(start + RUN) != next
        {
            return None;
        }
        let db = |sample: i64| Some(self.curve.value_at(seconds(sample))? + self.offset_db);
        let (first, last) = (db(start)?, db(start + RUN)?);
        Some((Decibels(first).linear(), Decibels((last - first) / RUN as f64).linear()))
    }

    /// How many keys lie at a sample of the scene or before it.
    fn segment(&self, sample: i64) -> usize {
        let seconds = sample as f64 / self.rate;
        self.curve.keys().partition_point(|key| key.time.seconds_f64() <= seconds)
    }

    /// Whether the curve stands still from one sample of the scene to another.
    fn stands(&self, first: i64, last: i64) -> bool {
        let next = self.segment(last);
        if self.segment(first - self.jump_samples) != next {
            return false;
        }
        let keys = self.curve.keys();
        match (next.checked_sub(1).and_then(|before| keys.get(before)), keys.get(next)) {
            (Some(before), Some(after)) => {
                let holds = after.shape == Shape::Step || before.value == after.value;
                holds || !before.value.is_finite() || !after.value.is_finite()
            }
            _ => true,
        }
    }

    /// The gain from one sample of the scene to another, where it stands still.
    fn still(&self, first: i64, last: i64) -> Option<f64> {
        if self.curve.keys().is_empty() {
            return Some(self.still);
        }
        self.stands(first, last).then(|| self.at(first))
    }
}

impl Processor for Fader {
    fn process(&mut self, block: &mut AudioBlock, _key: Option<&[f32]>) {
        let mut position = self.position;
        let mut gains = std::mem::take(&mut self.gains);
        for_each_span(&mut position, block.frames(), |span| {
            let first = self.now - self.late;
            let count = span.samples.len() as i64;
            self.now += count;
            let changing = self.faded.still().is_none();
            let still = self.motion.still(first, first + count - 1).filter(|_| !changing);
            match still {
                Some(1.0) => {}
                Some(gain) => {
                    let gain = gain as f32;
                    for samples in block.channels_mut() {
                        samples[span.samples.clone()].iter_mut().for_each(|sample| *sample *= gain);
                    }
                }
                None => {
                    self.motion.fill(first, &mut gains[..span.samples.len()]);
                    if changing {
                        for (sample, gain) in (first..).zip(&mut gains[..span.samples.len()]) {
                            let (before, part) = (self.leaving.at(sample) as f32, self.faded.next());
                            // Rounded no more once it is over: where a block ends must make no difference.
                            if part < 1.0 {
                                *gain = before + (*gain - before) * part;
                            }
                        }
                    }
                    for samples in block.channels_mut() {
                        let samples = samples[span.samples.clone()].iter_mut();
                        samples.zip(&gains).for_each(|(sample, gain)| *sample *= gain);
                    }
                }
            }
        });
        self.gains = gains;
        self.position = position;
    }

    fn latency(&self) -> i64 {
        0
    }

    fn tail(&self) -> usize {
        0
    }

    fn take_over(&mut self, new: &mut dyn Processor) {
        let Some(new) = new.as_any_mut().downcast_mut::<Self>() else { return };
        std::mem::swap(&mut self.leaving, &mut new.motion);
        std::mem::swap(&mut self.leaving, &mut self.motion);
        self.faded = Ramp::between(0.0, 1.0);
    }

    fn is_changing(&self) -> bool {
        self.faded.still().is_none()
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn reset(&mut self) {
        self.restart(0);
    }

    fn restart(&mut self, sample: i64) {
        self.faded = Ramp::at(1.0);
        self.now = sample;
        self.position = Position::default();
    }
}

#[cfg(test)]
mod tests {
    use formats::scene::{Key, Time};

    use super::*;
    use crate::mix::tests::run;

    const RATE: u32 = 48_000;

    fn keys(keys: &[(u32, f64, Shape)]) -> chain::Fader {
        let key = |(milliseconds, value, shape): &(u32, f64, Shape)| {
            Key::new(Time::from_milliseconds(*milliseconds), *value, *shape)
        };
        let automation = AutomationCurve::new(keys.iter().map(key).collect()).expect("in order");
        chain::Fader { gain_db: 0.0, automation }
    }

    fn gains(parameters: &chain::Fader, offset_db: f64, late: i64, frames: usize) -> Vec<f32> {
        let mut fader = Fader::new(parameters, Decibels(offset_db), RATE, late).expect("in range");
        run(&mut fader, &[vec![1.0; 96_000]], None, frames).remove(0)
    }

    #[test]
    fn every_sample_has_the_gain_of_its_time() {
        let parameters = keys(&[(500, 0.0, Shape::Linear), (1_500, -20.0, Shape::Linear)]);
        for (late, frames) in [(0, 1_024), (0, 17), (700, 256)] {
            let found = gains(&parameters, 2.0, late, frames);
            for (n, found) in found.iter().enumerate() {
                let seconds = (n as f64 - late as f64) / 48_000.0;
                let db = 2.0 - 20.0 * (seconds - 0.5).clamp(0.0, 1.0);
                let expected = 10f64.powf(db / 20.0);
                assert!((f64::from(*found) / expected - 1.0).abs() < 1e-6, "sample {n}: {found}");
            }
        }
    }

    #[test]
    fn a_jump_begins_at_its_sample_and_does_not_click() {
        let parameters = keys(&[
            (0, -40.0, Shape::Linear),
            (1_000, 0.0, Shape::Step),
            (1_500, f64::NEG_INFINITY, Shape::Linear),
        ]);
        let found = gains(&parameters, 0.0, 0, 999);
        assert_eq!(found[47_999], 0.01);
        assert!(found[48_000] > 0.01 && found[48_095] == 1.0 && found[71_999] == 1.0);
        assert!(found[72_000] < 1.0 && found[72_095..].iter().all(|gain| *gain == 0.0));
        let steepest = found.array_windows::<2>().map(|[a, b]| (a - b).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.011, "a step of {steepest}");
    }

    #[test]
    fn a_fader_that_stands_at_zero_changes_no_bit() {
        let input = [crate::mix::tests::noise(1, 5_000)];
        for parameters in [chain::Fader::default(), keys(&[(0, 0.0, Shape::Linear), (9, 0.0, Shape::Smooth)])]
        {
            let mut fader = Fader::new(&parameters, Decibels(0.0), RATE, 0).expect("in range");
            assert_eq!(run(&mut fader, &input, None, 300), input);
        }
        let found = gains(&chain::Fader { gain_db: -20.0, ..Default::default() }, 6.0, 0, 100);
        assert!((f64::from(found[5]) - 10f64.powf(-14.0 / 20.0)).abs() < 1e-7);
    }
}
