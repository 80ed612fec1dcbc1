//! The figures of a programme at a glance.

use super::shown;
use crate::deliver::Clock;
use crate::drawing::Markup;
use crate::loudness::Measurement;

/// What depends on when there is speech.
const ESTIMATES: [&str; 3] = ["Dialogue loudness", "Loudness to dialogue", "Speech"];

pub(super) fn write(page: &mut Markup, found: &Measurement) {
    let clock = |frame: u64| Clock { sample: frame, sample_rate: found.sample_rate }.to_string();
    let at = |maximum: Option<crate::loudness::Maximum>| {
        (maximum.map(|most| most.value), maximum.map(|most| format!("at {}", clock(most.frame))))
    };
    let threshold = found.relative_threshold_lufs.map(|lufs| format!("gate at {} LUFS", shown(Some(lufs))));
    let (momentary, momentary_at) = at(found.max_momentary);
    let (short_term, short_term_at) = at(found.max_short_term);
    let (true_peak, true_peak_at) = at(found.true_peak);
    let (sample_peak, sample_peak_at) = at(found.sample_peak);
    let mut figures = vec![
        ("Integrated", found.integrated_lufs, "LUFS", threshold),
        ("Loudness range", found.loudness_range_lu, "LU", None),
        ("Highest short-term", short_term, "LUFS", short_term_at),
        ("Highest momentary", momentary, "LUFS", momentary_at),
        ("True peak", true_peak, "dBTP", true_peak_at),
        ("Sample peak", sample_peak, "dBFS", sample_peak_at),
    ];
    if let Some(dialogue) = &found.dialogue {
        let gate = Some(dialogue.activity.gate.name().to_owned());
        figures.push(("Dialogue loudness", dialogue.loudness_lufs, "LUFS", gate));
        figures.push(("Loudness to dialogue", dialogue.loudness_to_dialogue_lu, "LU", None));
        figures.push(("Dialogue range", dialogue.loudness_range_lu, "LU", None));
        figures.push(("Speech", Some(100.0 * dialogue.speech_share), "% of the time", None));
    }
    if found.leq_m.is_some() {
        figures.push(("Leq(m)", found.leq_m, "dB", Some("ISO 21727".to_owned())));
    }
    let is_estimate = found.dialogue.as_ref().is_some_and(|dialogue| dialogue.activity.gate.is_estimate());
    page.element("div", &[("class", &"figures")], |all| {
        for (name, value, unit, remark) in figures {
            all.element("div", &[], |figure| {
                figure.text_in("span", &[("class", &"name")], name);
                figure.element("span", &[("class", &"value")], |number| {
                    if is_estimate && value.is_some() && ESTIMATES.contains(&name) {
                        number.text("≈ ");
                    }
                    number.text(shown(value));
                    number.text_in("small", &[], format_args!(" {unit}"));
                });
                figure.text_in("span", &[("class", &"remark")], remark.unwrap_or_default());
            });
        }
    });
}
