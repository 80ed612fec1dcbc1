//! BS.2127-1 §8.4: channels of common packs by rule.

use formats::adm::AdmId;

use super::mapping_rules_table::{PACKS, RULES, Rule};
use crate::layout::Layout;

/// The BS.2051 layout that a common pack has rules for.
pub(super) fn input_layout(pack: &AdmId) -> Option<&'static str> {
    PACKS.iter().find(|(id, _)| *pack == AdmId::new(id)).map(|(_, layout)| *layout)
}

/// Sets the gains of the channel `label` of `input` in `out`, one per channel of `layout`; `false` where
/// no rule applies. LFE channels have rules too.
///
/// A single loudspeaker, for which BS.2127 has no rules, gets the sum of the two channels of 0+2+0 at −3 dB
/// each (BS.775).
pub(super) fn apply(input: &str, label: &str, layout: &Layout, out: &mut [f64]) -> bool {
    if layout.name == "0+1+0" {
        let Ok(stereo) = Layout::by_name("0+2+0") else { return false };
        let mut pair = [0.0; 2];
        let applies = match stereo.channel_index(label) {
            Some(side) => {
                pair[side] = 1.0;
                true
            }
            None => apply(input, label, &stereo, &mut pair),
        };
        if let (true, Some(centre)) = (applies, layout.channel_index("M+000")) {
            out[centre] = (pair[0] + pair[1]) * std::f64::consts::FRAC_1_SQRT_2;
        }
        return applies;
    }
    let mirrored = is_right(label);
    let left_label = if mirrored { mirror(label) } else { label.to_owned() };
    let rules = RULES.iter().find(|(known, _)| *known == left_label).map_or(&[][..], |(_, rules)| rules);
    let index = |name: &str| {
        if mirrored { layout.channel_index(&mirror(name)) } else { layout.channel_index(name) }
    };
    let applies = |rule: &&Rule| {
        (rule.from.is_empty() || rule.from.contains(&input))
            && (rule.to.is_empty() || rule.to.contains(&layout.name.as_str()))
            && rule.powers.iter().all(|(name, _)| index(name).is_some())
    };
    let Some(rule) = rules.iter().find(applies) else { return false };
    for (name, power) in rule.powers {
        if let Some(output) = index(name).and_then(|index| out.get_mut(index)) {
            *output = power.sqrt();
        }
    }
    true
}

/// Whether the label is of a loudspeaker on the right.
fn is_right(label: &str) -> bool {
    label.contains('-') && mirror(label) != label
}

/// The label of the loudspeaker on the other side.
fn mirror(label: &str) -> String {
    if label.ends_with("000") || label.ends_with("180") {
        label.to_owned()
    } else if label.contains('+') {
        label.replace('+', "-")
    } else {
        label.replace('-', "+")
    }
}
