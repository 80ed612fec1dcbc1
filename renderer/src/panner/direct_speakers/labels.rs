//! What the `speakerLabel`s of a channel say, and whether it is an LFE (BS.2127-1 §8.1, §8.2).

use formats::Warning;
use formats::adm::{DirectSpeakersBlock, DirectSpeakersPosition, Frequency};

use crate::items::ItemContext;

/// Labels that Dolby's masters use ("Dolby Atmos Master ADM Profile"), without their `RC_`, and the BS.2051
/// labels of the same loudspeakers.
const ROOM_CENTRIC: [(&str, &str); 12] = [
    ("L", "M+030"),
    ("R", "M-030"),
    ("C", "M+000"),
    ("LFE", "LFE1"),
    ("Ls", "M+110"),
    ("Rs", "M-110"),
    ("Lss", "M+090"),
    ("Rss", "M-090"),
    ("Lrs", "M+135"),
    ("Rrs", "M-135"),
    ("Lts", "U+090"),
    ("Rts", "U-090"),
];

/// Other ways to name the LFE channels.
const LFE_NAMES: [(&str, &str); 3] = [("LFE", "LFE1"), ("LFEL", "LFE1"), ("LFER", "LFE2")];

/// An LFE channel's upper limit, Hz.
const LFE_LOW_PASS: f64 = 200.0;

/// BS.2127-1 §8.2: the BS.2051 label that a `speakerLabel` stands for: what a URN names, with the other
/// names of the LFE channels and Dolby's names replaced. Anything else stands for itself.
pub fn nominal_label(label: &str) -> &str {
    let label = urn_label(label).unwrap_or(label);
    let replaced = LFE_NAMES.iter().find(|(name, _)| *name == label).map(|(_, nominal)| *nominal);
    replaced.or_else(|| room_centric(label)).unwrap_or(label)
}

/// The BS.2051 labels of a block, as [`nominal_label`] gives them. Dolby's count only on Cartesian blocks, as
/// its masters have them: on a polar one the reference renderer goes by the position, and so does this.
pub(crate) fn nominal_labels(block: &DirectSpeakersBlock) -> impl Iterator<Item = &str> {
    let cartesian = matches!(block.position, DirectSpeakersPosition::Cartesian { .. });
    let nominal =
        move |label: &'_ String| cartesian || room_centric(urn_label(label).unwrap_or(label)).is_none();
    block.speaker_labels.iter().map(move |label| if nominal(label) { nominal_label(label) } else { label })
}

/// The label in `urn:itu:bs:2051:EDITION:speaker:LABEL`.
fn urn_label(label: &str) -> Option<&str> {
    let (edition, label) = label.strip_prefix("urn:itu:bs:2051:")?.split_once(":speaker:")?;
    (!edition.is_empty() && edition.bytes().all(|byte| byte.is_ascii_digit())).then_some(label)
}

fn room_centric(label: &str) -> Option<&'static str> {
    let name = label.strip_prefix("RC_")?;
    ROOM_CENTRIC.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, nominal)| *nominal)
}

/// Whether a channel is an LFE, and what is strange about it.
pub(crate) fn look_at(
    block: &DirectSpeakersBlock,
    context: &ItemContext,
    frequency: Frequency,
) -> (bool, Vec<Warning>) {
    let mut warnings = Vec::new();
    warn_room_centric(block, &mut warnings);
    let is_lfe = is_lfe(block, frequency, &mut warnings);
    if context.position_offset.is_some() {
        let message = "found a positionOffset, which DirectSpeakers can't follow; it is ignored";
        warnings.push(Warning::new("direct-speakers-position-offset", block.common.id.to_string(), message));
    }
    (is_lfe, warnings)
}

/// BS.2127-1 §8.1: whether a channel is an LFE, by its band limits or by a label.
///
/// Warns where the two disagree, where band limits aren't those of an LFE, and where a label only looks like
/// one. Dolby's labels come without band limits by their own rules, so those aren't missed there.
fn is_lfe(block: &DirectSpeakersBlock, frequency: Frequency, warnings: &mut Vec<Warning>) -> bool {
    let mut warn =
        |rule, message: String| warnings.push(Warning::new(rule, block.common.id.to_string(), message));
    let by_frequency = is_lfe_frequency(frequency);
    if !by_frequency && (frequency.low_pass.is_some() || frequency.high_pass.is_some()) {
        warn(
            "frequency-not-lfe",
            format!(
                "found frequency limits (lowPass {}, highPass {}), expected for an LFE a lowPass of \
                 {LFE_LOW_PASS} Hz or less and no highPass; not treated as LFE",
                hertz(frequency.low_pass),
                hertz(frequency.high_pass)
            ),
        );
    }
    let labels = || block.speaker_labels.iter().zip(nominal_labels(block));
    let lfe_label = labels().find(|(_, nominal)| matches!(*nominal, "LFE1" | "LFE2")).map(|(label, _)| label);
    let dolby = lfe_label.is_some_and(|label| room_centric(label).is_some());
    if by_frequency != lfe_label.is_some() && !block.speaker_labels.is_empty() && !dolby {
        warn(
            "lfe-indication",
            format!(
                "speakerLabel {} and frequency (lowPass {}) disagree about an LFE; treated as LFE",
                block.speaker_labels.join(", "),
                hertz(frequency.low_pass)
            ),
        );
    }
    let is_lfe = by_frequency || lfe_label.is_some();
    let looks_like_one = |label: &&String| label.to_ascii_uppercase().contains("LFE");
    if let (false, Some(label)) = (is_lfe, block.speaker_labels.iter().find(looks_like_one)) {
        warn(
            "lfe-label",
            format!(
                "found speakerLabel {label}, expected LFE1 or LFE2 or a frequency element with lowPass; \
                 not treated as LFE"
            ),
        );
    }
    is_lfe
}

/// BS.2127-1 §8.1: band limits of an LFE.
fn is_lfe_frequency(frequency: Frequency) -> bool {
    frequency.high_pass.is_none() && frequency.low_pass.is_some_and(|limit| limit <= LFE_LOW_PASS)
}

fn hertz(limit: Option<f64>) -> String {
    limit.map_or_else(|| "none".to_owned(), |limit| format!("{limit} Hz"))
}

/// Warns of labels that BS.2051 doesn't have but Dolby's masters use.
fn warn_room_centric(block: &DirectSpeakersBlock, warnings: &mut Vec<Warning>) {
    for (label, nominal) in block.speaker_labels.iter().zip(nominal_labels(block)) {
        if room_centric(label).is_some() {
            let message = if label == nominal {
                format!("found speakerLabel {label} on a polar block, expected a label of BS.2051; ignored")
            } else {
                format!("found speakerLabel {label}, expected a label of BS.2051; taken as {nominal}")
            };
            warnings.push(Warning::new("dolby-speaker-label", block.common.id.to_string(), message));
        }
    }
}
