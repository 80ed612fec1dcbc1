//! Where blocks can begin and end: the times that an edition of BS.2076 can write.
//!
//! BS.2076-1 has five decimals of a second, BS.2076-2 samples as well. What begins between two samples begins with the second of
//! them (BS.2127-1 §7.4), so a time that is written down to the ten microseconds before it begins with the same sample, as long
//! as these are less than one: up to 96 kHz. All boundaries are such ticks, and blocks are as long as from one to the next, so
//! that nothing is rounded.

use std::num::NonZeroU32;

use super::Edition;
use crate::adm::AdmTime;
use crate::scene::Time;

/// Places in time, counted from the start of the scene: ticks of ten microseconds, or samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    edition: Edition,
    /// Hz, of the scene.
    rate: NonZeroU32,
}

impl Clock {
    pub(super) fn new(edition: Edition, rate: NonZeroU32) -> Self {
        Self { edition, rate }
    }

    pub(super) fn edition(self) -> Edition {
        self.edition
    }

    fn per_second(self) -> NonZeroU32 {
        match self.edition {
            Edition::First => AdmTime::TICKS_PER_SECOND,
            Edition::Second => self.rate,
        }
    }

    /// The time of a place, as the edition writes it.
    pub(super) fn time(self, place: u64) -> AdmTime {
        match self.edition {
            Edition::First => AdmTime::from_ticks(place),
            Edition::Second => AdmTime::from_samples(place, self.rate),
        }
    }

    /// The place of what happens at `time`: the tick before it, or the sample nearest to it.
    pub(super) fn place(self, time: Time) -> u64 {
        match self.edition {
            Edition::First => {
                let (numerator, denominator) = (time.seconds.numerator, time.seconds.denominator);
                let ticks = u128::from(numerator) * u128::from(AdmTime::TICKS_PER_SECOND.get());
                u64::try_from(ticks / u128::from(denominator.get())).unwrap_or(u64::MAX)
            }
            Edition::Second => time.to_sample(self.rate),
        }
    }

    /// The first place that isn't before `time`.
    pub(super) fn first_from(self, time: AdmTime) -> u64 {
        let places = u128::from(time.numerator) * u128::from(self.per_second().get());
        u64::try_from(places.div_ceil(u128::from(time.denominator.get()))).unwrap_or(u64::MAX / 2)
    }

    /// The last place that isn't after `time`.
    pub(super) fn last_until(self, time: AdmTime) -> u64 {
        let places = u128::from(time.numerator) * u128::from(self.per_second().get());
        u64::try_from(places / u128::from(time.denominator.get())).unwrap_or(u64::MAX / 2)
    }

    /// The first place at which a scene of this length is over.
    pub(super) fn end(self, duration: AdmTime) -> u64 {
        let time = Time::new(duration);
        let place = self.place(time);
        if self.time(place) < duration { place.saturating_add(1) } else { place }
    }

    /// As many places as so many seconds need.
    pub(super) fn ceil(self, seconds: f64) -> u64 {
        (seconds * f64::from(self.per_second().get())).ceil() as u64
    }

    /// How long a block is that holds one sample and no more (two above 96 kHz).
    pub(super) fn sample(self) -> u64 {
        u64::from((self.per_second().get() / self.rate.get()).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arithmetic: a block from tick to tick holds the samples n with start ≤ n / rate < end.
    #[test]
    fn a_jump_holds_its_sample_and_no_other() {
        for hz in [44_100_u32, 48_000, 88_200, 96_000] {
            let rate = NonZeroU32::new(hz).unwrap_or(NonZeroU32::MIN);
            let clock = Clock::new(Edition::First, rate);
            for sample in (0..u64::from(hz) * 3).step_by(7) {
                let start = clock.place(Time::from_samples(sample, rate));
                let end = start + clock.sample();
                let first = |ticks: u64| (ticks * u64::from(hz)).div_ceil(100_000);
                assert_eq!((first(start), first(end)), (sample, sample + 1), "{hz}: {sample}");
            }
        }
    }
}
