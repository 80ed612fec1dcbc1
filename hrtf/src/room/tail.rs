//! The late part of a room: noise that decays in every octave as the room does, and is between the ears what a
//! diffuse field is.

use realfft::num_complex::Complex64;

use super::SPEED_OF_SOUND;
use super::acoustics::{BANDS, DECAY, Room, early_share, octaves};
use crate::spectrum::Transform;
use crate::{Direction, HrirPair, HrtfSet};

/// Directions, all round, that make a diffuse field.
const DIRECTIONS: usize = 1000;
/// Where a tail ends, in reverberation times after the direct sound: at −69 dB.
const LENGTH: f64 = 1.15;
/// The longest tail, seconds.
const LONGEST: f64 = 4.0;
/// Part of the tail at its end that is faded out.
const FADE: f64 = 0.1;
/// Where the sequences of noise start.
const SEEDS: [u64; 2] = [0x5052_4f53_4345_4e49, 0x554d_524f_4f4d_5321];

/// What a set's ears hear of sound from everywhere: in every bin the amplitude of each ear and the (real) coherence of
/// both.
pub(super) struct DiffuseField {
    transform: Transform,
    ears: [Vec<f64>; 2],
    coherence: Vec<f64>,
}

impl DiffuseField {
    pub(super) fn new(set: &HrtfSet) -> Self {
        let longest = set.taps() + set.longest_delay().ceil() as usize + 2;
        let transform = Transform::of_at_least(2 * longest);
        let mut powers = [vec![0.0; transform.bins()], vec![0.0; transform.bins()]];
        let mut common = vec![0.0; transform.bins()];
        let mut pair = HrirPair::default();
        let turn = std::f64::consts::TAU / transform.size() as f64;
        for direction in all_round() {
            set.response(direction, &mut pair);
            let ear = |response: &[f32]| transform.forward(response.iter().map(|tap| f64::from(*tap)));
            let (left, right) = (ear(&pair.left), ear(&pair.right));
            let later = pair.delay_left - pair.delay_right;
            let step = Complex64::from_polar(1.0, -turn * later);
            let mut phase = Complex64::new(1.0, 0.0);
            for (bin, (left, right)) in left.iter().zip(&right).enumerate() {
                powers[0][bin] += left.norm_sqr() / DIRECTIONS as f64;
                powers[1][bin] += right.norm_sqr() / DIRECTIONS as f64;
                common[bin] += (left * right.conj() * phase).re / DIRECTIONS as f64;
                phase *= step;
            }
        }
        let coherence = common.iter().enumerate().map(|(bin, common)| {
            let both = (powers[0][bin] * powers[1][bin]).sqrt();
            if both > 0.0 { (common / both).clamp(-1.0, 1.0) } else { 0.0 }
        });
        let coherence = coherence.collect();
        Self { transform, ears: powers.map(|power| power.into_iter().map(f64::sqrt).collect()), coherence }
    }

    /// The amplitudes of both ears and the coherence at a part of the sampling rate, 0 … 0.5.
    fn at(&self, part: f64) -> ([f64; 2], f64) {
        let place = part * self.transform.size() as f64;
        let below = (place as usize).min(self.coherence.len() - 1);
        let above = (below + 1).min(self.coherence.len() - 1);
        let share = place - below as f64;
        let between = |values: &[f64]| values[below] + share * (values[above] - values[below]);
        ([between(&self.ears[0]), between(&self.ears[1])], between(&self.coherence))
    }
}

/// A spiral of equal areas, from pole to pole.
fn all_round() -> impl Iterator<Item = Direction> {
    (0..DIRECTIONS).map(|number| {
        let height = 1.0 - (2 * number + 1) as f64 / DIRECTIONS as f64;
        let azimuth = number as f64 * 180.0 * (3.0 - 5.0_f64.sqrt());
        Direction::new(azimuth, height.asin().to_degrees())
    })
}

/// The tail at both ears after a sound that reaches the head after `late` samples and whose direct part has power 1.
///
/// Its power follows the density of image sources: 4π c r² / V a second at the distance r, less what walls and air have
/// taken since the sound was made; it comes in as the image sources that are computed end.
pub(super) fn tail(room: &Room, set: &HrtfSet, late: usize) -> [Vec<f64>; 2] {
    let rate = f64::from(set.sample_rate());
    let times: [f64; BANDS.len()] = std::array::from_fn(|band| room.reverberation_time(band));
    let longest = times.iter().copied().fold(0.0, f64::max);
    let length = ((LENGTH * longest + room.horizon()).min(LONGEST) * rate) as usize;
    let transform = Transform::of_at_least(length + length / 8);
    let field = DiffuseField::new(set);
    let [one, other] = SEEDS.map(|seed| transform.forward(noise(seed, transform.size()).into_iter()));
    let flight = room.distance / SPEED_OF_SOUND;
    let density = 4.0 * std::f64::consts::PI * SPEED_OF_SOUND * room.distance.powi(2) / room.volume();
    let envelope = |band: usize, n: usize| {
        let time = n as f64 / rate + flight;
        let early = early_share(time, room.horizon());
        let end = ((length - n) as f64 / (FADE * length as f64)).min(1.0);
        let power = density / rate * (-DECAY * time / times[band]).exp() * (1.0 - early * early).max(0.0);
        power.sqrt() * (std::f64::consts::FRAC_PI_2 * end).sin()
    };
    let places: Vec<_> =
        (0..transform.bins()).map(|bin| octaves(bin as f64 * rate / transform.size() as f64)).collect();
    let ear = |number: usize, side: f64| {
        let bins = one.iter().zip(&other).enumerate().map(|(bin, (one, other))| {
            let (ears, coherence) = field.at(bin as f64 / transform.size() as f64);
            let (both, apart) = (((1.0 + coherence) / 2.0).sqrt(), ((1.0 - coherence) / 2.0).sqrt());
            (one * both + other * (side * apart)) * ears[number]
        });
        let bins: Vec<Complex64> = bins.collect();
        let mut sum = vec![0.0; late + length];
        for band in 0..BANDS.len() {
            let part = bins.iter().zip(&places).map(|(bin, place)| bin * share(*place, band)).collect();
            for (n, (sum, sample)) in sum[late..].iter_mut().zip(transform.inverse(part)).enumerate() {
                *sum += sample * envelope(band, n);
            }
        }
        sum
    };
    [ear(0, 1.0), ear(1, -1.0)]
}

/// What of a frequency at this place between two octaves belongs to an octave; all octaves together have 1.
fn share((lower, upper, above): (usize, usize, f64), band: usize) -> f64 {
    if band == lower {
        1.0 - above
    } else if band == upper {
        above
    } else {
        0.0
    }
}

/// Gaussian noise of power 1: SplitMix64 (Steele, Lea and Flood, 2014) and Box and Muller's transform.
fn noise(seed: u64, length: usize) -> Vec<f64> {
    let mut state = seed;
    let mut uniform = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut gaussian = || {
        let (radius, angle) = ((-2.0 * (1.0 - uniform()).ln()).sqrt(), std::f64::consts::TAU * uniform());
        radius * angle.cos()
    };
    (0..length).map(|_| gaussian()).collect()
}
