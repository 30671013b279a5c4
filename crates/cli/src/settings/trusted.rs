//! Record of the configuration files that the user trusts: hashes of their contents, in the user's state directory.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file;
use crate::output::Output;
use crate::shell;
use crate::usage_error::UsageError;

/// Version of the record's format.
const VERSION: u32 = 1;

/// Trusted files: SHA-256 of the contents in hexadecimal, by canonical path.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TrustedFiles {
    version: u32,
    files: BTreeMap<String, String>,
}

impl TrustedFiles {
    /// Reads the record; empty if there is none.
    pub(crate) fn load() -> Result<Self, UsageError> {
        let path = location()?;
        if path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Ok(Self { version: VERSION, files: BTreeMap::new() });
        }
        let (text, metadata) = file::read(&path)?;
        file::check_owner(&path, &metadata)?;
        let record = serde_json::from_slice(&text).ok().filter(|record: &Self| record.version == VERSION);
        record.ok_or_else(|| {
            UsageError::new(format!("{} is not a record of this version of keyfob; delete it", path.display()))
        })
    }

    /// Records a configuration file, which must be the user's own, and returns its contents.
    pub(crate) fn insert(&mut self, path: &Path) -> Result<Vec<u8>, UsageError> {
        let (contents, metadata) = file::read(path)?;
        file::check_owner(path, &metadata)?;
        self.files.insert(key(path), hash(&contents));
        Ok(contents)
    }

    /// Records a file that a configuration file names. Its contents are compared, so its owner does not matter.
    pub(crate) fn insert_named(&mut self, path: &Path) -> Result<(), UsageError> {
        self.files.insert(key(path), hash(&file::read(path)?.0));
        Ok(())
    }

    /// Removes a file, and returns true if it was recorded.
    pub(crate) fn remove(&mut self, path: &Path) -> bool {
        self.files.remove(&key(path)).is_some()
    }

    /// Writes the record.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let path = location()?;
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let directory = path.parent().unwrap_or(&path);
        builder.create(directory).with_context(|| format!("cannot create {}", directory.display()))?;
        Output::open(&path, 0o600)?.write(&format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

/// Rejects a file that the user does not trust with these contents. `config` is the configuration file to trust.
pub(super) fn check(path: &Path, contents: &[u8], config: &Path) -> Result<(), UsageError> {
    let recorded = TrustedFiles::load()?.files.remove(&key(path));
    let problem = match recorded {
        Some(recorded) if recorded == hash(contents) => return Ok(()),
        Some(_) => "has changed since you trusted it",
        None => "is not trusted: it could send your credentials elsewhere",
    };
    Err(UsageError::new(format!(
        "{} {problem}; read it, then run keyfob trust {}",
        path.display(),
        shell::path(config)
    )))
}

/// Returns the path of the record.
fn location() -> Result<PathBuf, UsageError> {
    let base = etcetera::choose_base_strategy()
        .map_err(|error| UsageError::with_source(error, "there is no home directory; set HOME"))?;
    Ok(base.state_dir().unwrap_or_else(|| base.data_dir()).join("keyfob").join("trusted.json"))
}

/// Returns the canonical path as text. A path that is not UTF-8 shares its key only with paths that differ in those
/// bytes, and the hash differs.
fn key(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

fn hash(contents: &[u8]) -> String {
    format!("{:x}", Sha256::digest(contents))
}
