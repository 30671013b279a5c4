//! Names of a new API: its crate, feature, variables and title.

use anyhow::{Result, ensure};

use crate::codegen::naming::snake;

/// Names under which the rest of the workspace knows an API.
pub(crate) struct Identity {
    /// Name of the folder in `specs`, of the feature, and of the crate after the prefix `keyfob-`.
    pub(crate) name: String,
    /// Display name.
    pub(crate) title: String,
}

impl Identity {
    /// Creates an identity after checking the name.
    ///
    /// # Errors
    ///
    /// If the name is not lower-case words joined by hyphens, or belongs to another crate of the workspace.
    pub(crate) fn new(name: &str, title: &str) -> Result<Self> {
        ensure!(
            is_kebab(name) && snake(name) == name.replace('-', "_"),
            "the name {name:?} is not a crate name: use lower-case words joined by hyphens, such as `time-sheets`"
        );
        Ok(Self { name: name.to_owned(), title: title.to_owned() })
    }

    /// Returns the name of the module.
    pub(crate) fn module(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Returns the prefix of the variables.
    pub(crate) fn prefix(&self) -> String {
        self.module().to_uppercase()
    }
}

fn is_kebab(name: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split('-').all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_crate_name_is_rejected() {
        for name in ["", "Pets", "pets_api", "-pets", "pets--api", "../pets", "pets/api", "9lives", "päts", "type"] {
            assert!(Identity::new(name, "Pets").is_err(), "{name}");
        }
        let identity = Identity::new("time-sheets2", "Time sheets").unwrap();
        assert_eq!((identity.module(), identity.prefix()), ("time_sheets2".into(), "TIME_SHEETS2".into()));
    }
}
