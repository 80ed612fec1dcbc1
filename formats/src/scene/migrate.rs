//! Versions of the scene file. A file says in which version it was written; every later one reads it.

/// The version that is written.
pub const VERSION: u32 = 1;

/// How the version of a file is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// The file says it.
    Stated,
    /// The file doesn't say; there is only one that it can be.
    Assumed,
}

/// The version is none that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VersionFault {
    /// Not a version at all.
    NotOne,
    /// A later one than is known here.
    Newer,
}

impl VersionFault {
    /// What to do about it.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::NotOne => "write the version that the scene was written in",
            Self::Newer => {
                "a newer Proscenium wrote this file: update, or save it there for an older version"
            }
        }
    }
}

/// What a `version` attribute says. Version 1 is the first: nothing has to be changed in what is read yet.
pub(super) fn version(text: Option<&str>) -> Result<Version, VersionFault> {
    let Some(text) = text else { return Ok(Version::Assumed) };
    match text.trim().parse::<u32>() {
        Ok(VERSION) => Ok(Version::Stated),
        Ok(0) | Err(_) => Err(VersionFault::NotOne),
        Ok(_) => Err(VersionFault::Newer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_versions_are_told_from_nonsense() {
        assert_eq!(version(Some("1")), Ok(Version::Stated));
        assert_eq!(version(None), Ok(Version::Assumed));
        assert_eq!(version(Some("2")), Err(VersionFault::Newer));
        for text in ["0", "-1", "1.0", "", "99999999999"] {
            assert_eq!(version(Some(text)), Err(VersionFault::NotOne), "{text}");
        }
    }
}
