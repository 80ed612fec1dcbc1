//! Fold-downs as players do them: 7.1.4 to 5.1, that to stereo, that to mono.
//!
//! 5.1 to stereo and on to mono is the downmix of ITU-R BS.775-4 Annex 4. For 7.1.4 to 5.1 there is no Recommendation; usual in
//! players and taken here: rears join the surrounds as they are, heights join what is below them 3 dB down.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::audio::AudioBlock;
use crate::layout::Layout;

/// Unchanged.
const FULL: f64 = 1.0;
/// 3 dB down.
const HALF: f64 = FRAC_1_SQRT_2;

/// 7.1.4 to 5.1: to, from, factor.
const TO_SURROUND: [(&str, &str, f64); 12] = [
    ("M+030", "M+030", FULL),
    ("M-030", "M-030", FULL),
    ("M+000", "M+000", FULL),
    ("LFE1", "LFE1", FULL),
    ("M+110", "M+090", FULL),
    ("M-110", "M-090", FULL),
    ("M+110", "M+135", FULL),
    ("M-110", "M-135", FULL),
    ("M+030", "U+045", HALF),
    ("M-030", "U-045", HALF),
    ("M+110", "U+135", HALF),
    ("M-110", "U-135", HALF),
];

/// 5.1 to stereo; the LFE is left out, as BS.775 does.
const TO_STEREO: [(&str, &str, f64); 6] = [
    ("M+030", "M+030", FULL),
    ("M-030", "M-030", FULL),
    ("M+030", "M+000", HALF),
    ("M-030", "M+000", HALF),
    ("M+030", "M+110", HALF),
    ("M-030", "M-110", HALF),
];

/// Stereo to mono.
const TO_MONO: [(&str, &str, f64); 2] = [("M+000", "M+030", HALF), ("M+000", "M-030", HALF)];

/// The layouts on the way, each folded from the one before.
pub(super) const LAYOUTS: [&str; 4] = ["4+7+0", "0+5+0", "0+2+0", "0+1+0"];

/// One fold-down.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fold {
    /// For each channel of the target: channels of the source and their factors.
    pub(super) rows: Vec<Vec<(usize, f64)>>,
}

impl Fold {
    /// The fold-downs between [`LAYOUTS`], in their order.
    pub(super) fn all() -> [Self; 3] {
        [
            Self::between(LAYOUTS[0], LAYOUTS[1], &TO_SURROUND),
            Self::between(LAYOUTS[1], LAYOUTS[2], &TO_STEREO),
            Self::between(LAYOUTS[2], LAYOUTS[3], &TO_MONO),
        ]
    }

    fn between(from: &str, to: &str, table: &[(&str, &str, f64)]) -> Self {
        let layout = |name| Layout::by_name(name).map(|layout| layout.channels).unwrap_or_default();
        let (from, to) = (layout(from), layout(to));
        let sources = |target: &str| {
            let wanted = table.iter().filter(|(to, ..)| *to == target);
            let at = |name: &str| from.iter().position(|channel| channel.name == name);
            wanted.filter_map(|(_, name, factor)| Some((at(name)?, *factor))).collect()
        };
        Self { rows: to.iter().map(|channel| sources(&channel.name)).collect() }
    }

    /// Folds `source` down into `target`, whose length follows.
    pub(super) fn apply(&self, source: &AudioBlock, target: &mut AudioBlock) {
        target.set_frames(source.frames());
        for (sum, sources) in target.channels_mut().zip(&self.rows) {
            sum.fill(0.0);
            for (channel, factor) in sources {
                let factor = *factor as f32;
                for (sum, sample) in sum.iter_mut().zip(source.channel(*channel)) {
                    *sum += factor * sample;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a sample of one in channel `name` of 7.1.4 becomes in mono.
    fn in_mono(name: &str) -> f32 {
        let layout = Layout::by_name(LAYOUTS[0]).unwrap();
        let mut block = AudioBlock::new(layout.channels.len(), 1);
        block.channel_mut(layout.channel_index(name).unwrap())[0] = 1.0;
        for fold in Fold::all() {
            let mut next = AudioBlock::new(fold.rows.len(), 1);
            fold.apply(&block, &mut next);
            block = next;
        }
        block.channel(0)[0]
    }

    #[test]
    fn mono_is_that_of_bs_775() {
        // BS.775-4 table 2, 1/0 from 3/2: 0.7071 L and R, 1 C, 0.5 surrounds.
        let expected = [
            ("M+030", 0.5_f32.sqrt()),
            ("M-030", 0.5_f32.sqrt()),
            ("M+000", 1.0),
            ("M+090", 0.5),
            ("M-135", 0.5),
            ("U+045", 0.5),
            ("U-135", 0.125_f32.sqrt()),
            ("LFE1", 0.0),
        ];
        for (name, factor) in expected {
            assert!((in_mono(name) - factor).abs() < 1e-4, "{name}: {}", in_mono(name));
        }
    }

    #[test]
    fn every_channel_goes_somewhere() {
        let [surround, stereo, mono] = Fold::all();
        let count = |fold: &Fold| fold.rows.iter().map(Vec::len).sum::<usize>();
        assert_eq!([count(&surround), count(&stereo), count(&mono)], [12, 6, 2]);
    }
}
