//! Location and permissions of `keyfob.toml`.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::usage_error::UsageError;

const NAME: &str = "keyfob.toml";

/// Finds the configuration file: the named one, else the nearest one in this or a parent directory, else the user's
/// own.
pub(super) fn locate(named: Option<&Path>) -> Result<PathBuf, UsageError> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let here = std::env::current_dir().ok();
    let upwards = here.iter().flat_map(|here| here.ancestors()).map(|folder| folder.join(NAME));
    let own = etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("keyfob").join(NAME));
    upwards.chain(own.clone()).find(|path| path.is_file()).ok_or_else(|| {
        let own = own.map_or_else(String::new, |path| format!(", and no {}", path.display()));
        UsageError::new(format!("no {NAME} in this or a parent directory{own}: a profile requires one"))
    })
}

/// Returns true if users other than the owner can access the file. Unknown, thus false, on systems without file modes.
#[cfg(unix)]
pub(super) fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Returns true if users other than the owner can access the file. Unknown, thus false, on systems without file modes.
#[cfg(not(unix))]
pub(super) fn is_open(_: &Path) -> bool {
    false
}
