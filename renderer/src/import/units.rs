//! What is chosen together: an object that another can stand in for, or that stands in for one, with all that it holds.

use std::collections::BTreeSet;

use formats::Warning;
use formats::adm::AdmId;
use formats::scene::Track;

use super::parts::{Part, Selection, holds};

/// The units of a selection, and the tracks that they have become.
pub(super) struct Units {
    /// Objects that others can stand in for.
    led: Vec<AdmId>,
    /// The first track of each.
    first: Vec<(Unit, Track)>,
}

/// What a part belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unit {
    /// The object that holds it, and the one that it stands in for; nothing where it is by itself.
    object: Option<(AdmId, Option<AdmId>)>,
    /// Where it is heard, by their places.
    pub(super) programmes: BTreeSet<usize>,
}

impl Units {
    pub(super) fn new(selection: &Selection<'_>) -> Self {
        let mut led: Vec<AdmId> = Vec::new();
        for (leader, _) in selection.parts.iter().filter_map(|part| part.alternative.as_ref()) {
            if !led.contains(leader) {
                led.push(leader.clone());
            }
        }
        Self { led, first: Vec::new() }
    }

    /// Of a part, where it is heard at all; alternatives come after what they stand in for.
    pub(super) fn of(&self, part: &Part, warnings: &mut Vec<Warning>) -> Option<Unit> {
        let Some((leader, member)) = &part.alternative else {
            let object = self.led.iter().find(|leader| holds(&part.sound, leader));
            let object = object.map(|leader| (leader.clone(), None));
            return Some(Unit { object, programmes: part.programmes.clone() });
        };
        let programmes = self.led_in(leader, &part.programmes);
        let element = || member.to_string();
        if programmes.is_empty() {
            let message = format!("can stand in for {leader}, which is in none of its programmes; left out");
            warnings.push(Warning::new("alternative-left-out", element(), message));
            return None;
        }
        if programmes != part.programmes {
            let message = format!("can stand in for {leader} only in the programmes that both are in");
            warnings.push(Warning::new("alternative-elsewhere", element(), message));
        }
        Some(Unit { object: Some((member.clone(), Some(leader.clone()))), programmes })
    }

    /// Those of `programmes` that the first track of `leader` in one of them is in.
    fn led_in(&self, leader: &AdmId, programmes: &BTreeSet<usize>) -> BTreeSet<usize> {
        let of_leader = self.led_by(leader, programmes).map(|(unit, _)| &unit.programmes);
        of_leader.map_or(BTreeSet::new(), |own| own.intersection(programmes).copied().collect())
    }

    fn led_by(&self, leader: &AdmId, programmes: &BTreeSet<usize>) -> Option<&(Unit, Track)> {
        self.first.iter().find(|(unit, _)| {
            unit.object.as_ref().is_some_and(|(object, of)| object == leader && of.is_none())
                && !unit.programmes.is_disjoint(programmes)
        })
    }

    /// `track`, of a part of `unit`: the first of that can be chosen, all others go with it.
    pub(super) fn place(&mut self, unit: &Unit, track: Track) -> Track {
        let Some((_, leader)) = &unit.object else { return track };
        if let Some((_, first)) = self.first.iter().find(|(known, _)| known == unit) {
            let (role, language) = (first.role.clone(), first.language.clone());
            return Track { role, language, with: Some(first.name.clone()), ..track };
        }
        let of = leader.as_ref().and_then(|leader| self.led_by(leader, &unit.programmes));
        let track = Track { alternative_to: of.map(|(_, first)| first.name.clone()), ..track };
        self.first.push((unit.clone(), track.clone()));
        track
    }
}
