//! What a track is for, as contents and objects say (BS.2076-2 §5.6, §5.7.3), and else as its name does.

use formats::adm::{AudioContent, AudioObject};
use formats::scene::{self, Role};

use super::names;

/// Dialogue of no, only and some kind.
const NO_DIALOGUE: u8 = 0;
const DIALOGUE: u8 = 1;

/// The role of what lies in `objects`, outermost first, of `content`: an object that says whether it is dialogue
/// counts more than its content.
pub(super) fn role(content: Option<&AudioContent>, objects: &[&AudioObject], name: &str) -> Role {
    let stated = content.and_then(|content| content.dialogue.as_ref());
    let of_object = objects.iter().rev().find_map(|object| object.dialogue);
    let kind = of_object.or(stated.map(|stated| stated.kind));
    let detail = stated.filter(|stated| Some(stated.kind) == kind).and_then(|stated| stated.content_kind);
    match (kind, detail) {
        (Some(DIALOGUE), Some(2)) => Role::Narration,
        (Some(DIALOGUE), Some(4)) => Role::AudioDescription,
        (Some(DIALOGUE), Some(5)) => Role::Commentary,
        (Some(DIALOGUE), _) => Role::Dialogue,
        (Some(NO_DIALOGUE), Some(1)) => Role::Music,
        (Some(NO_DIALOGUE), Some(2)) => effects(content, name),
        (Some(NO_DIALOGUE), _) => Role::MusicAndEffects,
        // "Mixed" is what masters say of contents that they know nothing of.
        (Some(_), _) => by_name(content, name, "mixed"),
        (None, _) => by_name(content, name, "other"),
    }
}

/// Kinds of effects are told by their content's name, which is that of a role where a scene was exported, or else by their own.
fn effects(content: Option<&AudioContent>, name: &str) -> Role {
    match content.and_then(by_content).unwrap_or_else(|| scene::role(name).value) {
        role @ (Role::Effects | Role::Ambience | Role::Foley) => role,
        _ => Role::Effects,
    }
}

/// The role that the content's name is, without the language behind it; or that a word in it tells.
fn by_content(content: &AudioContent) -> Option<Role> {
    let name = content.name.trim();
    let language = content.language.as_deref().unwrap_or_default();
    let own = name.strip_suffix(language).map_or(name, str::trim_end);
    match Role::from_name(&own.to_lowercase()) {
        Role::Own(_) => {
            Some(scene::role(name)).filter(|guess| guess.reason.contains('"')).map(|guess| guess.value)
        }
        role => Some(role),
    }
}

/// By the words of its content's name or its own.
fn by_name(content: Option<&AudioContent>, name: &str, fallback: &str) -> Role {
    let found = content.and_then(by_content).or_else(|| {
        // Without a word that says so a guess is effects.
        Some(scene::role(name)).filter(|guess| guess.reason.contains('"')).map(|guess| guess.value)
    });
    found.unwrap_or_else(|| own(content, fallback))
}

/// A role by the name of the content; it says nothing about dialogue.
fn own(content: Option<&AudioContent>, fallback: &str) -> Role {
    let name = names::printable(content.map_or("", |content| content.name.as_str()), fallback);
    match Role::from_name(&name) {
        role @ Role::Own(_) => role,
        // One of ours would say something.
        _ => Role::Own(fallback.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::adm::Dialogue;

    /// BS.2076-2 §5.7.3, and back: the `dialogue` of the content that a role becomes is what it came from.
    #[test]
    fn contents_come_back_as_they_were() {
        for (kind, detail) in [(1, 1), (1, 2), (1, 4), (1, 5), (0, 0), (0, 1), (0, 2)] {
            let dialogue = Dialogue { kind, content_kind: Some(detail) };
            let content = AudioContent { dialogue: Some(dialogue.clone()), ..AudioContent::default() };
            let role = role(Some(&content), &[], "Object 7");
            assert_eq!(role.content_dialogue(), Some(dialogue), "{role}");
        }
    }

    #[test]
    fn what_is_not_said_is_told_by_names_or_left_open() {
        let named = |name: &str| AudioContent { name: name.to_owned(), ..AudioContent::default() };
        assert_eq!(role(Some(&named("Bed")), &[], "MX 5.1"), Role::Music);
        assert_eq!(role(Some(&named("Dialogue EN")), &[], "Object 1"), Role::Dialogue);
        assert_eq!(role(Some(&named("Stage")), &[], "Object 1"), Role::Own("Stage".to_owned()));
        assert_eq!(role(None, &[], "Object 1").content_dialogue(), None);
        let mixed = Dialogue { kind: 2, content_kind: Some(0) };
        let mixed = |name: &str| AudioContent { dialogue: Some(mixed.clone()), ..named(name) };
        assert_eq!(role(Some(&mixed("Everything")), &[], "Object 1").content_dialogue(), None);
        let english = AudioContent { language: Some("eng".to_owned()), ..mixed("dialogue eng") };
        assert_eq!(role(Some(&english), &[], "Fly"), Role::Dialogue);
        let effects = Dialogue { kind: 0, content_kind: Some(2) };
        let effects = AudioContent { dialogue: Some(effects), ..named("effects") };
        assert_eq!(role(Some(&effects), &[], "Fly"), Role::Effects);
    }
}
