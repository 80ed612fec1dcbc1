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

/// The alternative value set that counts for each object of the programme.
pub(super) struct ValueSets<'a> {
    of_object: HashMap<ObjectIndex, &'a AlternativeValueSet>,
}

impl<'a> ValueSets<'a> {
    /// Looks at the references of `programme` and of its contents. One that leads to no object of the
    /// programme, or that chooses a second set of an object, is ignored with a warning.
    pub(super) fn new(
        graph: &Graph<'a>,
        programme: Option<&'a AudioProgramme>,
        paths: &[ObjectPath<'a>],
        warnings: &mut Vec<Warning>,
    ) -> Self {
        let mut of_object: HashMap<ObjectIndex, &AlternativeValueSet> = HashMap::new();
        let Some(programme) = programme else { return Self { of_object } };
        let mut owners: HashMap<&AdmId, (ObjectIndex, &'a AlternativeValueSet)> = HashMap::new();
        let mut seen = HashSet::new();
        for &object in paths.iter().flat_map(|path| &path.objects).filter(|object| seen.insert(**object)) {
            for set in &graph.objects[object].element.alternative_value_sets {
                owners.entry(&set.id).or_insert((object, set));
            }
        }
        let of_programme = programme.alternative_value_sets.iter().map(|set| (&programme.id, set));
        let contents: HashSet<_> = programme.contents.iter().collect();
        let of_contents = (graph.document.contents.iter())
            .filter(|content| contents.contains(&content.id))
            .flat_map(|content| content.alternative_value_sets.iter().map(|set| (&content.id, set)));
        for (from, id) in of_programme.chain(of_contents) {
            let Some(&(object, set)) = owners.get(id) else {
                let message = format!(
                    "refers to alternativeValueSet {}, which no object of the programme has; ignored",
                    shown(id)
                );
                warnings.push(Warning::new("alternative-value-set-missing", shown(from), message));
                continue;
            };
            let first = *of_object.entry(object).or_insert(set);
            if first.id != set.id {
                let message = format!(
                    "chooses alternativeValueSet {} although {} is chosen for the same object; the first is used",
                    shown(&set.id),
                    shown(&first.id)
                );
                warnings.push(Warning::new("alternative-value-set-conflict", shown(from), message));
            }
        }
        Self { of_object }
    }
}

impl ObjectValues {
    /// Accumulates over the objects of `path`: gains multiply, offsets add, mute and head lock spread down.
    pub(super) fn of(graph: &Graph, path: &ObjectPath, sets: &ValueSets) -> Self {
        let mut values = Self::default();
        for &place in &path.objects {
            let object = graph.objects[place].element;
            let set = sets.of_object.get(&place);
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
