//! All beds in one, as the master format (DAMF) has it.

use formats::profile::dolby::BEDS;

use super::{Bed, Group, Sources};
use crate::conform::Refusal;
use crate::conform::notes::Notes;

/// Labels of 5.1 that a bed with sides and rears has at its sides.
const AT_THE_SIDES: [(&str, &str); 2] = [("RC_Ls", "RC_Lss"), ("RC_Rs", "RC_Rss")];

/// Sums the beds of all groups into one, in the first group that has one.
pub(super) fn merge(groups: &mut [Group], notes: &mut Notes) -> Result<(), Refusal> {
    let Some(place) = groups.iter().position(|group| !group.beds.is_empty()) else { return Ok(()) };
    let beds: Vec<Bed> = groups.iter_mut().flat_map(|group| std::mem::take(&mut group.beds)).collect();
    if beds.len() > 1 {
        notes.add("beds-summed", "beds", "the format has one bed; all beds are summed into it");
    }
    let name = match &*beds {
        [only] => only.name.clone(),
        _ => "Bed".to_owned(),
    };
    let mut sums: Vec<(&'static str, Sources)> = Vec::new();
    for bed in beds {
        for (label, sources) in bed.labels.iter().zip(bed.sources) {
            let moved = AT_THE_SIDES.iter().find(|(own, _)| own == label).map(|(_, side)| *side);
            if moved.is_some() {
                let message = "the surrounds of 5.1 become the sides of 7.1, as the format has no others";
                notes.add("surrounds-at-sides", &bed.name, message);
            }
            let label = moved.unwrap_or(label);
            let constant = sources.into_constant().ok_or_else(|| {
                let message = "is a bed channel whose gain moves, which can't be summed with others; export a WAV master";
                Refusal::new(&bed.name, message)
            })?;
            match sums.iter_mut().find(|(known, _)| *known == label) {
                Some((_, sum)) => sum.tracks.extend(constant.tracks),
                None => sums.push((label, constant)),
            }
        }
    }
    let covers = |bed: &&&[&str]| sums.iter().all(|(label, _)| bed.contains(label));
    let Some(labels) = BEDS.iter().filter(covers).min_by_key(|bed| bed.len()) else {
        return Err(Refusal::new(&name, "is a bed that 7.1.2 doesn't hold; render it to 7.1.2 first"));
    };
    let mut take = |label: &&str| {
        let own = sums.iter().position(|(known, _)| known == label);
        own.map(|place| sums.swap_remove(place).1).unwrap_or_default()
    };
    let sources = labels.iter().map(&mut take).collect();
    if let Some(group) = groups.get_mut(place) {
        group.beds.push(Bed { name, labels, sources });
    }
    Ok(())
}
