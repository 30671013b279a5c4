//! Where `keyfob.toml` is, and who can read it.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::usage_error::UsageError;

const NAME: &str = "keyfob.toml";

/// The file that was named; else the next one upwards from here; else the user's own.
pub(super) fn locate(named: Option<&Path>) -> Result<PathBuf, UsageError> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let here = std::env::current_dir().ok();
    let upwards = here.iter().flat_map(|here| here.ancestors()).map(|folder| folder.join(NAME));
    let own = etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("keyfob").join(NAME));
    upwards.chain(own.clone()).find(|path| path.is_file()).ok_or_else(|| {
        let own = own.map_or_else(String::new, |path| format!(", nor is there {}", path.display()));
        UsageError::new(format!("there is no {NAME} here or in a directory above{own}: a profile needs one"))
    })
}

/// Whether anybody but the owner can read it. Not known where files have no such modes.
#[cfg(unix)]
pub(super) fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Whether anybody but the owner can read it. Not known where files have no such modes.
#[cfg(not(unix))]
pub(super) fn is_open(_: &Path) -> bool {
    false
}
