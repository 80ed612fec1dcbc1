//! What was converted, told once for each kind.

use formats::Warning;

/// Warnings, the first of each rule with the number of the others.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Rule, element, message, how many in all.
    list: Vec<(&'static str, String, String, usize)>,
}

impl Notes {
    pub(super) fn add(&mut self, rule: &'static str, element: &str, message: &str) {
        match self.list.iter_mut().find(|(known, ..)| *known == rule) {
            Some((_, first, _, count)) => *count += usize::from(first != element),
            None => self.list.push((rule, element.to_owned(), message.to_owned(), 1)),
        }
    }

    pub(super) fn into_warnings(self) -> Vec<Warning> {
        let warning = |(rule, element, message, count): (&'static str, String, String, usize)| {
            let more = match count {
                1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            Warning::new(rule, element, format!("{message}{more}"))
        };
        self.list.into_iter().map(warning).collect()
    }
}
