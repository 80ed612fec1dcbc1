//! What goes with the samples: the report, checksums beside every file, the hash list, the manifest.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use formats::Warning;

use super::checksum::Checksums;
use super::folder::Folder;
use super::manifest::{self, Made, Manifest};
use super::mhl::{self, HashList, History, Listed};
use super::plan::{PAGE, Planned, REPORT};
use super::report::PackageReport;
use crate::deliver::JobError;

/// Longest name of the folder that the hash list repeats, characters.
const LONGEST_FOLDER_NAME: usize = 60;

/// Everything is there that goes with files which are all as they were made.
pub(super) fn are_there(folder: &Folder, planned: &[Planned]) -> bool {
    if !matches!(History::of(folder.path()), History::Own(_)) {
        return false;
    }
    let sidecars =
        planned.iter().flat_map(|file| ["md5", "sha256"].map(|end| format!("{}.{end}", file.name)));
    let mut names = sidecars.chain([REPORT, PAGE].map(str::to_owned));
    names.all(|name| folder.path().join(name).is_file())
}

/// The papers of one delivery.
pub(super) struct Papers<'a> {
    pub(super) report: &'a PackageReport,
    /// The same as HTML.
    pub(super) page: &'a str,
    /// Of the deliverables, in their order.
    pub(super) keys: Vec<String>,
    /// Of the jobs before.
    pub(super) old: Manifest,
}

impl Papers<'_> {
    /// Writes all of them. Gives the hash list of the last job, which is to go, and a warning when there is none this
    /// time.
    pub(super) fn write(self, folder: &mut Folder) -> Result<(Option<PathBuf>, Option<Warning>), JobError> {
        let mut listed = Vec::new();
        let now = SystemTime::now();
        let manifest = self.manifest(folder);
        for (name, made) in &manifest.files {
            let checksums = &made.report.checksums;
            let modified = fs::metadata(folder.path().join(name)).and_then(|there| there.modified());
            let is_new = self.report.deliverables.iter().any(|file| file.file == *name && !file.unchanged);
            let modified = modified.ok().filter(|_| !is_new).unwrap_or(now);
            listed.push(Listed { name: name.clone(), checksums: checksums.clone(), modified });
            for (end, line) in checksums.sidecars(name) {
                write(folder, &mut listed, (format!("{name}.{end}"), line.as_bytes()), now)?;
            }
        }
        let mut json = serde_json::to_vec_pretty(self.report).unwrap_or_default();
        json.push(b'\n');
        write(folder, &mut listed, (REPORT.to_owned(), &json), now)?;
        write(folder, &mut listed, (PAGE.to_owned(), self.page.as_bytes()), now)?;
        write(folder, &mut listed, (manifest::NAME.to_owned(), &manifest.to_json()), now)?;
        let history = History::of(folder.path());
        if history == History::Foreign {
            let message = "the folder has an ASC MHL history of somebody else; it is left alone and no hash list was written";
            return Ok((None, Some(Warning::new("foreign-hash-list", mhl::FOLDER, message))));
        }
        let name = HashList::name(&folder_name(folder), now);
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        let list = HashList::new(&name, &host_name(), &listed, now);
        folder.make_inner(mhl::FOLDER)?;
        folder.write(&format!("{}/{name}", mhl::FOLDER), list.list.as_bytes())?;
        folder.write(&format!("{}/{}", mhl::FOLDER, mhl::CHAIN), list.chain.as_bytes())?;
        let outdated =
            if let History::Own(old) = history { Some(old).filter(|old| *old != name) } else { None };
        Ok((outdated.map(|old| folder.path().join(mhl::FOLDER).join(old)), None))
    }

    /// What this job made, and what earlier ones did that is still there.
    fn manifest(&self, folder: &Folder) -> Manifest {
        let mut manifest = self.old.clone();
        let is_plain = |name: &str| !name.contains(['/', '\\']) && !name.starts_with('.');
        manifest.files.retain(|name, _| is_plain(name) && folder.path().join(name).is_file());
        for (file, key) in self.report.deliverables.iter().zip(&self.keys) {
            manifest.files.insert(file.file.clone(), Made { key: key.clone(), report: file.clone() });
        }
        manifest
    }
}

fn write(
    folder: &mut Folder,
    listed: &mut Vec<Listed>,
    (name, bytes): (String, &[u8]),
    now: SystemTime,
) -> Result<(), JobError> {
    folder.write(&name, bytes)?;
    listed.push(Listed { name, checksums: Checksums::of(bytes), modified: now });
    Ok(())
}

fn folder_name(folder: &Folder) -> String {
    let path = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_path_buf());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.chars().take(LONGEST_FOLDER_NAME).collect()
}

/// What the machine is called; hash lists say on which one they were made.
fn host_name() -> String {
    let read =
        ["/proc/sys/kernel/hostname", "/etc/hostname"].iter().find_map(|path| fs::read_to_string(path).ok());
    read.map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".to_owned())
}
