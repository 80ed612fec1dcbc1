//! Dialogue loudness where it is known what must come out: tones for speech in the centre, tones for music at the sides.

use super::material::{EVERYTHING, Programme, RATE};
use crate::layout::Layout;
use crate::loudness::{DialogueMeasurement, Measurement, Meter, MeterChannel, SpeechGate, SpeechSource};

/// LU: what the K-weighting makes of a tone's ends, and 1 kHz for 997 Hz.
const TOLERANCE: f64 = 0.03;
/// Peak level of the speech, dBFS: one channel of it is −26.01 LUFS.
const SPEECH: f64 = -23.0;
/// Peak level of the music: two channels of it are −33.0 LUFS.
const MUSIC: f64 = -33.0;

fn channels() -> Vec<MeterChannel> {
    Layout::by_name("0+5+0").unwrap().channels.iter().map(MeterChannel::of).collect()
}

/// 5.1 with 1 kHz at these levels left and right, and in the centre: (milliseconds, centre).
fn programme(music: Option<f64>, speech: &[(u64, bool)]) -> Programme {
    speech.iter().fold(Programme::new(6, RATE), |programme, (milliseconds, speaks)| {
        let centre = speaks.then_some(SPEECH);
        programme.tones(&[music, music, centre, None, None, None], *milliseconds, 1000.0)
    })
}

fn measured(mix: &Programme, stem: &Programme, source: SpeechSource, block: usize) -> Measurement {
    let mut meter = Meter::new(RATE, channels(), EVERYTHING).unwrap().with_speech(source);
    let (whole, alone, frames) = (mix.planes.concat(), stem.planes.concat(), mix.frames());
    for at in (0..frames).step_by(block) {
        let count = block.min(frames - at);
        meter.add(&whole[at..], frames, count);
        meter.add_stem(&alone[at..], frames, count);
    }
    meter.finish()
}

fn by_stem(music: Option<f64>, speech: &[(u64, bool)]) -> (Measurement, DialogueMeasurement) {
    let found = measured(&programme(music, speech), &programme(None, speech), SpeechSource::Stem, 1000);
    let dialogue = found.dialogue.clone().unwrap();
    assert_eq!(dialogue.activity.gate, SpeechGate::Stem);
    (found, dialogue)
}

#[track_caller]
fn assert_near(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() < TOLERANCE, "{found}, expected {expected}");
}

/// The loudness of energies that add up.
fn sum(lufs: &[f64]) -> f64 {
    10.0 * lufs.iter().map(|lufs| 10f64.powf(lufs / 10.0)).sum::<f64>().log10()
}

/// Speech for 3 of 10 s, over music: while there is speech, their energies add up; the music alone doesn't count.
#[test]
fn the_mix_is_measured_while_the_stem_sounds() {
    let speech = [(4000, false), (3000, true), (3000, false)].repeat(6);
    let (found, dialogue) = by_stem(Some(MUSIC), &speech);
    let one_channel = SPEECH - 20.0 * 2f64.sqrt().log10();
    let expected = sum(&[one_channel, MUSIC]);
    assert_near(dialogue.loudness_lufs, expected);
    assert_near(dialogue.stem_lufs, one_channel);
    assert!((dialogue.speech_share - 0.3).abs() < 0.005, "{}", dialogue.speech_share);
    assert_eq!(
        dialogue.loudness_to_dialogue_lu,
        Some(found.integrated_lufs.unwrap() - dialogue.loudness_lufs.unwrap())
    );
    assert_eq!(dialogue.activity.stretches.len(), 6);
    assert!((399..=400).contains(&dialogue.activity.stretches[0].start));
    // No gate of level: music 30 LU below the speech is in it, and quiet speech counts like loud speech.
    let (_, alone) = by_stem(None, &speech);
    assert_near(alone.loudness_lufs, one_channel);
}

/// Pauses of 150 ms are part of speech and lower its loudness by their share; pauses of 500 ms are none.
#[test]
fn pauses_within_speech_count_and_those_between_do_not() {
    let one_channel = SPEECH - 20.0 * 2f64.sqrt().log10();
    let (_, words) = by_stem(None, &[(850, true), (150, false)].repeat(20));
    assert_eq!(words.activity.stretches.len(), 1);
    assert_near(words.loudness_lufs, one_channel + 10.0 * (20.0 * 0.85 / (20.0 - 0.15_f64)).log10());
    let (_, sentences) = by_stem(None, &[(1500, true), (500, false)].repeat(10));
    assert_eq!(sentences.activity.stretches.len(), 10);
    assert_near(sentences.loudness_lufs, one_channel);
    assert!((sentences.speech_share - 0.75).abs() < 0.01);
}

#[test]
fn without_speech_there_is_no_dialogue_loudness() {
    let (found, dialogue) = by_stem(Some(MUSIC), &[(5000, false)]);
    assert_near(found.integrated_lufs, MUSIC);
    assert_eq!((dialogue.loudness_lufs, dialogue.stem_lufs, dialogue.speech_share), (None, None, 0.0));
    assert_eq!(dialogue.loudness_to_dialogue_lu, None);
    let (_, nothing) = by_stem(None, &[]);
    assert_eq!((nothing.loudness_lufs, nothing.speech_share), (None, 0.0));
}

/// What was found once serves for the same programme 6 dB louder; the blocks change no bit.
#[test]
fn known_speech_gives_the_same_dialogue() {
    let speech = [(1000, false), (2000, true)].repeat(5);
    let (mix, stem) = (programme(Some(MUSIC), &speech), programme(None, &speech));
    let first = measured(&mix, &stem, SpeechSource::Stem, 1000).dialogue.unwrap();
    for block in [64, 100_000] {
        assert_eq!(measured(&mix, &stem, SpeechSource::Stem, block).dialogue.as_ref(), Some(&first));
    }
    let mut louder = mix.clone();
    louder.planes.iter_mut().flatten().for_each(|sample| *sample *= 2.0);
    let again = measured(&louder, &stem, SpeechSource::Known(first.activity.clone()), 1000).dialogue.unwrap();
    assert_near(again.loudness_lufs, first.loudness_lufs.unwrap() + 20.0 * 2f64.log10());
    assert_eq!((again.speech_share, again.stem_lufs), (first.speech_share, None));
}
