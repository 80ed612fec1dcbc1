//! The demo scene as a scene file: the stems that a mix begins with, and what is done to them.

use super::scene::{SAMPLE_RATE, Scene, WHOOSH};
use super::{effects, music, voice};

/// The scene file; its clips name the stems.
pub const FILM: &str = include_str!("film.xml");

/// A sound file beside [`FILM`].
#[derive(Clone, Debug)]
pub struct Stem {
    /// Its name from the scene's folder.
    pub file: &'static str,
    /// Samples, one row for each channel.
    pub channels: Vec<Vec<f32>>,
}

/// When the lines are said in the other language, in seconds: the long one first.
const OTHER_LINES: (f64, f64) = (5.1, 1.2);

/// The stems, made of the sounds of `scene`.
pub fn stems(scene: &Scene) -> Vec<Stem> {
    let rate = f64::from(SAMPLE_RATE);
    let (bed, others) = scene.tracks.split_at(music::CHANNELS.min(scene.tracks.len()));
    let (rain, others) = others.split_at(effects::RAIN_CHANNELS.min(others.len()));
    let mono = |index: usize| vec![others.get(index).cloned().unwrap_or_default()];
    let mut spoken = vec![0.0; scene.tracks.first().map_or(0, Vec::len)];
    voice::speak(&mut spoken, rate, OTHER_LINES.0, OTHER_LINES.1);
    let at = |seconds: f64| (seconds * rate) as usize;
    let rush =
        mono(3).iter().map(|row| row.get(at(WHOOSH.0)..at(WHOOSH.2)).unwrap_or_default().to_vec()).collect();
    let stem = |file, channels| Stem { file, channels };
    vec![
        stem("stems/DX_Anna_EN.wav", mono(0)),
        stem("stems/DX_Anna_DE.wav", vec![spoken]),
        stem("stems/MX_Strings_5.1.4.wav", bed.to_vec()),
        stem("stems/AMB_Rain_FOA.wav", rain.to_vec()),
        stem("stems/FX_Steps.wav", mono(1)),
        stem("stems/FX_Helicopter.wav", mono(2)),
        stem("stems/FX_Rush.wav", rush),
    ]
}
