//! What an item is for: dialogue, music, effects, or anything else (BS.2076-2 §5.6, §5.7.3).

use formats::adm::{AudioContent, AudioObject, Dialogue};

/// What an item is for, as its content and its objects say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Speech and nothing else, of whatever kind: storyline, voice-over, audio description, commentary.
    Dialogue,
    /// Music, without dialogue.
    Music,
    /// Effects, without dialogue.
    Effects,
    /// Mixed content, content without dialogue that says no more, and what says nothing at all.
    #[default]
    Other,
}

/// `dialogue` of content without, with nothing but, and with some dialogue.
const NO_DIALOGUE: u8 = 0;
const DIALOGUE: u8 = 1;
/// `nonDialogueContentKind`.
const MUSIC: u8 = 1;
const EFFECTS: u8 = 2;

impl Role {
    /// Every role once: the items of all of them are all items.
    pub const ALL: [Self; 4] = [Self::Dialogue, Self::Music, Self::Effects, Self::Other];

    /// Of what lies in `objects`, outermost first, of `content`. The innermost object that says whether it is
    /// dialogue decides; where none does, the content. Only a content tells music from effects.
    pub(super) fn of(content: Option<&AudioContent>, objects: &[&AudioObject]) -> Self {
        let stated = content.and_then(|content| content.dialogue.as_ref());
        let kind =
            objects.iter().rev().find_map(|object| object.dialogue).or(stated.map(|stated| stated.kind));
        match (kind, stated) {
            (Some(DIALOGUE), _) => Self::Dialogue,
            (Some(NO_DIALOGUE), Some(Dialogue { kind: NO_DIALOGUE, content_kind: Some(MUSIC) })) => {
                Self::Music
            }
            (Some(NO_DIALOGUE), Some(Dialogue { kind: NO_DIALOGUE, content_kind: Some(EFFECTS) })) => {
                Self::Effects
            }
            _ => Self::Other,
        }
    }

    /// `dialogue`, `music`, `effects` or `other`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dialogue => "dialogue",
            Self::Music => "music",
            Self::Effects => "effects",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(kind: u8, content_kind: Option<u8>) -> AudioContent {
        AudioContent { dialogue: Some(Dialogue { kind, content_kind }), ..AudioContent::default() }
    }

    fn object(dialogue: Option<u8>) -> AudioObject {
        AudioObject { dialogue, ..AudioObject::default() }
    }

    /// BS.2076-2 tables of `dialogue`: 0 without (1 music, 2 effect), 1 dialogue, 2 mixed.
    #[test]
    fn contents_say_what_their_objects_are_for() {
        for (kind, content_kind, role) in [
            (1, Some(1), Role::Dialogue),
            (1, None, Role::Dialogue),
            (1, Some(4), Role::Dialogue),
            (0, Some(1), Role::Music),
            (0, Some(2), Role::Effects),
            (0, Some(0), Role::Other),
            (0, None, Role::Other),
            (2, Some(0), Role::Other),
            (9, Some(1), Role::Other),
        ] {
            assert_eq!(Role::of(Some(&content(kind, content_kind)), &[]), role, "{kind} {content_kind:?}");
        }
        assert_eq!(Role::of(None, &[]), Role::Other);
        assert_eq!(Role::of(Some(&AudioContent::default()), &[&object(None)]), Role::Other);
    }

    #[test]
    fn the_innermost_object_that_says_so_decides() {
        let [dialogue, none, mixed, silent] = [Some(1), Some(0), Some(2), None].map(object);
        let (voices, music) = (content(1, Some(1)), content(0, Some(1)));
        assert_eq!(Role::of(Some(&music), &[&dialogue]), Role::Dialogue);
        assert_eq!(Role::of(None, &[&dialogue, &silent]), Role::Dialogue);
        assert_eq!(Role::of(Some(&music), &[&dialogue, &none]), Role::Music);
        assert_eq!(Role::of(Some(&voices), &[&mixed]), Role::Other);
        assert_eq!(Role::of(Some(&voices), &[&none]), Role::Other);
        assert_eq!(Role::of(Some(&voices), &[&silent]), Role::Dialogue);
    }
}
