//! The limiter: what it must hold, and what it must leave alone.

use std::f64::consts::{PI, TAU};

use super::material::linear;
use crate::loudness::{Limiter, apply_gains};

const RATE: u32 = 48_000;
const CEILING: f64 = -1.0;
/// What a delivered file may be above the ceiling, dB, at sixteen times the rate.
const HELD: f64 = 0.05;
const OVERSAMPLING: usize = 16;

/// Numbers that are the same on every machine.
struct Random(u32);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(self.0 >> 8) / f64::from(1 << 24)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    fn bipolar(&mut self) -> f64 {
        2.0 * self.uniform() - 1.0
    }
}

type Planes = Vec<Vec<f32>>;

fn gains_in(planes: &[Vec<f32>], ceiling: f64, blocks: &[usize]) -> Vec<f32> {
    let frames = planes[0].len();
    let mut limiter = Limiter::new(RATE, planes.len(), ceiling).unwrap();
    let (all, mut gains, mut at) = (planes.concat(), Vec::new(), 0);
    for block in blocks.iter().cycle() {
        let count = (*block).min(frames - at);
        limiter.add(&all[at..], frames, count, &mut gains);
        at += count;
        if at == frames {
            break;
        }
    }
    limiter.finish(&mut gains);
    assert_eq!(gains.len(), frames);
    gains
}

fn limited(planes: &[Vec<f32>], ceiling: f64) -> (Planes, Vec<f32>) {
    let gains = gains_in(planes, ceiling, &[1024]);
    let mut out = planes.to_vec();
    out.iter_mut().for_each(|plane| apply_gains(&gains, plane));
    (out, gains)
}

/// What a file of 24 bits holds of `plane`, dithered with triangular noise.
fn written(plane: &[f32], random: &mut Random) -> Vec<f64> {
    const STEPS: f64 = 8_388_608.0;
    let step = |sample: &f32| {
        let noise = random.uniform() + random.uniform() - 1.0;
        (f64::from(*sample) * STEPS + noise).round().clamp(-STEPS, STEPS - 1.0) / STEPS
    };
    plane.iter().map(step).collect()
}

/// A reconstruction: so many samples on either side, weighted by Hann's window, for every sixteenth between two samples.
fn hann_bank(width: usize) -> Vec<Vec<f64>> {
    let tap = |t: f64| {
        let window = 0.5 + 0.5 * (PI * t / width as f64).cos();
        if t == 0.0 { window } else { window * (PI * t).sin() / (PI * t) }
    };
    let phase = |phase: usize| {
        let at = phase as f64 / OVERSAMPLING as f64;
        (0..2 * width).map(|k| tap(k as f64 + 1.0 - width as f64 - at)).collect()
    };
    (0..OVERSAMPLING).map(phase).collect()
}

/// The true peak of `samples` by a bank, dBTP.
fn true_peak(samples: &[f64], bank: &[Vec<f64>]) -> f64 {
    let taps = bank[0].len();
    let silence = vec![0.0; taps];
    let padded: Vec<f64> = [&silence, samples, &silence].concat();
    let near: Vec<f64> =
        padded.windows(taps).map(|seen| seen.iter().fold(0.0, |most: f64, s| most.max(s.abs()))).collect();
    let loudest = near.iter().fold(0.0_f64, |most, s| most.max(*s));
    let value = |seen: &[f64], taps: &Vec<f64>| seen.iter().zip(taps).map(|(s, t)| s * t).sum::<f64>().abs();
    // Four times the loudest sample that it sees is more than any value there can be.
    let worth = padded.windows(taps).zip(&near).filter(|(_, near)| **near * 4.0 > loudest);
    let peak = worth.flat_map(|(seen, _)| bank.iter().map(move |taps| value(seen, taps))).fold(0.0, f64::max);
    20.0 * peak.log10()
}

/// A programme with something of everything that limiters trip over.
fn programme(random: &mut Random, channels: usize, frames: usize) -> Planes {
    let mut planes = vec![vec![0.0_f32; frames]; channels];
    for plane in &mut planes {
        for _ in 0..4 {
            let (from, kind) = (random.between(0.0, frames as f64 * 0.8) as usize, random.uniform());
            let length = random.between(8.0, frames as f64) as usize;
            let (amplitude, hertz) = (random.between(0.1, 0.9), 20.0 * 1000.0_f64.powf(random.uniform()));
            let (bend, phase) = (random.between(0.0, 1e-5), random.between(0.0, TAU));
            let mut smooth = 0.0;
            for (n, sample) in plane.iter_mut().skip(from).take(length).enumerate() {
                let n = n as f64;
                let turn = TAU * hertz / f64::from(RATE) * n * (1.0 + bend * n) + phase;
                let noise = random.bipolar();
                smooth += 0.4 * (noise - smooth);
                *sample += (amplitude
                    * match (kind * 6.0) as u32 {
                        0 => noise,
                        1 => 2.0 * smooth,
                        2 => turn.sin(),
                        3 => turn.sin().signum(),
                        4 => turn.sin() * (-n / 400.0).exp(),
                        _ => f64::from(u8::from(noise > 0.99)),
                    }) as f32;
            }
        }
    }
    planes
}

#[test]
fn random_programmes_at_12_db_of_drive_stay_below_the_ceiling() {
    const PROGRAMMES: u32 = 1000;
    let bank = hann_bank(24);
    let mut random = Random(1);
    for number in 0..PROGRAMMES {
        let channels = 1 + number as usize % 2;
        let mut planes = programme(&mut random, channels, 2400);
        planes.iter_mut().flatten().for_each(|sample| *sample *= linear(12.0) as f32);
        let (out, _) = limited(&planes, CEILING);
        for plane in out {
            let peak = true_peak(&written(&plane, &mut random), &bank);
            assert!(peak <= CEILING + HELD, "programme {number}: {peak} dBTP");
        }
    }
}

/// Signals on which short reconstructions are wrong, and on which gains that move make peaks of their own.
#[test]
fn signals_that_are_hard_to_hold_are_held() {
    let frames = 9600;
    let of = |value: &dyn Fn(f64) -> f64| (0..frames).map(|n| value(n as f64) as f32).collect::<Vec<f32>>();
    let mut random = Random(3);
    let noise: Vec<f32> = (0..frames).map(|_| (4.0 * random.bipolar()) as f32).collect();
    let signals = [
        ("direct current", of(&|n| if n > 3000.0 { 3.0 } else { 0.0 })),
        ("a quarter of the rate at 45°", of(&|n| 4.0 * (n * PI / 2.0 + PI / 4.0).sin())),
        ("square", of(&|n| 4.0 * (n * TAU * 0.0137).sin().signum())),
        ("impulse", of(&|n| if n == 4000.0 { 8.0 } else { 0.0 })),
        (
            "two impulses",
            of(&|n| {
                if n == 4000.0 {
                    8.0
                } else if n == 4001.0 {
                    6.0
                } else {
                    0.0
                }
            }),
        ),
        (
            "burst",
            of(&|n| if (4000.0..4100.0).contains(&n) { 4.0 * (n * 2.6).sin() } else { 0.01 * n.sin() }),
        ),
        ("low note", of(&|n| 3.0 * (n * TAU * 40.0 / 48_000.0).sin())),
        ("white noise", noise),
    ];
    for (name, signal) in signals {
        let (out, _) = limited(&[signal], CEILING);
        let samples = written(&out[0], &mut random);
        for width in [10, 24, 64] {
            let peak = true_peak(&samples, &hann_bank(width));
            assert!(peak <= CEILING + HELD, "{name}, {width} samples either side: {peak} dBTP");
            assert!(peak > CEILING - 0.6, "{name}, {width} samples either side: only {peak} dBTP");
        }
    }
}

/// A quarter of the rate at 45°: the true peak is √2 times the samples'.
#[test]
fn below_the_threshold_not_a_bit_is_changed() {
    let below = linear(CEILING - 0.15);
    // It swells and fades, for where a wave begins at once its true peak is higher.
    let fade = |n: u32| (f64::from(n.min(9600 - n)) / 2400.0).min(1.0);
    let wave = |n: u32| (below * fade(n) * (f64::from(n) * PI / 2.0 + PI / 4.0).sin()) as f32;
    let sine: Vec<f32> = (0..9600).map(wave).collect();
    let (out, gains) = limited(&[sine.clone(), vec![0.0; 9600]], CEILING);
    assert!(out[0].iter().zip(&sine).all(|(a, b)| a.to_bits() == b.to_bits()));
    assert!(gains.iter().all(|gain| *gain == 1.0));
    let above: Vec<f32> = sine.iter().map(|sample| sample * linear(0.25) as f32).collect();
    assert!(limited(&[above], CEILING).1.iter().any(|gain| *gain < 1.0));
}

/// Around a single peak, gains are in time with the sound: one before the look-ahead, least at the peak, one again within two seconds.
#[test]
fn a_peak_is_met_in_time_and_left_behind() {
    let (frames, at) = (3 * RATE as usize, RATE as usize);
    let mut quiet: Vec<f32> = (0..frames).map(|n| (0.1 * (n as f64 * 0.05).sin()) as f32).collect();
    quiet[at] = 2.0;
    let (out, gains) = limited(&[quiet.clone()], CEILING);
    let wanted = CEILING - 20.0 * 2.0_f64.log10();
    let least = gains.iter().copied().fold(1.0, f32::min);
    assert_eq!(least, gains[at]);
    let reached = 20.0 * f64::from(least).log10();
    assert!((wanted - 0.15..=wanted - 0.05).contains(&reached), "{reached} dB for {wanted} dB");
    let (first, last) = (gains.iter().position(|g| *g < 1.0), gains.iter().rposition(|g| *g < 1.0));
    let (first, last) = (first.unwrap(), last.unwrap());
    assert!((at - 300..at - 100).contains(&first), "begins {} frames before", at - first);
    assert!(last < at + 2 * RATE as usize, "ends {} frames after", last - at);
    assert!(gains[at + RATE as usize / 5] > 0.94, "{}", gains[at + RATE as usize / 5]);
    for n in (0..first).chain(last + 1..frames) {
        assert_eq!(out[0][n].to_bits(), quiet[n].to_bits(), "frame {n}");
    }
}

/// Limiting that goes on holds still: a 50 Hz tone 6 dB too loud keeps its shape.
#[test]
fn steady_limiting_does_not_follow_the_wave() {
    let tone: Vec<f32> =
        (0..3 * RATE).map(|n| (2.0 * (TAU * 50.0 / 48_000.0 * f64::from(n)).sin()) as f32).collect();
    let (_, gains) = limited(&[tone], 0.0);
    let settled = &gains[2 * RATE as usize..gains.len() - 960];
    let (least, most) = settled.iter().fold((1.0_f32, 0.0_f32), |(a, b), gain| (a.min(*gain), b.max(*gain)));
    let ripple = 20.0 * f64::from(most / least).log10();
    assert!(ripple < 0.15, "{ripple} dB");
}

#[test]
fn channels_are_linked_and_stems_add_up() {
    let mut random = Random(9);
    let planes = programme(&mut random, 12, 4800);
    let loud: Planes = planes.iter().map(|plane| plane.iter().map(|s| s * 4.0).collect()).collect();
    let (out, gains) = limited(&loud, CEILING);
    for (out, plane) in out.iter().zip(&loud) {
        assert!(out.iter().zip(plane).zip(&gains).all(|((out, sample), gain)| *out == sample * gain));
    }
    // Two stems of the mix, with its gains.
    let mut stems =
        [loud[0].iter().map(|s| s * 0.25).collect::<Vec<f32>>(), loud[0].iter().map(|s| s * 0.75).collect()];
    stems.iter_mut().for_each(|stem| apply_gains(&gains, stem));
    for ((one, other), mix) in stems[0].iter().zip(&stems[1]).zip(&out[0]) {
        assert!(
            (one + other - mix).abs() <= 4.0 * f32::EPSILON * mix.abs().max(one.abs()),
            "{one} + {other} is not {mix}"
        );
    }
}

#[test]
fn the_size_of_blocks_and_other_rates_change_nothing() {
    let mut random = Random(5);
    let planes: Planes =
        programme(&mut random, 2, 7777).iter().map(|plane| plane.iter().map(|s| s * 3.0).collect()).collect();
    let whole = gains_in(&planes, CEILING, &[7777]);
    for blocks in [&[1][..], &[64, 1, 999], &[256], &[4096]] {
        assert_eq!(gains_in(&planes, CEILING, blocks), whole, "{blocks:?}");
    }
    assert!(whole.iter().any(|gain| *gain < 1.0));
    for rate in [8_000, 44_100, 96_000, 192_000, 768_000] {
        let mut limiter = Limiter::new(rate, 1, CEILING).unwrap();
        let mut gains = Vec::new();
        limiter.add(&vec![2.0; 5000], 5000, 5000, &mut gains);
        limiter.finish(&mut gains);
        assert_eq!(gains.len(), 5000);
        assert!(gains[2000..3000].iter().all(|gain| (0.37..0.446).contains(gain)), "{rate} Hz");
    }
    assert!(Limiter::new(1000, 2, CEILING).is_err());
}

#[test]
fn silence_and_nothing_stay_so() {
    assert!(gains_in(&[vec![0.0; 5000]], CEILING, &[333]).iter().all(|gain| *gain == 1.0));
    let mut gains = Vec::new();
    Limiter::new(RATE, 2, CEILING).unwrap().finish(&mut gains);
    assert!(gains.is_empty());
}
