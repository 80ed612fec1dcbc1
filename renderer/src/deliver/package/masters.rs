//! The master of a delivery, opened once for each programme that something is made of.

use std::collections::HashSet;

use formats::Warning;
use formats::adm::AdmId;

use super::Package;
use crate::deliver::{JobError, Selection};
use crate::master::Master;

/// The same file once or more, each time with another programme chosen.
#[derive(Debug)]
pub(super) struct Masters {
    /// The first, and the programme that it was asked for.
    first: (Option<String>, Master),
    others: Vec<(Option<String>, Master)>,
}

impl Masters {
    /// Those that the renders of `package` are made of; as the job has it where there is none.
    ///
    /// # Errors
    /// When the master is unusable, or has no such programme.
    pub(super) fn open(package: &Package) -> Result<Self, JobError> {
        let job = &package.job;
        let open = |programme: Option<&str>| {
            let selection = Selection { programme: programme.map(AdmId::new), ..job.selection.clone() };
            let master = Master::open(&job.input, &selection, job.gain_db)?;
            Ok::<_, JobError>((programme.map(str::to_owned), master))
        };
        let mut asked =
            package.wanted.iter().filter_map(|wanted| Some(package.programme_of(wanted.render()?)));
        let first = asked.next().unwrap_or_else(|| package.programme());
        let mut seen = HashSet::from([first]);
        let others = asked.filter(|programme| seen.insert(*programme)).map(open);
        Ok(Self { others: others.collect::<Result<_, _>>()?, first: open(first)? })
    }

    fn all(&self) -> impl Iterator<Item = &(Option<String>, Master)> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Any of them, for what is the same in all: samples, files, times.
    pub(super) fn any(&self) -> &Master {
        &self.first.1
    }

    /// That of a programme that was asked for.
    pub(super) fn of(&self, programme: Option<&str>) -> &Master {
        self.all().find(|(asked, _)| asked.as_deref() == programme).map_or(self.any(), |(_, master)| master)
    }

    /// The name of the programme that everything is of, where there is one.
    pub(super) fn programme(&self) -> Option<&String> {
        self.any().programme.as_ref().filter(|_| self.others.is_empty())
    }

    /// What was repaired or is remarkable, each once.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        once(self.all().flat_map(|(_, master)| master.warnings.iter().cloned()))
    }

    /// What matters only to the strict, each once.
    pub(super) fn remarks(&self) -> Vec<Warning> {
        once(self.all().flat_map(|(_, master)| master.remarks.iter().cloned()))
    }

    /// Each, with the programme that it was asked for.
    pub(super) fn each(self) -> impl Iterator<Item = (Option<String>, Master)> {
        std::iter::once(self.first).chain(self.others)
    }
}

/// Those that were not there before, in their order.
pub(super) fn once(warnings: impl Iterator<Item = Warning>) -> Vec<Warning> {
    let mut said = HashSet::new();
    warnings.filter(|warning| said.insert(warning.to_string())).collect()
}
