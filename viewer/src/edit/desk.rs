//! Edits of the desk: buses of roles, reverbs and what is sent to them, and the masters of deliverables.

use formats::scene::chain::{Chain, Fdn, MOST_SENDS, MasterChain, Reverb, Send};
use formats::scene::{Bus, ReverbReturn, ReverbUnit, Role, Scene, limits};

use super::{Edit, free_name, track_edit};

/// The edit that puts what `change` makes of the chain of a bus in its place; `None` when nothing changes.
pub fn bus_edit(scene: &Scene, index: usize, change: impl FnOnce(&mut Chain)) -> Option<Edit> {
    let mut buses = scene.buses.clone();
    change(&mut buses.get_mut(index)?.chain);
    (buses != scene.buses).then_some(Edit::Buses(buses))
}

/// The same of a reverb.
pub fn reverb_edit(scene: &Scene, index: usize, change: impl FnOnce(&mut ReverbUnit)) -> Option<Edit> {
    let mut reverbs = scene.reverbs.clone();
    change(reverbs.get_mut(index)?);
    (reverbs != scene.reverbs).then_some(Edit::Reverbs(reverbs))
}

/// The same of the master of a deliverable.
pub fn master_edit(scene: &Scene, index: usize, change: impl FnOnce(&mut MasterChain)) -> Option<Edit> {
    let mut deliverables = scene.deliverables.clone();
    change(&mut deliverables.get_mut(index)?.master);
    (deliverables != scene.deliverables).then_some(Edit::Deliverables(deliverables))
}

/// Roles of tracks that have no bus yet, each once, in the order of the tracks; none when there is no room for another.
pub fn roles_without_bus(scene: &Scene) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    if scene.buses.len() >= limits::BUSES {
        return roles;
    }
    for track in &scene.tracks {
        let has_bus = scene.buses.iter().any(|bus| bus.role == track.role);
        if !has_bus && !roles.contains(&track.role) {
            roles.push(track.role.clone());
        }
    }
    roles
}

/// A bus for a role, after the others.
pub fn with_bus(scene: &Scene, role: &Role) -> Option<Edit> {
    let has_one = scene.buses.iter().any(|bus| bus.role == *role);
    if has_one || scene.buses.len() >= limits::BUSES {
        return None;
    }
    let mut buses = scene.buses.clone();
    buses.push(Bus { role: role.clone(), ..Bus::default() });
    Some(Edit::Buses(buses))
}

/// The scene without a bus; its tracks go on beside it.
pub fn without_bus(scene: &Scene, index: usize) -> Option<Edit> {
    scene.buses.get(index)?;
    let mut buses = scene.buses.clone();
    buses.remove(index);
    Some(Edit::Buses(buses))
}

/// An artificial room with a name of its own, after the others.
pub fn with_reverb(scene: &Scene, returns: ReverbReturn) -> Option<Edit> {
    if scene.reverbs.len() >= limits::REVERBS {
        return None;
    }
    let name = free_name("room", 1, scene.reverbs.iter().map(|unit| &unit.name));
    let mut reverbs = scene.reverbs.clone();
    let reverb = Reverb::Fdn(Fdn::default());
    let (reverb_kept, kept) = Default::default();
    reverbs.push(ReverbUnit { name, returns, reverb, reverb_kept, kept });
    Some(Edit::Reverbs(reverbs))
}

/// The scene without a reverb, and without what is sent to it.
pub fn without_reverb(scene: &Scene, index: usize) -> Vec<Edit> {
    let Some(unit) = scene.reverbs.get(index) else { return Vec::new() };
    let mut reverbs = scene.reverbs.clone();
    reverbs.remove(index);
    let mut edits = sends_edits(scene, |sends| sends.retain(|send| send.to != unit.name));
    edits.push(Edit::Reverbs(reverbs));
    edits
}

/// Gives a reverb another name, and what is sent to it too; nothing when the name is empty, too long or taken.
pub fn rename_reverb(scene: &Scene, index: usize, name: &str) -> Vec<Edit> {
    let name = name.trim();
    let Some(old) = scene.reverbs.get(index).map(|unit| unit.name.as_str()) else { return Vec::new() };
    let is_taken = scene.reverbs.iter().any(|unit| unit.name == name);
    if name.is_empty() || name.len() > limits::TEXT_BYTES || is_taken {
        return Vec::new();
    }
    let mut edits = sends_edits(scene, |sends| {
        sends.iter_mut().filter(|send| send.to == old).for_each(|send| send.to = name.to_owned());
    });
    edits.extend(reverb_edit(scene, index, |unit| unit.name = name.to_owned()));
    edits
}

/// Sets what a chain sends to a reverb; `None` takes the send out. Beyond [`MOST_SENDS`] none is added.
pub fn set_send(chain: &mut Chain, to: &str, gain_db: Option<f64>) {
    match (chain.sends.iter().position(|send| send.to == to), gain_db) {
        (Some(place), Some(gain_db)) => chain.sends[place].gain_db = gain_db,
        (Some(place), None) => drop(chain.sends.remove(place)),
        (None, Some(gain_db)) if chain.sends.len() < MOST_SENDS => {
            chain.sends.push(Send { to: to.to_owned(), gain_db });
        }
        (None, _) => {}
    }
}

/// Edits that change the sends of all tracks and buses.
fn sends_edits(scene: &Scene, change: impl Fn(&mut Vec<Send>)) -> Vec<Edit> {
    let tracks = (0..scene.tracks.len())
        .filter_map(|index| track_edit(scene, index, |track| change(&mut track.chain.sends)));
    let mut edits: Vec<Edit> = tracks.collect();
    let mut buses = scene.buses.clone();
    buses.iter_mut().for_each(|bus| change(&mut bus.chain.sends));
    if buses != scene.buses {
        edits.push(Edit::Buses(buses));
    }
    edits
}

#[cfg(test)]
mod tests {
    use formats::scene::Track;

    use super::*;
    use crate::edit::History;

    const FOUR: ReverbReturn = ReverbReturn::Objects { count: 4, elevation: 0.0 };

    /// A track and the bus of its role, which both send to the first of two rooms.
    fn desk() -> Scene {
        let mut scene = Scene::default();
        let mut sending = Chain::default();
        set_send(&mut sending, "room 1", Some(-6.0));
        scene.tracks = vec![Track { role: Role::Music, chain: sending.clone(), ..Track::default() }];
        scene.buses = vec![Bus { role: Role::Music, chain: sending, ..Bus::default() }];
        for _ in 0..2 {
            with_reverb(&scene, FOUR).expect("room for it").apply(&mut scene);
        }
        scene
    }

    fn sent_to(scene: &Scene) -> Vec<&str> {
        let tracks = scene.tracks.iter().map(|track| &track.chain);
        let chains = tracks.chain(scene.buses.iter().map(|bus| &bus.chain));
        chains.flat_map(|chain| &chain.sends).map(|send| send.to.as_str()).collect()
    }

    #[test]
    fn what_is_sent_to_a_reverb_goes_with_its_name_and_with_it() {
        let mut scene = desk();
        let before = scene.clone();
        assert!(rename_reverb(&scene, 0, "room 2").is_empty(), "taken");
        assert!(rename_reverb(&scene, 0, "  ").is_empty());
        let mut history = History::default();
        let edits = rename_reverb(&scene, 0, " hall ");
        history.apply(&mut scene, "Rename", edits);
        assert_eq!(scene.reverbs[0].name, "hall");
        assert_eq!(sent_to(&scene), ["hall", "hall"]);
        history.seal();
        let edits = without_reverb(&scene, 0);
        history.apply(&mut scene, "Remove", edits);
        assert_eq!((scene.reverbs.len(), sent_to(&scene).len()), (1, 0));
        history.undo(&mut scene);
        history.undo(&mut scene);
        assert!(scene == before, "two steps back");
    }

    #[test]
    fn a_role_has_one_bus_and_names_of_rooms_differ() {
        let mut scene = desk();
        assert_ne!(scene.reverbs[0].name, scene.reverbs[1].name);
        assert!(with_bus(&scene, &Role::Music).is_none() && roles_without_bus(&scene).is_empty());
        without_bus(&scene, 0).expect("a bus").apply(&mut scene);
        assert_eq!(roles_without_bus(&scene), [Role::Music]);
        with_bus(&scene, &Role::Music).expect("room for it").apply(&mut scene);
        assert!(scene.buses[0].chain.is_empty());
        scene.reverbs = vec![scene.reverbs[0].clone(); limits::REVERBS];
        assert!(with_reverb(&scene, FOUR).is_none(), "a file can't have more");
    }
}
