//! The files of an export.

use std::path::{Path, PathBuf};

use crate::usage_error::UsageError;

/// The files of an export.
pub(super) struct ExportPaths {
    /// The output file. It is always a complete export.
    pub(super) out: PathBuf,
    /// The journal, `FILE.part`.
    pub(super) journal: PathBuf,
    /// The checkpoint, `FILE.checkpoint`.
    pub(super) checkpoint: PathBuf,
}

impl ExportPaths {
    /// Derives the paths from the output file, whose directory must exist.
    pub(super) fn new(out: &Path) -> Result<Self, UsageError> {
        let sibling = |suffix: &str| {
            let mut name = out.file_name()?.to_owned();
            name.push(suffix);
            Some(out.with_file_name(name))
        };
        let no_name = || UsageError::new(format!("{} is not a file name", out.display()));
        let directory = out.parent().filter(|directory| !directory.as_os_str().is_empty());
        if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
            return Err(UsageError::new(format!("the directory {} does not exist", directory.display())));
        }
        Ok(Self {
            out: out.to_owned(),
            journal: sibling(".part").ok_or_else(no_name)?,
            checkpoint: sibling(".checkpoint").ok_or_else(no_name)?,
        })
    }
}
