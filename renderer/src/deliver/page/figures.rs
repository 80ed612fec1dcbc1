//! The figures of a programme at a glance.

use super::shown;
use crate::deliver::Clock;
use crate::drawing::Markup;
use crate::loudness::Measurement;

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
    let figures = [
        ("Integrated", found.integrated_lufs, "LUFS", threshold),
        ("Loudness range", found.loudness_range_lu, "LU", None),
        ("Highest short-term", short_term, "LUFS", short_term_at),
        ("Highest momentary", momentary, "LUFS", momentary_at),
        ("True peak", true_peak, "dBTP", true_peak_at),
        ("Sample peak", sample_peak, "dBFS", sample_peak_at),
    ];
    page.element("div", &[("class", &"figures")], |all| {
        for (name, value, unit, remark) in figures {
            all.element("div", &[], |figure| {
                figure.text_in("span", &[("class", &"name")], name);
                figure.element("span", &[("class", &"value")], |number| {
                    number.text(shown(value));
                    number.text_in("small", &[], format_args!(" {unit}"));
                });
                figure.text_in("span", &[("class", &"remark")], remark.unwrap_or_default());
            });
        }
    });
}
