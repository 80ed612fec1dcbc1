//! `proscenium demo`'s film scene, synthesised in code: twelve seconds of a wet street at night, with a
//! voice, strings and bells in a 5.1.4 bed, rain as first-order Ambisonics, and steps, a helicopter and a
//! rush of air as moving objects. [`FILM`] is a scene file of the same sounds, mixed from stems.

mod effects;
mod film;
mod music;
mod scene;
mod source;
mod voice;

pub use film::{FILM, Stem, stems};
pub use scene::{SAMPLE_RATE, SECONDS, Scene, make};

#[cfg(test)]
mod tests {
    use super::*;

    fn rms(samples: &[f32]) -> f64 {
        (samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
    }

    #[test]
    fn every_track_is_heard_and_none_is_near_full_scale() {
        let scene = make();
        assert_eq!(scene.tracks.len(), 18);
        for (n, track) in scene.tracks.iter().enumerate() {
            assert_eq!(track.len(), (SECONDS * f64::from(SAMPLE_RATE)) as usize);
            let peak = track.iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
            assert!((0.03..0.4).contains(&peak), "track {n}: peak {peak}");
            assert!(rms(track) > 0.003, "track {n}: {}", rms(track));
            let (first, last) = (track[0].abs(), track[track.len() - 1].abs());
            assert!(first < 1e-3 && last < 1e-3, "track {n} starts or ends with a click");
        }
    }

    #[test]
    fn things_sound_when_the_scene_says() {
        let scene = make();
        let between = |track: usize, from: f64, to: f64| {
            let at = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)) as usize;
            rms(&scene.tracks[track][at(from)..at(to)])
        };
        let (voice, helicopter, rush) = (14, 16, 17);
        assert!(between(voice, 1.5, 2.5) > 0.02 && between(voice, 3.2, 4.3) < 1e-4);
        assert!(between(helicopter, 7.0, 8.0) > 4.0 * between(helicopter, 4.6, 5.6));
        assert!(between(rush, 0.0, 8.0) < 1e-9 && between(rush, 9.8, 10.3) > 0.03);
    }

    #[test]
    fn the_scene_is_the_same_every_time() {
        let (first, second) = (make(), make());
        assert!(first.tracks == second.tracks && first.document == second.document);
    }
}
