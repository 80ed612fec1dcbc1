//! Edits of programmes: the versions of a scene, each with the tracks that are in it.

use formats::scene::{Programme, Scene, limits};

use super::{Edit, free_name, track_edit};

/// A programme with a name of its own, after the others. What is in all programmes is in it too. Nothing when there is no
/// room for another.
pub fn with_programme(scene: &Scene) -> Vec<Edit> {
    if scene.programmes.len() >= limits::PROGRAMMES {
        return Vec::new();
    }
    let name = free_name("Programme", 1, scene.programmes.iter().map(|programme| &programme.name));
    let mut programmes = scene.programmes.clone();
    programmes.push(Programme { name, ..Programme::default() });
    vec![Edit::Programmes(programmes)]
}

/// The scene without a programme. What was in no other is muted, or it would be in all of them; what was delivered of it
/// isn't any more.
pub fn without_programme(scene: &Scene, index: usize) -> Vec<Edit> {
    let Some(gone) = scene.programmes.get(index) else { return Vec::new() };
    let tracks = (0..scene.tracks.len()).filter_map(|track| {
        track_edit(scene, track, |track| {
            let was_in = track.programmes.len();
            track.programmes.retain(|name| *name != gone.name);
            track.mute |= was_in > 0 && track.programmes.is_empty();
        })
    });
    let mut edits: Vec<Edit> = tracks.collect();
    let mut deliverables = scene.deliverables.clone();
    deliverables.retain(|deliverable| deliverable.programme.as_ref() != Some(&gone.name));
    if deliverables != scene.deliverables {
        edits.push(Edit::Deliverables(deliverables));
    }
    let mut programmes = scene.programmes.clone();
    programmes.remove(index);
    edits.push(Edit::Programmes(programmes));
    edits
}

/// Gives a programme another name, for its tracks and deliverables too; nothing when the name is empty, too long, taken, or
/// has a comma, which stands between names, or an equals sign, which ends one.
pub fn rename_programme(scene: &Scene, index: usize, name: &str) -> Vec<Edit> {
    let name = name.trim();
    let Some(old) = scene.programmes.get(index).map(|programme| programme.name.clone()) else {
        return Vec::new();
    };
    let is_taken = scene.programmes.iter().any(|programme| programme.name == name);
    if name.is_empty() || name.len() > limits::TEXT_BYTES || name.contains([',', '=']) || is_taken {
        return Vec::new();
    }
    let renamed = |of: &mut String| {
        if *of == old {
            name.clone_into(of);
        }
    };
    let tracks = (0..scene.tracks.len())
        .filter_map(|track| track_edit(scene, track, |track| track.programmes.iter_mut().for_each(renamed)));
    let mut edits: Vec<Edit> = tracks.collect();
    let mut deliverables = scene.deliverables.clone();
    deliverables.iter_mut().filter_map(|deliverable| deliverable.programme.as_mut()).for_each(renamed);
    if deliverables != scene.deliverables {
        edits.push(Edit::Deliverables(deliverables));
    }
    let mut programmes = scene.programmes.clone();
    programmes[index].name = name.to_owned();
    edits.push(Edit::Programmes(programmes));
    edits
}

#[cfg(test)]
mod tests {
    use formats::scene::{Deliverable, Track};

    use super::*;
    use crate::edit::History;

    #[test]
    fn programmes_come_go_and_are_renamed_with_all_that_is_of_them() {
        let of = |names: &[&str]| Track {
            programmes: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Track::default()
        };
        let mut scene = Scene { tracks: vec![of(&[]), of(&["Programme 2"])], ..Scene::default() };
        let before = scene.clone();
        let mut history = History::default();
        let mut step = |scene: &mut Scene, edits: Vec<Edit>| {
            history.seal();
            history.apply(scene, "a step", edits);
        };
        for _ in 0..2 {
            let edits = with_programme(&scene);
            step(&mut scene, edits);
        }
        let names = |scene: &Scene| -> Vec<String> {
            scene.programmes.iter().map(|programme| programme.name.clone()).collect()
        };
        assert_eq!(names(&scene), ["Programme 1", "Programme 2"]);
        let deliverable = Deliverable {
            layout: "5.1".into(),
            programme: Some("Programme 2".into()),
            ..Deliverable::default()
        };
        step(&mut scene, vec![Edit::Deliverables(vec![deliverable])]);
        for refused in ["", " ", "Programme 1", "a, b", "a=b"] {
            assert!(rename_programme(&scene, 1, refused).is_empty(), "{refused}");
        }
        let edits = rename_programme(&scene, 1, " Deutsch ");
        step(&mut scene, edits);
        assert_eq!(names(&scene), ["Programme 1", "Deutsch"]);
        assert_eq!(scene.tracks[1].programmes, ["Deutsch"]);
        assert_eq!(scene.deliverables[0].programme.as_deref(), Some("Deutsch"));
        let edits = without_programme(&scene, 1);
        step(&mut scene, edits);
        assert_eq!(names(&scene), ["Programme 1"]);
        assert!(scene.tracks[1].mute && scene.tracks[1].programmes.is_empty() && !scene.tracks[0].mute);
        assert!(scene.deliverables.is_empty());
        for _ in 0..5 {
            history.undo(&mut scene);
        }
        assert_eq!(scene, before);
    }
}
