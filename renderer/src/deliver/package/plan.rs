//! Which files a delivery consists of, and which of them lie there already.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use formats::Warning;

use super::checksum::Checksums;
use super::manifest::{Found, Key, Manifest};
use super::naming::{Fields, title_of};
use super::report::FileReport;
use super::request::{ADM, part_name};
use super::{Content, Package, Wanted, WantedRender};
use crate::deliver::{Deliverable, JobError};
use crate::engine::Part;
use crate::loudness::{Measurement, Specification};

/// Names of the whole delivery, which no deliverable may have.
pub(super) const REPORT: &str = "report.json";
/// The same to read and hand over.
pub(super) const PAGE: &str = "report.html";

/// One file of the delivery.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// Which of the deliverables it belongs to.
    pub(super) wanted: usize,
    /// `None` for a copy of the master.
    pub(super) part: Option<Part>,
    /// Name in the folder.
    pub(super) name: String,
    /// What is reported of it: from when it was made, where it can stay as it is.
    pub(super) report: Option<FileReport>,
    /// What was measured of it when it was read back.
    pub(super) measurement: Option<Measurement>,
}

/// What names follow from beside what is asked for.
pub(super) struct Known<'a> {
    pub(super) title: &'a str,
    pub(super) sample_rate: u32,
    /// What the programme of a render is called, where that is known.
    pub(super) programme: &'a dyn Fn(&WantedRender) -> Option<String>,
    /// Whether the programme of a render has something of a part.
    pub(super) has: &'a dyn Fn(&WantedRender, Part) -> bool,
}

impl Planned {
    /// All files of `package`, named.
    ///
    /// # Errors
    /// When a name is impossible, or two files have one.
    pub(super) fn all(package: &Package, known: &Known) -> Result<Vec<Self>, JobError> {
        let mut planned: Vec<Self> = Vec::new();
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for (index, wanted) in package.wanted.iter().enumerate() {
            // Only what was asked for has a place in a name.
            let programme = wanted.render().and_then(|render| {
                let asked = package.programme_of(render)?;
                Some(title_of(&(known.programme)(render).unwrap_or_else(|| asked.to_owned())))
            });
            for part in wanted.parts() {
                let is_there = |part| wanted.render().is_some_and(|render| (known.has)(render, part));
                if part.is_some_and(|part| is_left_over(part) && !is_there(part)) {
                    continue;
                }
                let fields = Fields {
                    title: known.title,
                    programme: programme.as_deref().unwrap_or_default(),
                    rate: known.sample_rate,
                    number: index + 1,
                    ..fields(package, wanted, part)
                };
                let template = wanted.name.as_ref().unwrap_or(&package.name);
                let name = template.name(&fields).map_err(|e| JobError::Request(e.to_string()))?;
                if let Some(other) = names.insert(name.to_lowercase(), index) {
                    return Err(JobError::Request(same_name(package, other, index, &name)));
                }
                planned.push(Self { wanted: index, part, name, report: None, measurement: None });
            }
        }
        Ok(planned)
    }

    /// The key of what this file follows from; `input` is the XXH128 of the master.
    pub(super) fn key(&self, package: &Package, input: &str) -> String {
        let mut key = Key::default();
        key.add(concat!("proscenium ", env!("CARGO_PKG_VERSION")));
        key.add(input);
        let Some((Content::Render(render), part)) =
            package.wanted.get(self.wanted).map(|wanted| &wanted.content).zip(self.part)
        else {
            key.add(ADM);
            return key.finish();
        };
        let job = &package.job;
        key.add(&render.deliverable.name());
        key.add(part_name(part));
        key.add(&render.settings);
        key.add(&render.specification.as_ref().map_or_else(String::new, specification_text));
        if !render.master.is_empty() {
            key.add(&format!("{:?}", render.master));
        }
        key.add(&format!("{} dither {} sanitize {}", job.sample_format, job.dither, package.sanitize));
        key.add(&format!("{:?} {:?} {:?} {:?}", job.selection, job.options, job.start, job.end));
        if let Some(programme) = &render.programme {
            key.add(programme);
        }
        key.finish()
    }
}

/// The stems of a deliverable with a specification or a master chain get what its mix gets: when one of its files is made, all are.
fn keep_together(planned: &mut [Planned], package: &Package) {
    for (index, wanted) in package.wanted.iter().enumerate() {
        let is_due = |file: &Planned| file.wanted == index && file.report.is_none();
        if wanted.is_made_together() && planned.iter().any(is_due) {
            let its = planned.iter_mut().filter(|file| file.wanted == index);
            its.for_each(|file| file.report = None);
        }
    }
}

/// Role stems are always made, but for what is none of dialogue, music and effects.
fn is_left_over(part: Part) -> bool {
    part == Part::Role(crate::items::Role::Other)
}

fn specification_text(specification: &Specification) -> String {
    serde_json::to_string(specification).unwrap_or_default()
}

fn fields<'a>(package: &'a Package, wanted: &'a Wanted, part: Option<Part>) -> Fields<'a> {
    let spec = wanted.specification().map_or("", |specification| specification.name.as_str());
    let layout = match &wanted.content {
        Content::Adm => ADM,
        Content::Render(render) => everyday_name(&render.deliverable, &render.layout),
    };
    let part = part.map_or("master", part_name);
    let bits = super::bits_name(package.job.sample_format);
    Fields { title: "", programme: "", spec, layout, part, bits, rate: 0, number: 0 }
}

fn everyday_name<'a>(deliverable: &Deliverable, name: &'a str) -> &'a str {
    deliverable.known_as().filter(|_| !name.starts_with("hoa")).unwrap_or(name)
}

fn same_name(package: &Package, first: usize, second: usize, name: &str) -> String {
    let text = |index: usize| package.wanted.get(index).map_or("", |wanted| wanted.text.as_str());
    if first == second {
        let own = text(first);
        return format!("`{own}`: several of its files would be called {name}; put {{part}} into its name");
    }
    // With what it is asked for by, and not with the name that it has.
    let asked = text(second).split('=').next().unwrap_or_default();
    let asked_twice = if text(first) == text(second) { "ask for it once, or " } else { "" };
    format!(
        "`{}` and `{}` would both be called {name}; {asked_twice}give one of them another name: {asked}=NAME",
        text(first),
        text(second),
    )
}

/// What the files of an earlier job are found as.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    pub(super) folder: &'a Path,
    pub(super) manifest: &'a Manifest,
}

impl Survey<'_> {
    /// Files that may be left as they are, by what the manifest says.
    pub(super) fn candidates(&self, planned: &[Planned]) -> Vec<PathBuf> {
        let known = planned.iter().filter(|planned| self.manifest.files.contains_key(&planned.name));
        known.map(|planned| self.folder.join(&planned.name)).collect()
    }

    /// Marks those that are as they were made. Gives a remark on each that would be, were its bytes the same.
    ///
    /// # Errors
    /// When one can't be read, or `stop` said so.
    pub(super) fn mark(
        &self,
        planned: &mut [Planned],
        (package, input): (&Package, &str),
        (progress, stop): (&(dyn Fn(u64) + Sync), &(dyn Fn() -> bool + Sync)),
    ) -> Result<Vec<Warning>, JobError> {
        let mut remarks = Vec::new();
        for file in planned.iter_mut() {
            let Some(made) = self.manifest.files.get(&file.name) else { continue };
            if made.key != file.key(package, input) {
                continue;
            }
            let path = self.folder.join(&file.name);
            let there = if path.is_file() { Some(Checksums::of_file(&path, progress, stop)?) } else { None };
            match Found::of(&made.report.checksums, there.as_ref()) {
                Found::Whole => file.report = Some(FileReport { unchanged: true, ..made.report.clone() }),
                Found::Gone => {}
                Found::Changed => {
                    let message = "was changed since it was made (its checksum is another); made again";
                    remarks.push(Warning::new("deliverable-changed", file.name.as_str(), message));
                }
            }
        }
        keep_together(planned, package);
        Ok(remarks)
    }
}
