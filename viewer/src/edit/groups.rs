//! Edits of groups: tracks that are turned up, muted and soloed together.

use formats::scene::{Group, Kept, Scene, limits};

use super::{Edit, free_name, track_edit};

/// The edit that puts what `change` makes of a group in its place; `None` when nothing changes.
pub fn group_edit(scene: &Scene, index: usize, change: impl FnOnce(&mut Group)) -> Option<Edit> {
    let mut groups = scene.groups.clone();
    change(groups.get_mut(index)?);
    (groups != scene.groups).then_some(Edit::Groups(groups))
}

/// A group of `tracks` with a name of its own, after the others; nothing when there is no room for another.
pub fn with_group(scene: &Scene, tracks: impl IntoIterator<Item = usize>) -> Vec<Edit> {
    if scene.groups.len() >= limits::GROUPS {
        return Vec::new();
    }
    let name = free_name("group", 1, scene.groups.iter().map(|group| &group.name));
    let mut edits = put_in_group(scene, tracks, Some(&name));
    let mut groups = scene.groups.clone();
    groups.push(Group { name, mute: false, solo: false, gain_db: 0.0, kept: Kept::default() });
    edits.push(Edit::Groups(groups));
    edits
}

/// The scene without a group; its tracks stay as they are.
pub fn without_group(scene: &Scene, index: usize) -> Vec<Edit> {
    let Some(group) = scene.groups.get(index) else { return Vec::new() };
    let mut edits = put_in_group(scene, members(scene, &group.name), None);
    let mut groups = scene.groups.clone();
    groups.remove(index);
    edits.push(Edit::Groups(groups));
    edits
}

/// Gives a group another name, for its tracks too; nothing when the name is empty, too long or taken.
pub fn rename_group(scene: &Scene, index: usize, name: &str) -> Vec<Edit> {
    let name = name.trim();
    let Some(old) = scene.groups.get(index).map(|group| group.name.as_str()) else { return Vec::new() };
    let is_taken = scene.groups.iter().any(|group| group.name == name);
    if name.is_empty() || name.len() > limits::TEXT_BYTES || is_taken {
        return Vec::new();
    }
    let mut edits = put_in_group(scene, members(scene, old), Some(name));
    edits.extend(group_edit(scene, index, |group| group.name = name.to_owned()));
    edits
}

/// Puts tracks into a group, and so out of the one that they were in; `None` for no group.
pub fn put_in_group(
    scene: &Scene,
    tracks: impl IntoIterator<Item = usize>,
    group: Option<&str>,
) -> Vec<Edit> {
    let group = group.map(str::to_owned);
    let edit = |index| track_edit(scene, index, |track| track.group.clone_from(&group));
    tracks.into_iter().filter_map(edit).collect()
}

/// The tracks of a group.
pub fn members(scene: &Scene, group: &str) -> Vec<usize> {
    let is_in = |index: &usize| scene.tracks[*index].group.as_deref() == Some(group);
    (0..scene.tracks.len()).filter(is_in).collect()
}

#[cfg(test)]
mod tests {
    use formats::scene::Track;

    use super::*;
    use crate::edit::History;

    fn groups_of(scene: &Scene) -> Vec<Option<&str>> {
        scene.tracks.iter().map(|track| track.group.as_deref()).collect()
    }

    #[test]
    fn tracks_come_into_groups_and_leave_them_and_it_can_be_undone() {
        let mut scene = Scene { tracks: vec![Track::default(); 3], ..Scene::default() };
        let before = scene.clone();
        let mut history = History::default();
        let mut step = |scene: &mut Scene, edits: Vec<Edit>| {
            history.seal();
            history.apply(scene, "a step", edits);
        };
        let edits = with_group(&scene, [0, 2]);
        step(&mut scene, edits);
        assert_eq!(groups_of(&scene), [Some("group 1"), None, Some("group 1")]);
        let edits = with_group(&scene, [2]);
        step(&mut scene, edits);
        assert_eq!(groups_of(&scene), [Some("group 1"), None, Some("group 2")]);
        assert!(rename_group(&scene, 0, "group 2").is_empty(), "taken");
        assert!(rename_group(&scene, 0, " ").is_empty());
        let edits = rename_group(&scene, 0, " cars ");
        step(&mut scene, edits);
        assert_eq!((groups_of(&scene)[0], scene.groups[0].name.as_str()), (Some("cars"), "cars"));
        let edits = without_group(&scene, 0);
        step(&mut scene, edits);
        assert_eq!((groups_of(&scene), scene.groups.len()), (vec![None, None, Some("group 2")], 1));
        for _ in 0..4 {
            history.undo(&mut scene);
        }
        assert!(scene == before, "four steps back");
        scene.groups = vec![
            Group {
                name: "full".to_owned(),
                mute: false,
                solo: false,
                gain_db: 0.0,
                kept: Kept::default()
            };
            limits::GROUPS
        ];
        assert!(with_group(&scene, [0]).is_empty(), "a file can't have more");
    }
}
