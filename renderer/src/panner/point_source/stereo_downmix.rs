use super::Regions;
use crate::geom::Vector3;

/// Panning to 0+2+0 (BS.2127-1 §6.1.2.4): over 0+5+0 and down from there by the coefficients of BS.775,
/// the centre's changed so that the source stays where it is. Sources behind are 3 dB softer.
#[derive(Clone, Debug)]
pub(super) struct StereoDownmix {
    /// Pans to 0+5+0 without its LFE.
    pub(super) surround: Regions,
    pub(super) left: usize,
    pub(super) right: usize,
}

impl StereoDownmix {
    pub(super) fn gains(&self, direction: &Vector3, gains: &mut [f64]) {
        let centre_gain = 3f64.sqrt() / 3.0;
        let surround_gain = 0.5f64.sqrt();
        let mut surround = [0.0; 5];
        self.surround.gains(direction, &mut surround);
        let [front_left, front_right, centre, back_left, back_right] = surround;
        let left = front_left + centre_gain * centre + surround_gain * back_left;
        let right = front_right + centre_gain * centre + surround_gain * back_right;
        let front = front_left.max(front_right).max(centre);
        let back = back_left.max(back_right);
        let level = 0.5f64.powf(0.5 * back / (front + back)) / left.hypot(right);
        gains[self.left] = left * level;
        gains[self.right] = right * level;
    }
}
