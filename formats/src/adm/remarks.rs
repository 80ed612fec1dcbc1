use crate::Warning;

/// Warnings of one rule that are reported singly.
const SINGLY: u64 = 20;

/// Warnings as they come up; a rule that fires too often is counted instead.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    warnings: Vec<Warning>,
    counts: Vec<(&'static str, u64)>,
}

impl Remarks {
    /// Remarks `rule` about `element`.
    #[cold]
    pub(super) fn add(
        &mut self,
        rule: &'static str,
        element: impl FnOnce() -> String,
        message: impl FnOnce() -> String,
    ) {
        let count = match self.counts.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                self.counts.push((rule, 1));
                1
            }
        };
        if count <= SINGLY {
            // What a message quotes comes from the file: it must not break the line.
            let message = message().replace(|character: char| character.is_control(), " ");
            self.warnings.push(Warning::new(rule, element(), message));
        }
    }

    /// All of them; each rule's excess is one warning more.
    pub(super) fn into_warnings(mut self) -> Vec<Warning> {
        for (rule, count) in self.counts {
            if count > SINGLY {
                self.warnings.push(Warning::new(
                    rule,
                    "",
                    format!("and {} more of the same", count - SINGLY),
                ));
            }
        }
        self.warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_fires_too_often_is_counted() {
        let mut remarks = Remarks::default();
        for number in 0..1000 {
            remarks.add("often", || format!("AB_{number}"), || "line\nbreak".to_owned());
        }
        remarks.add("once", String::new, String::new);
        let warnings = remarks.into_warnings();
        assert_eq!(warnings.len(), 22);
        assert_eq!(warnings[0].message, "line break");
        assert_eq!((warnings[21].rule, warnings[21].message.as_str()), ("often", "and 980 more of the same"));
    }
}
