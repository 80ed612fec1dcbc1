//! Minimum-phase responses: the same magnitude, no more delay than it asks for.

use realfft::num_complex::Complex64;

use crate::spectrum::Transform;

/// Magnitudes more than this far below the greatest are raised to there before the logarithm.
const FLOOR: f64 = 1e-6;

/// The spectrum of the minimum-phase response with these magnitudes, one for each bin of `transform`: by folding
/// the cepstrum (Oppenheim and Schafer).
pub(crate) fn minimum_phase_spectrum(transform: &Transform, magnitudes: &[f64]) -> Vec<Complex64> {
    let top = magnitudes.iter().copied().fold(0.0, f64::max);
    if top <= 0.0 {
        return vec![Complex64::default(); transform.bins()];
    }
    let logarithms = magnitudes.iter().map(|m| Complex64::new(m.max(top * FLOOR).ln(), 0.0)).collect();
    let mut cepstrum = transform.inverse(logarithms);
    let half = transform.size() / 2;
    cepstrum[1..half].iter_mut().for_each(|c| *c *= 2.0);
    cepstrum[half + 1..].fill(0.0);
    transform.forward(cepstrum.into_iter()).into_iter().map(Complex64::exp).collect()
}

/// The minimum-phase response of `taps` samples whose magnitude at each frequency in hertz is `magnitude` (linear).
/// The last quarter fades out.
pub fn minimum_phase_response(magnitude: impl Fn(f64) -> f64, sample_rate: u32, taps: usize) -> Vec<f64> {
    let transform = Transform::of_at_least(taps.saturating_mul(4).max(4096));
    let hertz = f64::from(sample_rate) / transform.size() as f64;
    let magnitudes: Vec<f64> = (0..transform.bins()).map(|bin| magnitude(bin as f64 * hertz)).collect();
    let mut response = transform.inverse(minimum_phase_spectrum(&transform, &magnitudes));
    response.truncate(taps);
    fade_out(&mut response, taps / 4);
    response
}

/// Fades the last `fade` samples out.
pub(crate) fn fade_out(response: &mut [f64], fade: usize) {
    let tail = response.len().saturating_sub(fade);
    for (n, sample) in response[tail..].iter_mut().enumerate() {
        *sample *= 0.5 + 0.5 * (std::f64::consts::PI * n as f64 / fade as f64).cos();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delayed_one_pole_response_comes_back_without_its_delay() {
        // 0.6ⁿ has its only zero at the origin and its pole inside the circle: minimum phase.
        let transform = Transform::of_at_least(1024);
        let pole = |n: usize| 0.6_f64.powi(n as i32);
        let delayed = (0..300).map(|n| if n < 40 { 0.0 } else { pole(n - 40) });
        let magnitudes: Vec<f64> = transform.forward(delayed).iter().map(|bin| bin.norm()).collect();
        let response = transform.inverse(minimum_phase_spectrum(&transform, &magnitudes));
        for (n, sample) in response.iter().take(60).enumerate() {
            assert!((sample - pole(n)).abs() < 1e-9, "{n}: {sample}");
        }
    }

    #[test]
    fn silence_stays_silence() {
        let transform = Transform::of_at_least(16);
        assert!(minimum_phase_spectrum(&transform, &[0.0; 9]).iter().all(|bin| bin.norm() == 0.0));
    }
}
