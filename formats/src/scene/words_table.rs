//! Words in the names of stems: what they are for, and what is spoken.

use super::Role;

/// What a role is called in names, in small letters.
pub(super) static ROLES: [(Role, &[&str]); 9] = [
    (Role::MusicAndEffects, &["me", "mne", "mande"]),
    (Role::AudioDescription, &["ad", "audiodescription", "description", "dvs", "hoerfilm"]),
    (Role::Narration, &["vo", "narr", "narration", "narrator", "voiceover", "offsprecher"]),
    (Role::Commentary, &["commentary", "comm", "kommentar"]),
    (Role::Dialogue, &["dx", "dia", "dial", "dlg", "dialog", "dialogs", "dialoge", "dialogue", "dialogues", "adr", "voice", "vox"]),
    (Role::Music, &["mx", "mus", "music", "musik", "musique", "score", "song", "songs"]),
    (Role::Foley, &["fol", "foley", "fly"]),
    (Role::Ambience, &["amb", "ambs", "ambience", "ambiance", "ambient", "atmo", "atmos", "bg", "bgs", "background", "backgrounds"]),
    (Role::Effects, &["fx", "sfx", "efx", "hfx", "effect", "effects", "effekte"]),
];

/// A language and how names call it.
pub(super) struct Language {
    /// ISO 639-2, for terminology.
    pub(super) code: &'static str,
    /// ISO 639-1 in capitals.
    pub(super) two: &'static str,
    /// Its name in itself.
    pub(super) name: &'static str,
    /// Other codes and names, in small letters.
    pub(super) words: &'static [&'static str],
}

const fn language(
    code: &'static str,
    two: &'static str,
    name: &'static str,
    words: &'static [&'static str],
) -> Language {
    Language { code, two, name, words }
}

pub(super) static LANGUAGES: [Language; 18] = [
    language("eng", "EN", "English", &["eng", "english", "englisch", "anglais"]),
    language("deu", "DE", "Deutsch", &["deu", "ger", "german", "deutsch", "allemand"]),
    language("fra", "FR", "Français", &["fra", "fre", "french", "francais", "français", "franzoesisch"]),
    language("spa", "ES", "Español", &["spa", "esp", "spanish", "espanol", "español", "castellano"]),
    language("ita", "IT", "Italiano", &["ita", "italian", "italiano"]),
    language("por", "PT", "Português", &["por", "portuguese", "portugues", "português"]),
    language("nld", "NL", "Nederlands", &["nld", "dut", "dutch", "nederlands"]),
    language("swe", "SV", "Svenska", &["swe", "swedish", "svenska"]),
    language("dan", "DA", "Dansk", &["dan", "danish", "dansk"]),
    language("nor", "NO", "Norsk", &["nor", "norwegian", "norsk"]),
    language("fin", "FI", "Suomi", &["fin", "finnish", "suomi"]),
    language("pol", "PL", "Polski", &["pol", "polish", "polski"]),
    language("ces", "CS", "Čeština", &["ces", "cze", "czech", "cesky"]),
    language("rus", "RU", "Русский", &["rus", "russian"]),
    language("tur", "TR", "Türkçe", &["tur", "turkish", "turkce"]),
    language("jpn", "JA", "日本語", &["jpn", "japanese"]),
    language("zho", "ZH", "中文", &["zho", "chi", "chinese", "mandarin"]),
    language("kor", "KO", "한국어", &["kor", "korean"]),
];
