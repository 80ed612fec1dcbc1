//! What a stem is, guessed from its name and its channels; each guess says what it goes by.

use super::words_table::{LANGUAGES, ROLES};
use super::{Bed, BedLayout, Hoa, Role, Spatial};

/// A guess and its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess<T> {
    /// What is guessed.
    pub value: T,
    /// What it goes by, for people (`"MX" in the name`).
    pub reason: String,
}

/// Where a stem belongs.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// Its place; `None` when its channels make no layout, and each is an object of its own.
    pub spatial: Option<Spatial>,
    /// The channels of the file in the order of the place, from 1; empty when they are in that order.
    pub channels: Vec<u16>,
}

/// Masks of WAVEFORMATEXTENSIBLE, the bed they mean, and the file's channels in the bed's order (the mask has rears
/// before sides).
const BY_MASK: [(u32, &str, &[u16]); 16] = [
    (0x3, "stereo", &[]),
    (0x7, "LCR", &[]),
    (0x33, "quad", &[]),
    (0x603, "quad", &[]),
    (0x107, "4.0", &[]),
    (0x37, "5.0", &[]),
    (0x607, "5.0", &[]),
    (0x3f, "5.1", &[]),
    (0x60f, "5.1", &[]),
    (0x637, "7.0", &[1, 2, 3, 6, 7, 4, 5]),
    (0x63f, "7.1", &[1, 2, 3, 4, 7, 8, 5, 6]),
    (0x503f, "5.1.2", &[]),
    (0x560f, "5.1.2", &[]),
    (0x2_d03f, "5.1.4", &[]),
    (0x2_d60f, "5.1.4", &[]),
    (0x2_d63f, "7.1.4", &[1, 2, 3, 4, 7, 8, 5, 6, 9, 10, 11, 12]),
];

/// Beds by number of channels, in the order of BS.2051.
const BY_COUNT: [(u16, &str); 11] = [
    (2, "stereo"),
    (3, "LCR"),
    (4, "quad"),
    (5, "5.0"),
    (6, "5.1"),
    (7, "7.0"),
    (8, "7.1"),
    (10, "5.1.4"),
    (12, "7.1.4"),
    (14, "9.1.4"),
    (24, "22.2"),
];

/// Words that say that a stem is Ambisonics.
const AMBISONICS: [&str; 8] = ["hoa", "foa", "toa", "soa", "ambix", "ambisonic", "ambisonics", "bformat"];

/// The words of a name: letters between what is none, and where small letters are followed by a capital.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_small = false;
    for character in name.chars() {
        let ends = !character.is_alphabetic() || (before_small && character.is_uppercase());
        if ends && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if character.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.push(character);
        }
        before_small = character.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The role of a stem called `name` (without folder and ending).
pub fn role(name: &str) -> Guess<Role> {
    let lower = name.to_lowercase();
    if let Some(found) = ["m&e", "m+e", "m_and_e", "m-and-e"].iter().find(|word| lower.contains(**word)) {
        return Guess { value: Role::MusicAndEffects, reason: format!("\"{found}\" in the name") };
    }
    let words = words(name);
    let found = words.iter().find_map(|word| {
        let lower = word.to_lowercase();
        ROLES.iter().find(|(_, known)| known.contains(&lower.as_str())).map(|(role, _)| (role, word))
    });
    match found {
        Some((role, word)) => Guess { value: role.clone(), reason: format!("\"{word}\" in the name") },
        None => Guess { value: Role::Effects, reason: "no role in the name".to_owned() },
    }
}

/// The language of a stem called `name`, ISO 639-2: by its name, by three letters, or by two capitals.
pub fn language(name: &str) -> Option<Guess<&'static str>> {
    words(name).iter().rev().find_map(|word| {
        let lower = word.to_lowercase();
        let found = LANGUAGES.iter().find(|language| {
            language.words.contains(&lower.as_str()) || (word.as_str() == language.two && word.len() == 2)
        })?;
        Some(Guess { value: found.code, reason: format!("\"{word}\" in the name") })
    })
}

/// The name of a language in itself; the code where it isn't known.
pub fn language_name(code: &str) -> &str {
    LANGUAGES.iter().find(|language| language.code == code).map_or(code, |language| language.name)
}

/// Where a stem with so many `channels` belongs.
pub fn placement(name: &str, channels: u16, mask: Option<u32>) -> Guess<Placement> {
    let lower = name.to_lowercase();
    let count = usize::from(channels);
    let bed = |layout: &str, channels: &[u16], reason: String| {
        let layout = BedLayout::from_name(layout).filter(|layout| layout.channels() == count)?;
        let spatial = Some(Spatial::Bed(Bed { layout, ..Bed::default() }));
        Some(Guess { value: Placement { spatial, channels: channels.to_vec() }, reason })
    };
    let hoa = |reason: String| {
        let order =
            (1..=Hoa::HIGHEST_COMMON_ORDER).find(|order| (usize::from(*order) + 1).pow(2) == count)?;
        let spatial = Some(Spatial::Hoa(Hoa { order, ..Hoa::default() }));
        Some(Guess { value: Placement { spatial, channels: Vec::new() }, reason })
    };
    if channels == 1 {
        let value = Placement { spatial: Some(Spatial::default()), channels: Vec::new() };
        return Guess { value, reason: "one channel".to_owned() };
    }
    let by_mask = || {
        let mask = mask.filter(|mask| *mask != 0)?;
        let (_, layout, order) = BY_MASK.iter().find(|(known, ..)| *known == mask)?;
        bed(layout, order, format!("channel mask {mask:#x}"))
    };
    let by_word = || {
        let words = words(name);
        let word = words.iter().find(|word| AMBISONICS.contains(&word.to_lowercase().as_str()))?;
        hoa(format!("\"{word}\" in the name and {channels} channels"))
    };
    // The longest name first: 5.1.4 is no 5.1.
    let by_name = || {
        let mut names: Vec<&str> = BedLayout::all().map(BedLayout::everyday_name).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let layout = names.into_iter().find(|known| lower.contains(&known.to_lowercase()))?;
        bed(layout, &[], format!("\"{layout}\" in the name and {channels} channels"))
    };
    let by_count = || {
        let (_, layout) = BY_COUNT.iter().find(|(known, _)| *known == channels)?;
        bed(layout, &[], format!("{channels} channels, in the order of BS.2051"))
    };
    let by_square = || hoa(format!("{channels} channels, a square number"));
    by_word().or_else(by_mask).or_else(by_name).or_else(by_count).or_else(by_square).unwrap_or_else(|| {
        Guess {
            value: Placement { spatial: None, channels: Vec::new() },
            reason: format!("{channels} channels make no layout: an object for each"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_roles_and_languages() {
        for (name, expected, spoken) in [
            ("DX_Anna_01", Role::Dialogue, None),
            ("dialogue ENG", Role::Dialogue, Some("eng")),
            ("FilmDialGerman", Role::Dialogue, Some("deu")),
            ("VO_DE", Role::Narration, Some("deu")),
            ("MX 5.1", Role::Music, None),
            ("MainTitleScore", Role::Music, None),
            ("SFX-Helicopter", Role::Effects, None),
            ("M&E 5.1", Role::MusicAndEffects, None),
            ("AMB_harbour", Role::Ambience, None),
            ("atmos night", Role::Ambience, None),
            ("FOL steps", Role::Foley, None),
            ("AD_fra", Role::AudioDescription, Some("fra")),
            ("helicopter", Role::Effects, None),
            // Two small letters are no language.
            ("fx_it_falls", Role::Effects, None),
        ] {
            assert_eq!(role(name).value, expected, "{name}");
            assert_eq!(language(name).map(|guess| guess.value), spoken, "{name}");
        }
        assert_eq!(role("helicopter").reason, "no role in the name");
        assert_eq!(role("DX_Anna").reason, "\"DX\" in the name");
        assert_eq!(language_name("deu"), "Deutsch");
    }

    #[test]
    fn channels_and_masks_tell_places() {
        let place = |name: &str, channels, mask| {
            let found = placement(name, channels, mask).value;
            let spatial = match found.spatial {
                Some(Spatial::Bed(bed)) => bed.layout.everyday_name().to_owned(),
                Some(Spatial::Loudspeakers(_)) => "loudspeakers".to_owned(),
                Some(Spatial::Hoa(hoa)) => format!("hoa{}", hoa.order),
                Some(Spatial::Object(_)) => "object".to_owned(),
                Some(Spatial::Binaural(_)) => "binaural".to_owned(),
                None => "objects".to_owned(),
            };
            (spatial, found.channels)
        };
        let plain = |name: &str| (name.to_owned(), Vec::new());
        assert_eq!(place("a", 1, None), plain("object"));
        assert_eq!(place("a", 2, Some(0)), plain("stereo"));
        assert_eq!(place("a", 6, Some(0x3f)), plain("5.1"));
        // ksmedia.h: 7.1 has the rears before the sides.
        assert_eq!(place("a", 8, Some(0x63f)), ("7.1".to_owned(), vec![1, 2, 3, 4, 7, 8, 5, 6]));
        assert_eq!(place("a", 8, None), plain("7.1"));
        assert_eq!(place("MX 5.1.2", 8, None), plain("5.1.2"));
        assert_eq!(place("MX 7.1.2", 10, None), plain("7.1.2"));
        assert_eq!(place("sea ambix", 4, None), plain("hoa1"));
        assert_eq!(place("sea", 4, None), plain("quad"));
        assert_eq!(place("sea", 16, None), plain("hoa3"));
        assert_eq!(place("sea 9.1.6", 16, None), plain("9.1.6"));
        assert_eq!(place("a", 11, None), plain("objects"));
        // A mask for another number of channels is none.
        assert_eq!(place("a", 6, Some(0x3)), plain("5.1"));
    }
}
