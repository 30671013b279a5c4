//! The files of an export.

use std::path::{Path, PathBuf};

use crate::usage_error::UsageError;

/// The files of an export.
pub(super) struct ExportPaths {
    /// The output file. It is always a complete export.
    pub(super) out: PathBuf,
    /// The output file of a run until it is complete, `FILE.new`.
    pub(super) new: PathBuf,
    /// The journal, `FILE.part`.
    pub(super) journal: PathBuf,
    /// The checkpoint, `FILE.checkpoint`.
    pub(super) checkpoint: PathBuf,
    /// The checkpoint until it is complete, `FILE.checkpoint.new`.
    pub(super) new_checkpoint: PathBuf,
    /// The lock, `FILE.lock`.
    pub(super) lock: PathBuf,
}

impl ExportPaths {
    /// Derives the paths from the output file, whose directory must exist. A symbolic link is followed.
    pub(super) fn new(out: &Path) -> Result<Self, UsageError> {
        let directory = out.parent().filter(|directory| !directory.as_os_str().is_empty());
        if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
            return Err(UsageError::new(format!("the directory {} does not exist", directory.display())));
        }
        let out = target(out)?;
        let name =
            out.file_name().ok_or_else(|| UsageError::new(format!("{} is not a file name", out.display())))?.to_owned();
        let sibling = |suffix: &str| {
            let mut name = name.clone();
            name.push(suffix);
            out.with_file_name(name)
        };
        Ok(Self {
            new: sibling(".new"),
            journal: sibling(".part"),
            checkpoint: sibling(".checkpoint"),
            new_checkpoint: sibling(".checkpoint.new"),
            lock: sibling(".lock"),
            out,
        })
    }

    /// Returns `true` if the output file exists and is not empty.
    pub(super) fn has_content(&self) -> bool {
        self.out.metadata().is_ok_and(|metadata| metadata.len() > 0)
    }
}

/// Returns the file that a path leads to. Only a regular file can be replaced.
fn target(out: &Path) -> Result<PathBuf, UsageError> {
    let Ok(metadata) = out.symlink_metadata() else { return Ok(out.to_owned()) };
    let target = if metadata.is_symlink() {
        out.canonicalize().map_err(|error| {
            UsageError::with_source(error, format!("cannot follow the symbolic link {}", out.display()))
        })?
    } else {
        out.to_owned()
    };
    if target.is_file() {
        return Ok(target);
    }
    Err(UsageError::new(format!("{} is not a regular file; an export replaces its file", target.display())))
}
