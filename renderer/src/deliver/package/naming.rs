//! Names of deliverables, by a template.

use std::fmt;
use std::str::FromStr;

use formats::nearest;

/// The template when nobody gives another.
pub const DEFAULT_TEMPLATE: &str = "{title}_{programme}_{spec}_{layout}_{part}";

/// Longest name of a file that leaves room for `.sha256` and for the temporary name, bytes.
const LONGEST_NAME: usize = 200;
/// Longest template, bytes.
const LONGEST_TEMPLATE: usize = 1000;
/// What fields are separated by; one in front of an empty field goes with it.
const SEPARATORS: [char; 4] = ['_', '-', '.', ' '];

/// What a field is replaced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Title,
    Programme,
    Spec,
    Layout,
    Part,
    Bits,
    Rate,
    Number,
}

const FIELDS: [(&str, Field); 8] = [
    ("title", Field::Title),
    ("programme", Field::Programme),
    ("spec", Field::Spec),
    ("layout", Field::Layout),
    ("part", Field::Part),
    ("bits", Field::Bits),
    ("rate", Field::Rate),
    ("number", Field::Number),
];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
}

/// A name with `{fields}`. A field that has nothing to say is left out together with the separator before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTemplate {
    text: String,
    pieces: Vec<Piece>,
}

/// What the fields of one name say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    /// Of the film.
    pub(super) title: &'a str,
    /// The programme that was asked for; empty where none was.
    pub(super) programme: &'a str,
    /// Name of the specification; empty without one.
    pub(super) spec: &'a str,
    /// Everyday name of the layout where it has one.
    pub(super) layout: &'a str,
    /// `mix`, `dialogue` …
    pub(super) part: &'a str,
    /// `24`, `32f`.
    pub(super) bits: &'a str,
    /// Hz.
    pub(super) rate: u32,
    /// Which deliverable of the job, from 1.
    pub(super) number: usize,
}

/// The template, or a name made of it, can't be a file in the folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(String);

impl NameTemplate {
    /// The file name of these fields, which ends with `.wav`.
    ///
    /// # Errors
    /// When what comes out could be no file, or one outside the folder.
    pub(super) fn name(&self, fields: &Fields) -> Result<String, NameError> {
        let mut name = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Field(field) => {
                    let value = fields.value(*field);
                    if value.is_empty() && name.ends_with(SEPARATORS) {
                        name.pop();
                    }
                    name.push_str(&value);
                }
            }
        }
        if !name.to_ascii_lowercase().ends_with(".wav") {
            name.push_str(".wav");
        }
        check(&name)?;
        Ok(name)
    }
}

impl Fields<'_> {
    fn value(&self, field: Field) -> String {
        match field {
            Field::Title => self.title.to_owned(),
            Field::Programme => self.programme.to_owned(),
            Field::Spec => self.spec.to_owned(),
            Field::Layout => self.layout.to_owned(),
            Field::Part => self.part.to_owned(),
            Field::Bits => self.bits.to_owned(),
            Field::Rate => self.rate.to_string(),
            Field::Number => format!("{:02}", self.number),
        }
    }
}

impl FromStr for NameTemplate {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refuse = |message: String| Err(NameError(format!("the name `{}`: {message}", cut(text))));
        if text.is_empty() || text.len() > LONGEST_TEMPLATE {
            return refuse(format!("expected 1 to {LONGEST_TEMPLATE} bytes, e.g. {DEFAULT_TEMPLATE}"));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(open);
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let Some((name, after)) = from.strip_prefix('{').and_then(|field| field.split_once('}')) else {
                return refuse("braces come in pairs round a field, e.g. {title}".to_owned());
            };
            match FIELDS.iter().find(|(known, _)| *known == name) {
                Some((_, field)) => pieces.push(Piece::Field(*field)),
                None => return refuse(unknown_field(name)),
            }
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        for piece in &pieces {
            if let Piece::Text(text) = piece {
                check_characters(text)?;
            }
        }
        Ok(Self { text: text.to_owned(), pieces })
    }
}

impl fmt::Display for NameTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn unknown_field(name: &str) -> String {
    let names = FIELDS.iter().map(|(name, _)| *name);
    let meant = nearest(name, names.clone()).map(|name| format!(" (did you mean `{{{name}}}`?)"));
    let all: Vec<String> = names.map(|name| format!("{{{name}}}")).collect();
    format!(
        "there is no field `{{{}}}`{}; there are {}",
        cut(name),
        meant.unwrap_or_default(),
        all.join(", ")
    )
}

/// A title as a user gives it.
///
/// # Errors
/// When it can't be part of a file name.
pub fn check_title(title: &str) -> Result<(), NameError> {
    if title.is_empty() {
        return Err(NameError("the title is empty; leave it out to take the name of the input".to_owned()));
    }
    check_characters(title)
}

/// A title from the name of a file: what can't be part of a name is replaced.
pub(super) fn title_of(stem: &str) -> String {
    let plain = |c: char| if is_forbidden(c) { '-' } else { c };
    let mut title: String = stem.chars().map(plain).collect();
    while title.contains("..") {
        title = title.replace("..", ".");
    }
    let title = title.trim_matches(|c: char| c == '.' || c == '-' || c.is_whitespace()).to_owned();
    if title.is_empty() { "untitled".to_owned() } else { title }
}

/// Names that Windows keeps for devices, whatever comes after a dot.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

fn check_characters(text: &str) -> Result<(), NameError> {
    let refuse = |message: &str| Err(NameError(format!("the name `{}`: {message}", cut(text))));
    if text.contains(['/', '\\']) {
        return refuse("holds a slash; deliverables lie in the output folder and nowhere else");
    }
    if text.contains("..") {
        return refuse("holds `..`; deliverables lie in the output folder and nowhere else");
    }
    if text.chars().any(is_forbidden) {
        return refuse(
            "holds a control character or one of : * ? \" < > |, which not every system can store",
        );
    }
    Ok(())
}

fn check(name: &str) -> Result<(), NameError> {
    check_characters(name)?;
    let refuse = |message: &str| Err(NameError(format!("the name `{}`: {message}", cut(name))));
    if name.starts_with(['.', '-', ' ']) {
        return refuse("begins with a dot, a dash or a space; begin with a letter or a digit");
    }
    let device = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    if DEVICES.contains(&device.as_str()) || is_port(&device) {
        return refuse("is that of a device on Windows, where no file can have it; add a word to it");
    }
    if name.len() > LONGEST_NAME {
        return refuse("is longer than 200 bytes; shorten the title or the template");
    }
    Ok(())
}

/// `COM1`, `LPT9`.
fn is_port(name: &str) -> bool {
    let number = name.strip_prefix("COM").or_else(|| name.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut characters = number.chars();
        characters.next().is_some_and(|c| c.is_ascii_digit() || "¹²³".contains(c))
            && characters.next().is_none()
    })
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: Fields<'_> = Fields {
        title: "Night Train",
        programme: "",
        spec: "netflix",
        layout: "5.1",
        part: "mix",
        bits: "24",
        rate: 48_000,
        number: 3,
    };

    fn name(template: &str, fields: &Fields) -> Result<String, String> {
        let template: NameTemplate = template.parse().map_err(|e: NameError| e.to_string())?;
        template.name(fields).map_err(|e| e.to_string())
    }

    #[test]
    fn fields_are_replaced_and_empty_ones_leave_no_gap() {
        assert_eq!(name(DEFAULT_TEMPLATE, &FIELDS).unwrap(), "Night Train_netflix_5.1_mix.wav");
        let german = Fields { programme: "Deutsch", ..FIELDS };
        assert_eq!(name(DEFAULT_TEMPLATE, &german).unwrap(), "Night Train_Deutsch_netflix_5.1_mix.wav");
        let plain = Fields { spec: "", ..FIELDS };
        assert_eq!(name(DEFAULT_TEMPLATE, &plain).unwrap(), "Night Train_5.1_mix.wav");
        assert_eq!(name("{number}-{rate}-{bits}.WAV", &FIELDS).unwrap(), "03-48000-24.WAV");
        assert_eq!(name("R1 {layout}", &FIELDS).unwrap(), "R1 5.1.wav");
    }

    #[test]
    fn no_name_leaves_the_folder() {
        for wrong in
            ["../x", "a/b", "a\\b", "..", "{title}/..", "/etc/x", ".hidden", "-rf", "a\nb", "c:x", "", " x"]
        {
            let message = name(wrong, &FIELDS).unwrap_err();
            assert!(
                message.starts_with("the name `") && !message.contains('\n') || wrong == "a\nb",
                "{message}"
            );
        }
        // What comes out of fields is looked at as well.
        for title in ["../up", "a/b", ".."] {
            assert!(name("{title}", &Fields { title, ..FIELDS }).is_err(), "{title}");
            assert!(check_title(title).is_err());
        }
        assert!(name(".{title}.", &Fields { title: "", ..FIELDS }).is_err());
        assert!(name(&"x".repeat(201), &FIELDS).is_err());
    }

    #[test]
    fn a_field_that_is_none_is_refused_with_the_nearest() {
        let message = name("{titl}_{layout}", &FIELDS).unwrap_err();
        assert!(message.contains("`{title}`?"), "{message}");
        for wrong in ["{title", "title}", "{{title}}", "{}"] {
            assert!(name(wrong, &FIELDS).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_title_is_made_of_any_file_name() {
        assert_eq!(title_of("film"), "film");
        assert_eq!(title_of("..a..b: c\u{7}"), "a.b- c");
        assert_eq!(title_of("..."), "untitled");
    }
}
