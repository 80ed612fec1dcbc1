//! A deliverable as people type it: `SPEC:LAYOUT[+PART…][@PROGRAMME][=NAME]`, or `adm[=NAME]`.

use std::fmt;
use std::str::FromStr;

use formats::nearest;

use super::naming::NameTemplate;
use crate::engine::Part;
use crate::items::Role;
use crate::layout::Layout;
use crate::loudness::Specification;

/// In place of a specification: as it is rendered.
pub const NO_SPECIFICATION: &str = "none";
/// In place of a specification: stems without a mix, as they are rendered; all of them, or those that are named.
pub const STEMS: &str = "stems";
/// A copy of the master.
pub const ADM: &str = "adm";

/// Words for parts. `stems` are all roles.
const PARTS: [(&str, &[Part]); 7] = [
    ("mix", &[Part::Mix]),
    ("dialogue", &[Part::Role(Role::Dialogue)]),
    ("music", &[Part::Role(Role::Music)]),
    ("effects", &[Part::Role(Role::Effects)]),
    ("other", &[Part::Role(Role::Other)]),
    ("me", &[Part::MusicAndEffects]),
    (STEMS, &STEM_PARTS),
];
const STEM_PARTS: [Part; 4] =
    [Part::Role(Role::Dialogue), Part::Role(Role::Music), Part::Role(Role::Effects), Part::Role(Role::Other)];

/// What is asked for. Whether there is such a specification or layout is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A copy of the master.
    Adm {
        /// Its own template.
        name: Option<NameTemplate>,
    },
    /// A render.
    Render(RenderRequest),
}

/// A render that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderRequest {
    /// Name of the specification, or a file with one; `None` to leave it as it is rendered.
    pub specification: Option<String>,
    /// Name of the layout.
    pub layout: String,
    /// The files to make of it, without repetition; at least one.
    pub parts: Vec<Part>,
    /// The programme that it is of, by id or name; that of the job when absent.
    pub programme: Option<String>,
    /// Its own template.
    pub name: Option<NameTemplate>,
}

/// The text asks for nothing that can be delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}`: {message}")]
pub struct RequestError {
    text: String,
    message: String,
}

impl FromStr for Request {
    type Err = RequestError;

    fn from_str(text: &str) -> Result<Self, RequestError> {
        let refuse = |message: String| RequestError { text: text.chars().take(60).collect(), message };
        let (head, name) = match text.split_once('=') {
            Some((_, name)) if name.contains('@') => {
                return Err(refuse("`@PROGRAMME` goes before `=NAME`; a name has no `@`".to_owned()));
            }
            Some((head, name)) => (head, Some(name.parse().map_err(|e| refuse(format!("{e}")))?)),
            None => (text, None),
        };
        if head.eq_ignore_ascii_case(ADM) {
            return Ok(Self::Adm { name });
        }
        if head.to_ascii_lowercase().starts_with("adm@") {
            return Err(refuse("a copy of the master has all of its programmes; leave `@` out".to_owned()));
        }
        let (head, programme) = split_programme(head);
        if programme == Some("") {
            return Err(refuse("expected the id or the name of a programme after `@`".to_owned()));
        }
        let part_behind = programme.and_then(|name| name.rsplit_once('+')).map(|(_, part)| part);
        if let Some(part) = part_behind.filter(|part| PARTS.iter().any(|(known, _)| known == part)) {
            return Err(refuse(format!("`+{part}` goes before `@PROGRAMME`")));
        }
        let programme = programme.map(str::to_owned);
        let Some((specification, wanted)) = head.rsplit_once(':') else { return Err(refuse(no_colon(head))) };
        if specification.is_empty() || wanted.is_empty() {
            return Err(refuse(format!("expected SPEC:LAYOUT, {EXAMPLES}")));
        }
        let (layout, words) = split_parts(wanted);
        let only_stems = specification.eq_ignore_ascii_case(STEMS);
        let mut parts = Vec::new();
        match (only_stems, words.is_empty()) {
            (true, true) => parts.extend(STEM_PARTS),
            (true, false) => {}
            (false, _) => parts.push(Part::Mix),
        }
        for word in words {
            let found = PARTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
            let (_, found) = found.ok_or_else(|| refuse(no_part(word)))?;
            parts.extend(found.iter());
        }
        let mut seen = Vec::new();
        parts.retain(|part| {
            let is_new = !seen.contains(part);
            seen.push(*part);
            is_new
        });
        let none = only_stems || specification.eq_ignore_ascii_case(NO_SPECIFICATION);
        let specification = (!none).then(|| specification.to_owned());
        Ok(Self::Render(RenderRequest { specification, layout: layout.to_owned(), parts, programme, name }))
    }
}

/// A render by the attributes of its element in a file, as it is asked for on the command line; `parts` are names with spaces
/// between them.
///
/// # Errors
/// When parts of a mix are to be corrected without it, or a programme has a name that can't be typed; one line.
pub(super) fn request_text(
    specification: Option<&str>,
    layout: &str,
    parts: &str,
    programme: Option<&str>,
) -> Result<String, String> {
    let parts: Vec<&str> = parts.split_whitespace().collect();
    let has_mix = parts.is_empty() || parts.iter().any(|part| part.eq_ignore_ascii_case("mix"));
    let specification = match specification {
        Some(name) if has_mix || name.eq_ignore_ascii_case(STEMS) => name,
        Some(name) if !name.eq_ignore_ascii_case(NO_SPECIFICATION) => {
            return Err(
                "parts without `mix`: stems are corrected as their mix is; add mix, or leave out spec"
                    .to_owned(),
            );
        }
        // What is listed and nothing else.
        _ if !has_mix => STEMS,
        _ => NO_SPECIFICATION,
    };
    let parts: String = parts.iter().map(|part| format!("+{part}")).collect();
    let programme = match programme {
        Some(name) if name.contains('=') => {
            return Err(
                "a programme with `=` in its name can't be asked for; give it another name".to_owned()
            );
        }
        Some(name) => format!("@{name}"),
        None => String::new(),
    };
    Ok(format!("{specification}:{layout}{parts}{programme}"))
}

const EXAMPLES: &str = "e.g. netflix:5.1, none:7.1.4 without a specification, or adm";

/// `netflix:5.1@Deutsch` is `netflix:5.1` and `Deutsch`; an `@` before the layout belongs to the name of a file.
fn split_programme(head: &str) -> (&str, Option<&str>) {
    let is_behind_layout = |at: &(usize, &str)| {
        let before = head.get(..at.0).unwrap_or_default();
        before.rsplit_once(':').is_some_and(|(_, layout)| !layout.contains(['/', '\\']))
    };
    match head.match_indices('@').find(is_behind_layout) {
        Some((at, _)) => (head.get(..at).unwrap_or_default(), head.get(at + 1..)),
        None => (head, None),
    }
}

/// `5.1+stems` is `5.1` and `stems`; the `+` of `4+7+0` belongs to the layout.
fn split_parts(text: &str) -> (&str, Vec<&str>) {
    let (mut layout, mut words) = (text, Vec::new());
    while let Some((before, word)) = layout.rsplit_once('+') {
        if before.is_empty() || !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        words.push(word);
        layout = before;
    }
    words.reverse();
    (layout, words)
}

fn no_colon(head: &str) -> String {
    let is_layout = Layout::by_name(head).is_ok() || head.eq_ignore_ascii_case(super::super::BINAURAL);
    if is_layout {
        return format!("is a layout; say which specification it is for: none:{head}, netflix:{head} …");
    }
    if Specification::by_name(head).is_ok() {
        return format!("is a specification; say in which layout: {head}:5.1, {head}:stereo …");
    }
    format!("expected SPEC:LAYOUT, {EXAMPLES}")
}

fn no_part(word: &str) -> String {
    let names = PARTS.iter().map(|(name, _)| *name);
    let meant = nearest(word, names.clone()).map(|name| format!(" (did you mean `{name}`?)"));
    let word: String = word.chars().take(20).collect();
    format!(
        "there is no part `{word}`{}; there are {}",
        meant.unwrap_or_default(),
        names.collect::<Vec<_>>().join(", ")
    )
}

/// Its name in files and reports.
pub fn part_name(part: Part) -> &'static str {
    match part {
        Part::Mix => "mix",
        Part::Role(role) => role.name(),
        Part::MusicAndEffects => "me",
    }
}

impl fmt::Display for RenderRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.specification.as_deref().unwrap_or(NO_SPECIFICATION), self.layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(Option<String>, String, Vec<&'static str>), String> {
        match text.parse::<Request>().map_err(|e| e.to_string())? {
            Request::Adm { .. } => Ok((None, ADM.to_owned(), Vec::new())),
            Request::Render(render) => {
                Ok((render.specification, render.layout, render.parts.into_iter().map(part_name).collect()))
            }
        }
    }

    #[test]
    fn what_an_engineer_types() {
        let found = |spec: &str, layout: &str, parts: &[&'static str]| {
            Ok((Some(spec.to_owned()).filter(|spec| !spec.is_empty()), layout.to_owned(), parts.to_vec()))
        };
        let stems = ["dialogue", "music", "effects", "other"];
        assert_eq!(parse("netflix:5.1"), found("netflix", "5.1", &["mix"]));
        assert_eq!(parse("none:4+7+0"), found("", "4+7+0", &["mix"]));
        assert_eq!(
            parse("house/rules.yaml:9+10+3+music"),
            found("house/rules.yaml", "9+10+3", &["mix", "music"])
        );
        assert_eq!(parse("stems:5.1"), found("", "5.1", &stems));
        assert_eq!(parse("stems:5.1+music+me"), found("", "5.1", &["music", "me"]));
        assert_eq!(parse("none:5.1+me"), found("", "5.1", &["mix", "me"]));
        let all = ["mix", "dialogue", "music", "effects", "other"];
        assert_eq!(parse("netflix:5.1+stems"), found("netflix", "5.1", &all));
        assert_eq!(parse("netflix:5.1+mix+stems+music"), found("netflix", "5.1", &all));
        assert_eq!(parse("ebu-r128:binaural"), found("ebu-r128", "binaural", &["mix"]));
        assert_eq!(parse("ADM"), found("", "adm", &[]));
        assert_eq!(parse("C:\\rules.yaml:5.1"), found("C:\\rules.yaml", "5.1", &["mix"]));
    }

    #[test]
    fn a_programme_comes_after_the_layout() {
        let programme = |text: &str| match text.parse::<Request>() {
            Ok(Request::Render(render)) => (render.layout, render.programme),
            other => panic!("{text}: {other:?}"),
        };
        for (text, layout, name) in [
            ("netflix:5.1@Deutsch", "5.1", Some("Deutsch")),
            ("none:4+7+0+stems@APR_1002=R1", "4+7+0", Some("APR_1002")),
            ("me@home/rules.yaml:5.1", "5.1", None),
            ("C:/me@home/rules.yaml:5.1@Film: me@home", "5.1", Some("Film: me@home")),
            ("stems:stereo@Deutsche Fassung", "stereo", Some("Deutsche Fassung")),
        ] {
            assert_eq!(programme(text), (layout.to_owned(), name.map(str::to_owned)), "{text}");
        }
        assert!(parse("none:5.1@").unwrap_err().contains("after `@`"));
        assert!(parse("adm@Deutsch").unwrap_err().contains("all of its programmes"));
        assert!(parse("none:5.1=x@Deutsch").unwrap_err().contains("before `=NAME`"));
        assert!(parse("none:5.1@Deutsch+stems").unwrap_err().contains("before `@PROGRAMME`"));
        assert!(request_text(None, "5.1", "", Some("a=b")).is_err());
    }

    #[test]
    fn a_name_of_its_own_comes_after_the_equals_sign() {
        let Ok(Request::Render(render)) = "none:5.1=R1_{part}".parse::<Request>() else { panic!() };
        assert_eq!(render.name.map(|name| name.to_string()).as_deref(), Some("R1_{part}"));
        assert!(parse("none:5.1=../x").unwrap_err().contains("slash"));
        assert!(matches!("adm=master".parse(), Ok(Request::Adm { name: Some(_) })));
    }

    #[test]
    fn what_is_no_deliverable_says_what_is() {
        for (text, hint) in [
            ("5.1", "none:5.1"),
            ("binaural", "none:binaural"),
            ("netflix", "netflix:5.1"),
            ("", "expected SPEC:LAYOUT"),
            (":5.1", "expected SPEC:LAYOUT"),
            ("netflix:", "expected SPEC:LAYOUT"),
            ("netflix:5.1+stem", "`stems`?"),
            ("netflix:5.1+", "there is no part"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(hint) && !message.contains('\n'), "{text}: {message}");
        }
    }
}
