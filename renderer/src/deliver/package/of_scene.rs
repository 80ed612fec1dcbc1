//! The deliverables that a scene asks for itself.

use std::path::Path;

use formats::scene::chain::MasterChain;
use formats::scene::{self, Deliverable};

use super::request::request_text;
use crate::deliver::JobError;
use crate::master;

/// A deliverable of a scene.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneDeliverable {
    /// As it would be asked for on the command line.
    pub text: String,
    /// What it is called, where it has a name.
    pub name: Option<String>,
    /// Where it sounds.
    pub layout: String,
    /// The programme that it is of; any when absent.
    pub programme: Option<String>,
    /// What is done to its feeds.
    pub master: MasterChain,
    /// Where it stands in the scene's file.
    pub place: scene::Place,
}

impl SceneDeliverable {
    /// What an element of a scene asks for.
    ///
    /// # Errors
    /// When it asks for what cannot be; one line.
    pub fn of(deliverable: &Deliverable, place: scene::Place) -> Result<Self, String> {
        let Deliverable { name, spec, layout, programme, parts, master, .. } = deliverable;
        let mut text = request_text(spec.as_deref(), layout, &parts.join(" "), programme.as_deref())?;
        let has_mix = parts.is_empty() || parts.iter().any(|part| part.eq_ignore_ascii_case("mix"));
        if !has_mix && !master.is_empty() {
            return Err("parts without `mix`: stems get what the master chain does to their mix; add mix, or leave out \
                        the chain"
                .to_owned());
        }
        if let Some(name) = name {
            text = format!("{text}={name}");
        }
        let (name, layout, programme) = (name.clone(), layout.clone(), programme.clone());
        Ok(Self { text, name, layout, programme, master: master.clone(), place })
    }

    /// Whether people call it so: by its name, or as it is asked for, with or without its parts and its name.
    fn is_called(&self, name: &str) -> bool {
        let asked = self.text.split('=').next().unwrap_or_default();
        let of = self.programme.as_ref().map_or_else(String::new, |programme| format!("@{programme}"));
        let without_parts = format!("{}{of}", self.spec_and_layout());
        let is_it = |own: &str| own.eq_ignore_ascii_case(name);
        self.name.as_deref() == Some(name) || is_it(asked) || is_it(&without_parts)
    }

    /// `SPEC:LAYOUT`.
    fn spec_and_layout(&self) -> &str {
        let spec = self.text.split_once(':').map_or(0, |(spec, _)| spec.len() + 1);
        self.text.get(..spec + self.layout.len()).unwrap_or(&self.text)
    }
}

/// The master chain of the deliverable of the scene `path` that is called `name`, or `SPEC:LAYOUT`, and the programme that it
/// is of: `programme` where it names none.
///
/// # Errors
/// As [`deliverables_of`], when there is none that is called so, or more than one, or when it is of another programme.
pub fn master_of(
    path: &Path,
    name: &str,
    programme: Option<&str>,
) -> Result<(MasterChain, Option<String>), JobError> {
    let fault = |message: std::fmt::Arguments| Err(JobError::file(path, message));
    let all = deliverables_of(path)?;
    let all: Vec<&SceneDeliverable> = all.iter().filter(|found| !found.master.is_empty()).collect();
    let is_of_programme = |found: &&&SceneDeliverable| {
        programme.is_none_or(|asked| found.programme.as_deref().is_none_or(|own| own == asked))
    };
    let is_of_layout = |found: &&&SceneDeliverable| found.spec_and_layout().eq_ignore_ascii_case(name);
    let called: Vec<&SceneDeliverable> =
        all.iter().filter(|found| found.is_called(name)).copied().take(1).collect();
    let of_layout = || all.iter().filter(is_of_layout).filter(is_of_programme).copied().collect();
    let found: Vec<&SceneDeliverable> = if called.is_empty() { of_layout() } else { called };
    let listed = |all: &[&SceneDeliverable]| {
        let names = all.iter().map(|found| found.name.as_ref().unwrap_or(&found.text).as_str());
        let names: Vec<&str> = names.collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let shown: String = name.chars().take(40).collect();
    match (found.as_slice(), programme) {
        ([], _) => {
            fault(format_args!("has no deliverable `{shown}` with a master chain; it has {}", listed(&all)))
        }
        ([one], Some(asked)) if one.programme.as_deref().is_some_and(|own| own != asked) => {
            let own = one.programme.as_deref().unwrap_or_default();
            fault(format_args!(
                "its deliverable `{shown}` is of {own}, and --programme says {asked}; leave that out"
            ))
        }
        ([one], _) => Ok((one.master.clone(), one.programme.clone().or(programme.map(str::to_owned)))),
        (several, _) => {
            fault(format_args!("has several deliverables `{shown}`: {}; say which", listed(several)))
        }
    }
}

/// The deliverables of the scene `path`, in their order; none of what is no scene.
///
/// # Errors
/// When it cannot be read, or asks for what cannot be; with line and column.
pub fn deliverables_of(path: &Path) -> Result<Vec<SceneDeliverable>, JobError> {
    if !master::is_scene(path) {
        return Ok(Vec::new());
    }
    let all = master::deliverables(path)?.into_iter();
    all.map(|(deliverable, place)| {
        let fault = |message: String| JobError::file(path, format_args!("{place}: deliverable: {message}"));
        SceneDeliverable::of(&deliverable, place).map_err(fault)
    })
    .collect()
}
