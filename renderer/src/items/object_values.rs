//! What objects pass down to the channels they hold (BS.2076-2 §5.6): gain, mute, position offset, head lock,
//! with the alternative value sets that the programme and its contents choose.

use std::collections::{HashMap, HashSet};

use formats::Warning;
use formats::adm::{
    AdmId, AlternativeValueSet, AudioProgramme, CartesianPosition, PolarPosition, PositionOffset,
};

use super::error::shown;
use super::graph::{Graph, ObjectIndex};
use super::object_paths::ObjectPath;

/// Values of all the objects on a path together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ObjectValues {
    /// Product of the gains; 0 when one is muted.
    pub(super) gain: f64,
    pub(super) position_offset: Option<PositionOffset>,
    pub(super) head_locked: bool,
}

impl Default for ObjectValues {
    fn default() -> Self {
        Self { gain: 1.0, position_offset: None, head_locked: false }
    }
}

/// The alternative value sets that count for the objects of the programme.
#[derive(Default)]
pub(super) struct ValueSets<'a> {
    /// Chosen by the programme: on every path to the object.
    of_programme: HashMap<ObjectIndex, &'a AlternativeValueSet>,
    /// Chosen by a content: only on its own paths, as others may hold the object too.
    of_contents: HashMap<(&'a AdmId, ObjectIndex), &'a AlternativeValueSet>,
}

impl<'a> ValueSets<'a> {
    /// Looks at the references of `programme` and of its contents. One that leads to no object below the
    /// element that refers is ignored with a warning; a second set of an object is named in one.
    pub(super) fn new(
        graph: &Graph<'a>,
        programme: Option<&'a AudioProgramme>,
        paths: &[ObjectPath<'a>],
        warnings: &mut Vec<Warning>,
    ) -> Self {
        let mut sets = Self::default();
        let Some(programme) = programme else { return sets };
        let mut owners: HashMap<&AdmId, (ObjectIndex, &'a AlternativeValueSet)> = HashMap::new();
        let mut seen = HashSet::new();
        let mut held: HashSet<(&AdmId, ObjectIndex)> = HashSet::new();
        for (path, &object) in
            paths.iter().flat_map(|path| path.objects.iter().map(move |object| (path, object)))
        {
            held.extend(path.content.map(|content| (&content.id, object)));
            if seen.insert(object) {
                for set in &graph.objects[object].element.alternative_value_sets {
                    owners.entry(&set.id).or_insert((object, set));
                }
            }
        }
        let of_programme = programme.alternative_value_sets.iter().map(|set| (None, set));
        let mut contents: HashSet<_> = programme.contents.iter().collect();
        let of_contents = (graph.document.contents.iter())
            .filter(|content| contents.remove(&content.id))
            .flat_map(|content| content.alternative_value_sets.iter().map(|set| (Some(&content.id), set)));
        let mut firsts: HashMap<ObjectIndex, &AlternativeValueSet> = HashMap::new();
        for (content, id) in of_programme.chain(of_contents) {
            let from = shown(content.unwrap_or(&programme.id));
            let owner =
                owners.get(id).filter(|owner| content.is_none_or(|from| held.contains(&(from, owner.0))));
            let Some(&(object, set)) = owner else {
                let message = format!(
                    "refers to alternativeValueSet {}, which no object below it has; ignored",
                    shown(id)
                );
                warnings.push(Warning::new("alternative-value-set-missing", from, message));
                continue;
            };
            match content {
                None => sets.of_programme.entry(object).or_insert(set),
                Some(content) => sets.of_contents.entry((content, object)).or_insert(set),
            };
            let first = *firsts.entry(object).or_insert(set);
            if first.id != set.id {
                let counts = sets.counting(content, object).is_some_and(|counts| counts.id == set.id);
                let message = format!(
                    "chooses alternativeValueSet {} although {} is chosen for the same object; {}",
                    shown(&set.id),
                    shown(&first.id),
                    if counts { "each is used in its own audioContent" } else { "the first is used" }
                );
                warnings.push(Warning::new("alternative-value-set-conflict", from, message));
            }
        }
        sets
    }

    /// The set that counts for `object` on the paths of `content`.
    fn counting(&self, content: Option<&'a AdmId>, object: ObjectIndex) -> Option<&'a AlternativeValueSet> {
        let of_content = || self.of_contents.get(&(content?, object)).copied();
        self.of_programme.get(&object).copied().or_else(of_content)
    }
}

impl ObjectValues {
    /// Accumulates over the objects of `path`: gains multiply, offsets add, mute and head lock spread down.
    pub(super) fn of<'a>(graph: &Graph<'a>, path: &ObjectPath<'a>, sets: &ValueSets<'a>) -> Self {
        let mut values = Self::default();
        for &place in &path.objects {
            let object = graph.objects[place].element;
            let set = sets.counting(path.content.map(|content| &content.id), place);
            let gain = set.and_then(|set| set.gain).or(object.gain);
            let mute = set.and_then(|set| set.mute).or(object.mute);
            let offset = set.and_then(|set| set.position_offset).or(object.position_offset);
            values.gain *= gain.map_or(1.0, |gain| gain.linear());
            if mute == Some(true) {
                values.gain = 0.0;
            }
            values.position_offset = added(values.position_offset, offset);
            values.head_locked |= object.head_locked == Some(true);
        }
        values
    }
}

/// Offsets of one kind add up; of two kinds the inner one counts.
fn added(outer: Option<PositionOffset>, inner: Option<PositionOffset>) -> Option<PositionOffset> {
    use PositionOffset::{Cartesian, Polar};
    match (outer, inner) {
        (Some(Polar(a)), Some(Polar(b))) => Some(Polar(PolarPosition {
            azimuth: a.azimuth + b.azimuth,
            elevation: a.elevation + b.elevation,
            distance: a.distance + b.distance,
        })),
        (Some(Cartesian(a)), Some(Cartesian(b))) => {
            Some(Cartesian(CartesianPosition { x: a.x + b.x, y: a.y + b.y, z: a.z + b.z }))
        }
        (outer, inner) => inner.or(outer),
    }
}
