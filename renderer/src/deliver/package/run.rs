//! A delivery: opened, surveyed, made, published.

use std::fs;
use std::path::PathBuf;

use formats::Warning;
use formats::bw64::same_file;

use super::checksum::sum_of;
use super::folder::Folder;
use super::manifest::{self, Manifest};
use super::masters::{Masters, once};
use super::naming::{check_title, title_of};
use super::overview;
use super::papers::{Papers, are_there};
use super::plan::{Known, PAGE, Planned, REPORT, Survey};
use super::report::{FileReport, PackageReport};
use super::request::ADM;
use super::work::Work;
use super::{Content, Package, WantedRender, mhl, part_name};
use crate::deliver::places::check_sources;
use crate::deliver::{Clock, JobError};
use crate::engine::Part;
use crate::items::Role;
use crate::loudness::Verdict;
use crate::master::Input;

/// A delivery whose master is open and whose files are known by name; nothing is written yet.
#[derive(Debug)]
pub struct OpenPackage {
    package: Package,
    masters: Masters,
    title: String,
    folder: Folder,
    manifest: Manifest,
    planned: Vec<Planned>,
    /// What was repaired or is remarkable about the master and what is asked of it.
    warnings: Vec<Warning>,
    /// XXH128 of the master, once somebody had to know.
    input: Option<String>,
}

/// A delivery that is complete on the disk and waits for its names; dropped, nothing is left of it.
#[derive(Debug)]
pub struct Finished {
    report: PackageReport,
    folder: Folder,
    /// Hash list of the last job, which goes when the new one has its name.
    outdated: Option<PathBuf>,
    warnings: Vec<Warning>,
}

/// Who hears how much work was done, and who can stop it.
pub(super) type Watch<'a> = (&'a (dyn Fn(u64) + Sync), &'a (dyn Fn() -> bool + Sync));

impl Package {
    /// Opens the master and the folder, and names all files.
    ///
    /// # Errors
    /// When the master is unusable, the folder can't be had, or a file can't be named as it should.
    pub fn open(self) -> Result<OpenPackage, JobError> {
        let input = &self.job.input;
        let masters = Masters::open(&self)?;
        let master = masters.any();
        let rate = master.input.sample_rate();
        let has_copy = self.wanted.iter().any(|wanted| matches!(wanted.content, Content::Adm));
        if has_copy && !matches!(master.input, Input::File(_)) {
            let message = "a scene is no master that could be copied; export it, and deliver the master";
            return Err(JobError::file(input, format_args!("`{ADM}`: {message}")));
        }
        self.check_measurable(rate)?;
        let title = match &self.title {
            Some(title) => {
                check_title(title).map_err(|e| JobError::Request(e.to_string()))?;
                title.clone()
            }
            None => title_of(&input.file_stem().unwrap_or_default().to_string_lossy()),
        };
        let of = |render: &WantedRender| masters.of(self.programme_of(render));
        let known = Known {
            title: &title,
            sample_rate: rate,
            programme: &|render| of(render).programme.clone(),
            has: &|render, part| of(render).items.iter().any(|item| part.holds(item)),
        };
        let remarks = self.remarks(known.has)?;
        let planned = Planned::all(&self, &known)?;
        let folder = Folder::open(&self.folder)?;
        for file in &planned {
            let path = folder.place(&file.name)?;
            if same_file(input, &path) {
                return Err(JobError::file(&path, "is the master itself; choose another folder or name"));
            }
            check_sources(&master.sources, [path.as_path()])?;
            if let Some(read) = self.reads.iter().find(|read| same_file(read, &path)) {
                let message =
                    format!("is {}, which this job reads; choose another folder or name", read.display());
                return Err(JobError::file(&path, message));
            }
        }
        let manifest = Manifest::of(folder.path());
        self.refuse_foreign(&folder, &planned, &manifest)?;
        folder.remove_left_over(&|name| is_name_of(name, &planned));
        let warnings = once(masters.warnings().into_iter().chain(remarks));
        Ok(OpenPackage { package: self, masters, warnings, title, folder, manifest, planned, input: None })
    }

    /// What is remarkable about what is asked for.
    ///
    /// # Errors
    /// When there is nothing that stems could be made of.
    fn remarks(&self, has: &dyn Fn(&WantedRender, Part) -> bool) -> Result<Vec<Warning>, JobError> {
        let mut remarks = Vec::new();
        for wanted in &self.wanted {
            let Some(render) = wanted.render() else { continue };
            let has = |part: Part| has(render, part);
            let has_roles = [Role::Dialogue, Role::Music, Role::Effects].map(Part::Role).into_iter().any(has);
            let made_of_roles = |part: &&Part| !matches!(part, Part::Mix | Part::Role(Role::Other));
            for part in render.parts.iter().filter(made_of_roles) {
                let name = part_name(*part);
                if !has_roles {
                    let message = format!(
                        "`{}`: the master calls nothing dialogue, music or effects, so it has no stems; ask for the mix alone, \
                         or say in its ADM what its contents are",
                        wanted.text
                    );
                    return Err(JobError::file(&self.job.input, message));
                }
                if !has(*part) {
                    let message = format!("nothing in the master is in `{name}`: the file is silence");
                    remarks.push(Warning::new("silent-stem", wanted.text.as_str(), message));
                } else if *part == Part::MusicAndEffects && has(Part::Role(Role::Other)) {
                    let message = "what the master calls none of dialogue, music and effects is not in `me`";
                    remarks.push(Warning::new("incomplete-stem", wanted.text.as_str(), message));
                }
            }
        }
        Ok(remarks)
    }

    /// Files that lie there under the names of this delivery, and that no delivery made.
    fn refuse_foreign(
        &self,
        folder: &Folder,
        planned: &[Planned],
        manifest: &Manifest,
    ) -> Result<(), JobError> {
        let own = |name: &str| manifest.files.contains_key(name);
        let is_there = |name: &String| fs::symlink_metadata(folder.path().join(name)).is_ok();
        let files = planned.iter().filter(|file| !own(&file.name)).flat_map(|file| names_of(&file.name));
        let papers = [REPORT, PAGE].map(str::to_owned).into_iter().filter(|_| manifest.files.is_empty());
        let mut foreign = files.chain(papers).filter(is_there);
        let Some(name) = foreign.next().filter(|_| !self.force) else { return Ok(()) };
        let more = match foreign.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let message = format!(
            "lies there already{more}, and no earlier delivery that is known here made it; choose another folder or name, or \
             replace it with --force"
        );
        Err(JobError::file(&folder.path().join(name), message))
    }

    /// What can't be measured can't be judged.
    fn check_measurable(&self, rate: u32) -> Result<(), JobError> {
        for wanted in &self.wanted {
            let Some(render) = wanted.judged_render() else { continue };
            if render.deliverable.meter(rate, super::PROVED).is_none() {
                let message = format!(
                    "`{}`: no specification can be met in {} at {rate} Hz, where loudness isn't defined; ask for none:{}",
                    wanted.text, render.layout, render.layout
                );
                return Err(JobError::Request(message));
            }
        }
        Ok(())
    }
}

impl OpenPackage {
    /// What was repaired or is remarkable about the master.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Remarks that matter only to the strict.
    pub fn remarks(&self) -> Vec<Warning> {
        self.masters.remarks()
    }

    /// Bytes that [`OpenPackage::survey`] reads, about.
    pub fn bytes_to_survey(&self) -> u64 {
        let there = self.candidates();
        let length = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
        let sources = self.masters.any().sources.iter().filter(|_| !there.is_empty());
        there.iter().chain(sources).map(length).fold(0, u64::saturating_add)
    }

    fn candidates(&self) -> Vec<PathBuf> {
        if self.package.force {
            return Vec::new();
        }
        Survey { folder: self.folder.path(), manifest: &self.manifest }.candidates(&self.planned)
    }

    /// Finds the files of an earlier job that can stay as they are. Gives remarks on those that can't, for they were
    /// changed.
    ///
    /// # Errors
    /// When the master or one of them can't be read, or `stop` said so.
    pub fn survey(
        &mut self,
        progress: &(dyn Fn(u64) + Sync),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<Warning>, JobError> {
        if self.candidates().is_empty() {
            return Ok(Vec::new());
        }
        let input = sum_of(&self.masters.any().sources, progress, stop)?;
        let survey = Survey { folder: self.folder.path(), manifest: &self.manifest };
        let remarks = survey.mark(&mut self.planned, (&self.package, &input), (progress, stop))?;
        self.input = Some(input);
        Ok(remarks)
    }

    /// Files that will be made; the others lie there already.
    pub fn files_to_make(&self) -> usize {
        self.planned.iter().filter(|file| file.report.is_none()).count()
    }

    /// Frames of all files together that [`OpenPackage::run`] renders, corrects where there is a specification, and reads
    /// back.
    pub fn work(&self) -> u64 {
        let is_due = |file: &&Planned| file.report.is_none() && file.part.is_some();
        let is_corrected = |file: &Planned| {
            self.package.wanted.get(file.wanted).is_some_and(|wanted| wanted.specification().is_some())
        };
        let due = self.planned.iter().filter(is_due).count() as u64;
        let corrected = self.planned.iter().filter(is_due).any(is_corrected);
        self.masters.any().input.frames().saturating_mul(2 + u64::from(corrected)).saturating_mul(due)
    }

    /// Makes what is to be made, in one pass of the engine for each programme, and proves all of it. `progress` hears how much was done
    /// since it was last called.
    ///
    /// # Errors
    /// When the master can't be read on, a file can't be written, or `stop` said so.
    pub fn run(
        self,
        progress: &(dyn Fn(u64) + Sync),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Finished, JobError> {
        let Self { package, masters, warnings, title, folder, manifest, planned, input } = self;
        let (rate, frames) = (masters.any().input.sample_rate(), masters.any().input.frames());
        let is_idle = planned.iter().all(|file| file.report.is_some());
        let idle = is_idle && are_there(&folder, &planned);
        let programme = masters.programme().cloned();
        let work = Work { package: &package, folder, planned, watch: (progress, stop), is_idle: idle };
        let mut done = work.run(masters, &warnings, input)?;
        let reports: Vec<FileReport> = done.planned.iter().filter_map(|file| file.report.clone()).collect();
        let (start, frames) = done.span.unwrap_or((0, frames));
        let mut report = PackageReport {
            program: concat!("proscenium ", env!("CARGO_PKG_VERSION")).to_owned(),
            verdict: overall(reports.iter().map(|file| file.verdict)),
            title,
            input: package.job.input.display().to_string(),
            input_xxh128: done.input,
            programme,
            sample_rate: rate,
            start,
            frames,
            length: Clock { sample: frames, sample_rate: rate }.to_string(),
            deliverables: reports,
            warnings: warnings.iter().chain(&done.warnings).map(Warning::to_string).collect(),
        };
        let mut outdated = None;
        if !idle {
            let keys = done.planned.iter().map(|file| file.key(&package, &report.input_xxh128)).collect();
            let page = overview::page(&package, &report, &done.planned);
            let papers = Papers { report: &report, page: &page.html(), keys, old: manifest };
            let (old, warning) = papers.write(&mut done.folder)?;
            outdated = old;
            report.warnings.extend(warning.iter().map(Warning::to_string));
            done.warnings.extend(warning);
        }
        if stop() {
            return Err(JobError::Interrupted);
        }
        Ok(Finished { report, folder: done.folder, outdated, warnings: done.warnings })
    }
}

impl Finished {
    /// What was made, for people and scripts.
    pub fn report(&self) -> &PackageReport {
        &self.report
    }

    /// What was found only while making it.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Gives every file its name.
    ///
    /// # Errors
    /// When the system refuses one; then none of the new ones stays.
    pub fn publish(self) -> Result<PackageReport, JobError> {
        self.folder.publish()?;
        if let Some(outdated) = self.outdated {
            // It lists files that are gone; when it can't be removed, the chain doesn't know it any more.
            let _ = fs::remove_file(outdated);
        }
        Ok(self.report)
    }
}

/// A file and its checksums.
fn names_of(name: &str) -> [String; 3] {
    [name.to_owned(), format!("{name}.md5"), format!("{name}.sha256")]
}

/// A delivery of these files writes one of this name.
fn is_name_of(name: &str, planned: &[Planned]) -> bool {
    let is_list = name.starts_with("0001_") && name.ends_with(".mhl");
    let is_paper = is_list || [REPORT, PAGE, manifest::NAME, mhl::CHAIN].contains(&name);
    is_paper || planned.iter().any(|file| names_of(&file.name).iter().any(|own| own == name))
}

/// Fail when one fails, pass only when all pass.
fn overall(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.fold(Verdict::Pass, |all, next| match (all, next) {
        (Verdict::Fail, _) | (_, Verdict::Fail) => Verdict::Fail,
        (Verdict::Open, _) | (_, Verdict::Open) => Verdict::Open,
        _ => Verdict::Pass,
    })
}
