//! The files of a copy.

use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};

/// The files of a copy.
#[derive(Clone, Debug)]
pub(super) struct CopyPaths {
    /// The copy itself. It is always complete.
    pub(super) out: PathBuf,
    /// The file that is going to replace the copy, `FILE.new`.
    pub(super) new: PathBuf,
    /// Hashes of the rows, `FILE.index`.
    pub(super) index: PathBuf,
    /// The file that is going to replace the index, `FILE.index.new`.
    pub(super) new_index: PathBuf,
    /// Rows of the run in progress, `FILE.part`.
    pub(super) part: PathBuf,
    /// Keys of the rows and the deletions of the run in progress, `FILE.part.keys`.
    pub(super) keys: PathBuf,
    /// Rows without a key, `FILE.rejects.ndjson`.
    pub(super) rejects: PathBuf,
    /// The file that is going to replace the rows without a key, `FILE.rejects.ndjson.new`.
    pub(super) new_rejects: PathBuf,
    /// The checkpoint, `FILE.checkpoint`.
    pub(super) checkpoint: PathBuf,
    /// The checkpoint until it is complete, `FILE.checkpoint.new`.
    pub(super) new_checkpoint: PathBuf,
    /// The lock, `FILE.lock`.
    pub(super) lock: PathBuf,
}

impl CopyPaths {
    /// Derives the paths from that of the copy, whose directory must exist. A symbolic link is followed.
    pub(super) fn new(out: &Path) -> Result<Self, Error> {
        let directory = out.parent().filter(|directory| !directory.as_os_str().is_empty());
        if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
            return Err(settings(format!("the directory {} does not exist", directory.display())));
        }
        let out = target(out)?;
        let name = out.file_name().ok_or_else(|| settings(format!("{} is not a file name", out.display())))?.to_owned();
        let sibling = |suffix: &str| {
            let mut name = name.clone();
            name.push(suffix);
            out.with_file_name(name)
        };
        Ok(Self {
            new: sibling(".new"),
            index: sibling(".index"),
            new_index: sibling(".index.new"),
            part: sibling(".part"),
            keys: sibling(".part.keys"),
            rejects: sibling(".rejects.ndjson"),
            new_rejects: sibling(".rejects.ndjson.new"),
            checkpoint: sibling(".checkpoint"),
            new_checkpoint: sibling(".checkpoint.new"),
            lock: sibling(".lock"),
            out,
        })
    }

    /// Returns `true` if the copy's file exists and is not empty.
    pub(super) fn has_content(&self) -> bool {
        self.out.metadata().is_ok_and(|metadata| metadata.len() > 0)
    }
}

fn settings(message: String) -> Error {
    Error::new(ErrorKind::Settings, message)
}

/// Returns the file that a path leads to. Only a regular file can be replaced.
fn target(out: &Path) -> Result<PathBuf, Error> {
    let Ok(metadata) = out.symlink_metadata() else { return Ok(out.to_owned()) };
    let target = if metadata.is_symlink() {
        out.canonicalize().map_err(|error| {
            settings(format!("cannot follow the symbolic link {}", out.display())).with_source(error)
        })?
    } else {
        out.to_owned()
    };
    if target.is_file() {
        return Ok(target);
    }
    Err(settings(format!("{} is not a regular file; a copy replaces its file", target.display())))
}
