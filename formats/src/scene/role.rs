//! What a track is for.

use std::fmt;

use crate::adm::Dialogue;

/// What a track is for: dialogue, music, effects, or a role of the user's own. Buses, ducking and the ADM's contents go
/// by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Speech of the story.
    Dialogue,
    /// A voice over the picture.
    Narration,
    /// What is to be seen, told for those who can't see it.
    AudioDescription,
    /// Comments on an event.
    Commentary,
    /// Music.
    Music,
    /// Effects.
    Effects,
    /// Sound of the place.
    Ambience,
    /// Steps, cloth and props.
    Foley,
    /// Music and effects in one stem.
    MusicAndEffects,
    /// Any other, by its name in the file.
    Own(String),
}

/// `nonDialogueContentKind` (BS.2076-2 §5.7.3).
const KIND_MUSIC: u8 = 1;
const KIND_EFFECT: u8 = 2;
/// `dialogueContentKind`.
const KIND_DIALOGUE: u8 = 1;
const KIND_VOICE_OVER: u8 = 2;
const KIND_VISUALLY_IMPAIRED: u8 = 4;
const KIND_COMMENTARY: u8 = 5;

impl Role {
    /// Those with a name of their own in the file.
    pub const KNOWN: [(Self, &'static str); 9] = [
        (Self::Dialogue, "dialogue"),
        (Self::Narration, "narration"),
        (Self::AudioDescription, "audioDescription"),
        (Self::Commentary, "commentary"),
        (Self::Music, "music"),
        (Self::Effects, "effects"),
        (Self::Ambience, "ambience"),
        (Self::Foley, "foley"),
        (Self::MusicAndEffects, "musicAndEffects"),
    ];

    /// The role that the file calls `name`.
    pub fn from_name(name: &str) -> Self {
        let known = Self::KNOWN.into_iter().find(|(_, known)| *known == name);
        known.map_or_else(|| Self::Own(name.to_owned()), |(role, _)| role)
    }

    /// Its name in the file.
    pub fn name(&self) -> &str {
        match self {
            Self::Dialogue => "dialogue",
            Self::Narration => "narration",
            Self::AudioDescription => "audioDescription",
            Self::Commentary => "commentary",
            Self::Music => "music",
            Self::Effects => "effects",
            Self::Ambience => "ambience",
            Self::Foley => "foley",
            Self::MusicAndEffects => "musicAndEffects",
            Self::Own(name) => name,
        }
    }

    /// Speech and nothing else.
    pub fn is_speech(&self) -> bool {
        matches!(self, Self::Dialogue | Self::Narration | Self::AudioDescription | Self::Commentary)
    }

    /// BS.2076-2 §5.7.3: the `dialogue` of a content with this role; `None` for a role of the user's own, which says
    /// nothing about it.
    pub fn content_dialogue(&self) -> Option<Dialogue> {
        let speech = |kind| Dialogue { kind: 1, content_kind: Some(kind) };
        let other = |kind| Dialogue { kind: 0, content_kind: Some(kind) };
        Some(match self {
            Self::Dialogue => speech(KIND_DIALOGUE),
            Self::Narration => speech(KIND_VOICE_OVER),
            Self::AudioDescription => speech(KIND_VISUALLY_IMPAIRED),
            Self::Commentary => speech(KIND_COMMENTARY),
            Self::Music => other(KIND_MUSIC),
            Self::Effects | Self::Ambience | Self::Foley => other(KIND_EFFECT),
            Self::MusicAndEffects => other(0),
            Self::Own(_) => return None,
        })
    }
}

impl Default for Role {
    /// Effects.
    fn default() -> Self {
        Self::Effects
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
