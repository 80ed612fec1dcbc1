use std::fmt;

/// A named repair or remark: the material is usable, and this is what had to be done about it.
///
/// `--strict` turns every warning into an error, so a warning says as much as an error does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The rule's name in kebab case, stable over releases (`block-overlap`).
    pub rule: &'static str,
    /// Where: an element id (`AB_00031001_00000002`) or a chunk (`chna`); empty when it is the whole file.
    pub element: String,
    /// What was found, what was expected and what was done about it; one line.
    pub message: String,
}

impl Warning {
    /// A warning of `rule` about `element`.
    pub fn new(rule: &'static str, element: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule, element: element.into(), message: message.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.element.is_empty() {
            write!(f, "{}: ", self.element)?;
        }
        write!(f, "{} [{}]", self.message, self.rule)
    }
}
