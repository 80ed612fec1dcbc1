//! A voice that speaks: glottal pulses and breath through moving formants (after Klatt, JASA 67, 1980).

use super::source::{Filter, Noise};

/// One speech sound: formants in Hz, how much voice and hiss, where the hiss sits, how long it lasts.
#[derive(Clone, Copy, Debug)]
struct Sound {
    formants: [f64; 3],
    voice: f64,
    hiss: f64,
    hiss_hz: f64,
    seconds: f64,
}

const fn vowel(f1: f64, f2: f64, f3: f64, seconds: f64) -> Sound {
    Sound { formants: [f1, f2, f3], voice: 1.0, hiss: 0.0, hiss_hz: 4000.0, seconds }
}

const fn murmur(f1: f64, f2: f64, f3: f64, seconds: f64) -> Sound {
    Sound { formants: [f1, f2, f3], voice: 0.45, hiss: 0.0, hiss_hz: 4000.0, seconds }
}

const fn hiss(hiss_hz: f64, level: f64, voice: f64, seconds: f64) -> Sound {
    Sound { formants: [350.0, 1700.0, 2600.0], voice, hiss: level, hiss_hz, seconds }
}

const fn pause(seconds: f64) -> Sound {
    Sound { formants: [500.0, 1500.0, 2500.0], voice: 0.0, hiss: 0.0, hiss_hz: 4000.0, seconds }
}

/// "Do you hear the rain?"
const FIRST_LINE: [Sound; 14] = [
    hiss(3200.0, 0.14, 0.1, 0.03),
    vowel(320.0, 1300.0, 2250.0, 0.13),
    murmur(280.0, 2200.0, 2900.0, 0.06),
    vowel(310.0, 950.0, 2250.0, 0.15),
    hiss(1800.0, 0.08, 0.0, 0.08),
    vowel(300.0, 2250.0, 2950.0, 0.17),
    murmur(420.0, 1350.0, 1650.0, 0.11),
    hiss(5200.0, 0.05, 0.4, 0.05),
    vowel(500.0, 1450.0, 2450.0, 0.08),
    murmur(330.0, 1150.0, 1500.0, 0.08),
    vowel(560.0, 1800.0, 2600.0, 0.14),
    vowel(350.0, 2150.0, 2850.0, 0.16),
    murmur(270.0, 1500.0, 2500.0, 0.16),
    pause(0.05),
];

/// "Listen: it is moving all around us."
const SECOND_LINE: [Sound; 28] = [
    murmur(360.0, 1150.0, 2700.0, 0.07),
    vowel(400.0, 1950.0, 2600.0, 0.09),
    hiss(6000.0, 0.13, 0.0, 0.11),
    vowel(480.0, 1500.0, 2500.0, 0.06),
    murmur(270.0, 1550.0, 2550.0, 0.14),
    pause(0.28),
    vowel(400.0, 1980.0, 2580.0, 0.08),
    pause(0.04),
    hiss(4500.0, 0.10, 0.0, 0.02),
    vowel(400.0, 1950.0, 2550.0, 0.08),
    hiss(5800.0, 0.09, 0.4, 0.08),
    murmur(270.0, 1050.0, 2250.0, 0.09),
    vowel(320.0, 980.0, 2250.0, 0.17),
    hiss(4800.0, 0.04, 0.5, 0.05),
    vowel(390.0, 1950.0, 2550.0, 0.08),
    murmur(280.0, 2200.0, 2800.0, 0.10),
    vowel(600.0, 900.0, 2500.0, 0.16),
    murmur(380.0, 880.0, 2700.0, 0.08),
    vowel(500.0, 1400.0, 2450.0, 0.06),
    murmur(340.0, 1150.0, 1550.0, 0.07),
    vowel(720.0, 1250.0, 2500.0, 0.13),
    vowel(430.0, 950.0, 2350.0, 0.10),
    murmur(270.0, 1550.0, 2550.0, 0.09),
    hiss(3300.0, 0.08, 0.2, 0.03),
    vowel(640.0, 1250.0, 2500.0, 0.15),
    hiss(6200.0, 0.12, 0.0, 0.15),
    pause(0.05),
    pause(0.05),
];

/// Bandwidths of the four formants, Hz; the fourth stands at [`FOURTH_HZ`].
const BANDWIDTHS: [f64; 4] = [70.0, 95.0, 140.0, 220.0];
const FOURTH_HZ: f64 = 3500.0;
/// Mean pitch of the voice.
const PITCH_HZ: f64 = 118.0;
/// How fast the mouth moves: time constant of formants and levels, seconds.
const GLIDE: f64 = 0.018;

/// Adds both lines of the dialogue to `track`, the first from `first` seconds on, the second from `second`.
pub(super) fn speak(track: &mut [f32], sample_rate: f64, first: f64, second: f64) {
    say(
        &mut track[at(first, sample_rate)..],
        sample_rate,
        &FIRST_LINE,
        Melody { lift: 1.28, rise: 0.22 },
        11,
    );
    say(
        &mut track[at(second, sample_rate)..],
        sample_rate,
        &SECOND_LINE,
        Melody { lift: 1.18, rise: -0.16 },
        12,
    );
}

fn at(seconds: f64, sample_rate: f64) -> usize {
    (seconds * sample_rate).round() as usize
}

/// The pitch over a line: starts lifted, falls, and ends rising (a question) or falling (a statement).
#[derive(Clone, Copy, Debug)]
struct Melody {
    lift: f64,
    rise: f64,
}

impl Melody {
    fn pitch(self, done: f64) -> f64 {
        let fall = self.lift - 0.22 * done + 0.05 * (done * 19.0).sin();
        PITCH_HZ * (fall + self.rise * ((done - 0.7) / 0.3).max(0.0))
    }
}

fn say(track: &mut [f32], sample_rate: f64, line: &[Sound], melody: Melody, seed: u64) {
    let Some(first) = line.first() else { return };
    let total: f64 = line.iter().map(|sound| sound.seconds).sum();
    let mut formants: Vec<Filter> = BANDWIDTHS.iter().map(|_| Filter::new(sample_rate)).collect();
    let mut hiss_filter = Filter::new(sample_rate);
    let mut noise = Noise::new(seed);
    let mut now = Sound { voice: 0.0, hiss: 0.0, ..*first };
    let mut glottis = Glottis::default();
    let glide = 1.0 - (-1.0 / (GLIDE * sample_rate)).exp();
    let (mut sound, mut sound_end) = (0, first.seconds);
    for (i, out) in track.iter_mut().enumerate() {
        let t = i as f64 / sample_rate;
        if t > total + 0.1 {
            break;
        }
        while t > sound_end && sound + 1 < line.len() {
            sound += 1;
            sound_end += line[sound].seconds;
        }
        now = now.towards(if t > total { &PAUSE } else { &line[sound] }, glide);
        let breath = noise.next();
        let pulse = glottis.next(melody.pitch(t / total) / sample_rate, &mut noise);
        let mut x = now.voice * (pulse + 0.02 * breath);
        let frequencies = [now.formants[0], now.formants[1], now.formants[2], FOURTH_HZ];
        let mut mouth = 0.0;
        for (((filter, hz), bandwidth), level) in
            formants.iter_mut().zip(frequencies).zip(BANDWIDTHS).zip([1.0, -0.63, 0.42, -0.22])
        {
            mouth += level * filter.next(x, hz, hz / bandwidth).band;
        }
        x = mouth + now.hiss * hiss_filter.next(breath, now.hiss_hz, 1.2).band;
        *out += x as f32;
    }
}

const PAUSE: Sound = pause(1.0);

impl Sound {
    fn towards(self, target: &Self, share: f64) -> Self {
        let step = |from: f64, to: f64| from + share * (to - from);
        Self {
            formants: std::array::from_fn(|i| step(self.formants[i], target.formants[i])),
            voice: step(self.voice, target.voice),
            hiss: step(self.hiss, target.hiss),
            hiss_hz: step(self.hiss_hz, target.hiss_hz),
            seconds: target.seconds,
        }
    }
}

/// The vocal folds: Rosenberg's pulse, differentiated, with a little unsteadiness.
#[derive(Clone, Debug, Default)]
struct Glottis {
    phase: f64,
    flow: f64,
    jitter: f64,
}

impl Glottis {
    fn next(&mut self, cycles: f64, noise: &mut Noise) -> f64 {
        self.phase += cycles * (1.0 + self.jitter);
        if self.phase >= 1.0 {
            self.phase -= 1.0;
            self.jitter = 0.012 * noise.next();
        }
        let flow = match self.phase {
            p if p < 0.4 => 0.5 * (1.0 - (std::f64::consts::PI * p / 0.4).cos()),
            p if p < 0.56 => (std::f64::consts::FRAC_PI_2 * (p - 0.4) / 0.16).cos(),
            _ => 0.0,
        };
        let change = flow - self.flow;
        self.flow = flow;
        change * 14.0
    }
}
