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

    /// Whether people call it so: by its name, or `SPEC:LAYOUT`.
    fn is_called(&self, name: &str) -> bool {
        let asked = self.text.split('=').next().unwrap_or_default();
        self.name.as_deref() == Some(name) || asked.eq_ignore_ascii_case(name)
    }
}

/// The master chain of the deliverable of the scene `path` that is called `name`, or `SPEC:LAYOUT`.
///
/// # Errors
/// As [`deliverables_of`], or when there is none that is called so.
pub fn master_of(path: &Path, name: &str) -> Result<MasterChain, JobError> {
    let all = deliverables_of(path)?;
    let called = |found: &SceneDeliverable| match &found.name {
        Some(name) => name.clone(),
        None => found.text.clone(),
    };
    let all: Vec<&SceneDeliverable> = all.iter().filter(|found| !found.master.is_empty()).collect();
    let is_of = |found: &&&SceneDeliverable| {
        found.text.split(['=', '+', '@']).next().is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    let mut by_layout = all.iter().filter(is_of);
    let only = by_layout.next().filter(|_| by_layout.next().is_none());
    let found = all.iter().find(|deliverable| deliverable.is_called(name)).or(only);
    found.map(|deliverable| deliverable.master.clone()).ok_or_else(|| {
        let names: Vec<String> = all.iter().map(|found| called(found)).collect();
        let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let name: String = name.chars().take(40).collect();
        JobError::file(path, format_args!("has no deliverable `{name}` with a master chain; it has {there}"))
    })
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
