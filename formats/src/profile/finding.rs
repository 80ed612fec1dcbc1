use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display};

use super::repeats_table::{Place, REPEATS};
use crate::Warning;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The profile forbids it: a receiver may refuse the file or play it wrongly.
    Error,
    /// Allowed or repairable, but readers differ about it.
    Warning,
    /// Worth knowing; nothing is wrong.
    Info,
}

impl Severity {
    /// `error`, `warning` or `info`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule of a profile: what it asks, what to do when it is broken, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `PROFILE/RULE` in kebab case, stable over releases (`dolby-1.1/object-count`).
    pub id: &'static str,
    /// How bad breaking it is.
    pub severity: Severity,
    /// What is allowed.
    pub allowed: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// Document and clause.
    pub source: &'static str,
}

impl Rule {
    /// A rule that must hold.
    pub(super) const fn error(
        id: &'static str,
        allowed: &'static str,
        fix: &'static str,
        source: &'static str,
    ) -> Self {
        Self { id, severity: Severity::Error, allowed, fix, source }
    }

    /// A rule that should hold.
    pub(super) const fn warning(
        id: &'static str,
        allowed: &'static str,
        fix: &'static str,
        source: &'static str,
    ) -> Self {
        Self { id, severity: Severity::Warning, allowed, fix, source }
    }

    /// A remark.
    pub(super) const fn info(
        id: &'static str,
        allowed: &'static str,
        fix: &'static str,
        source: &'static str,
    ) -> Self {
        Self { id, severity: Severity::Info, allowed, fix, source }
    }
}

/// One place where a rule is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// [`Rule::id`], or the name of a repair rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Element id, chunk, or empty for the whole file.
    pub element: String,
    /// What is there.
    pub found: String,
    /// What the rule allows.
    pub allowed: Cow<'static, str>,
    /// What to do.
    pub fix: Cow<'static, str>,
    /// Document and clause.
    pub source: Cow<'static, str>,
}

/// The broken rules of a file, in the order they were met: the first [`Findings::KEPT_PER_RULE`] places of each
/// rule, and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    list: Vec<Finding>,
    totals: BTreeMap<&'static str, (Severity, u64)>,
}

impl Findings {
    /// Places that are kept of each rule; a film with a wrong writer breaks a rule a million times.
    pub const KEPT_PER_RULE: u64 = 20;

    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that `rule` is broken at `element`; `found` is only asked while places are kept.
    pub(super) fn add(&mut self, rule: &Rule, element: &dyn Display, found: impl FnOnce() -> String) {
        if self.count(rule.id, rule.severity) {
            self.list.push(Finding {
                rule: rule.id,
                severity: rule.severity,
                element: element.to_string(),
                found: found(),
                allowed: Cow::Borrowed(rule.allowed),
                fix: Cow::Borrowed(rule.fix),
                source: Cow::Borrowed(rule.source),
            });
        }
    }

    /// Notes a repair that a reader made, or would make, unless a rule that was checked before has found the same.
    pub fn add_warning(&mut self, warning: &Warning) {
        if self.is_repetition(warning) {
            return;
        }
        if self.count(warning.rule, Severity::Warning) {
            self.list.push(Finding {
                rule: warning.rule,
                severity: Severity::Warning,
                element: warning.element.clone(),
                found: warning.message.clone(),
                allowed: Cow::Borrowed(""),
                fix: Cow::Borrowed(
                    "proscenium reads it so; correct it where the file was made, for others may read it otherwise",
                ),
                source: Cow::Borrowed("repair while reading"),
            });
        }
    }

    fn is_repetition(&self, warning: &Warning) -> bool {
        let found = |rule: &&'static str| {
            let mut places = self.list.iter().filter(|finding| finding.rule == *rule);
            // Beyond the places that are kept, it may be any.
            self.total(rule) > Self::KEPT_PER_RULE || places.any(|finding| finding.element == warning.element)
        };
        REPEATS.iter().any(|(repair, rules, place)| {
            *repair == warning.rule
                && match place {
                    Place::There => rules.iter().any(found),
                    Place::Anywhere => rules.iter().any(|rule| self.total(rule) > 0),
                }
        })
    }

    /// Notes that nothing usable came out of the document or the file.
    pub fn add_unusable(&mut self, rule: &'static str, element: &str, message: String) {
        if self.count(rule, Severity::Error) {
            self.list.push(Finding {
                rule,
                severity: Severity::Error,
                element: element.to_string(),
                found: message,
                allowed: Cow::Borrowed(""),
                fix: Cow::Borrowed(""),
                source: Cow::Borrowed("proscenium"),
            });
        }
    }

    fn count(&mut self, rule: &'static str, severity: Severity) -> bool {
        let (_, total) = self.totals.entry(rule).or_insert((severity, 0));
        *total += 1;
        *total <= Self::KEPT_PER_RULE
    }

    /// The kept findings in the order they were met.
    pub fn list(&self) -> &[Finding] {
        &self.list
    }

    /// How often `rule` is broken, kept or not.
    pub fn total(&self, rule: &str) -> u64 {
        self.totals.get(rule).map_or(0, |&(_, total)| total)
    }

    /// Every broken rule with its severity and number of places, by rule id.
    pub fn totals(&self) -> impl Iterator<Item = (&'static str, Severity, u64)> {
        self.totals.iter().map(|(&rule, &(severity, total))| (rule, severity, total))
    }

    /// How many findings of `severity` there are, kept or not.
    pub fn count_of(&self, severity: Severity) -> u64 {
        self.totals.values().filter(|&&(of, _)| of == severity).map(|&(_, total)| total).sum()
    }

    /// Nothing was found.
    pub fn is_empty(&self) -> bool {
        self.totals.is_empty()
    }
}
