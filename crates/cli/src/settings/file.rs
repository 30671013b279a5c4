//! Location, owner and permissions of `keyfob.toml`.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::usage_error::UsageError;

/// Name of the configuration file.
pub(crate) const NAME: &str = "keyfob.toml";

/// Way in which a configuration file was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Named by `--config` or `KEYFOB_CONFIG`.
    Named,
    /// The file of the user's configuration directory.
    Own,
    /// Found in the current directory or above it, where others may have put it.
    Found,
}

/// Returns the configuration file: the named one, else the nearest one in this or a parent directory, else the user's
/// own.
pub(super) fn locate(named: Option<&Path>) -> Result<(PathBuf, Origin), UsageError> {
    if let Some(path) = named {
        return Ok((path.to_owned(), Origin::Named));
    }
    let here = std::env::current_dir().ok();
    let upwards = here.iter().flat_map(|here| here.ancestors()).map(|folder| folder.join(NAME));
    let own = etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("keyfob").join(NAME));
    let found = upwards.map(|path| (path, Origin::Found)).chain(own.clone().map(|path| (path, Origin::Own)));
    let found = found.into_iter().find(|(path, _)| path.is_file());
    // The search may start in the user's configuration directory.
    let found =
        found.map(|(path, origin)| if Some(&path) == own.as_ref() { (path, Origin::Own) } else { (path, origin) });
    found.ok_or_else(|| {
        let own = own.map_or_else(String::new, |path| format!(", and no {}", path.display()));
        UsageError::new(format!("no {NAME} in this or a parent directory{own}: a profile requires one"))
    })
}

/// Reads a file and its metadata, which belong together even if the path is replaced meanwhile.
pub(super) fn read(path: &Path) -> Result<(Vec<u8>, Metadata), UsageError> {
    let read = || {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let mut contents = Vec::new();
        file.read_to_end(&mut contents)?;
        Ok((contents, metadata))
    };
    read().map_err(|error: std::io::Error| UsageError::with_source(error, format!("cannot read {}", path.display())))
}

/// Returns true if users other than the owner can access the file. Unknown, thus false, on systems without file modes.
#[cfg(unix)]
pub(super) fn is_open(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    metadata.permissions().mode() & 0o077 != 0
}

/// Returns true if users other than the owner can access the file. Unknown, thus false, on systems without file modes.
#[cfg(not(unix))]
pub(super) fn is_open(_: &Metadata) -> bool {
    false
}

/// Rejects a file that belongs to another user, or that others can write.
#[cfg(unix)]
pub(super) fn check_owner(path: &Path, metadata: &Metadata) -> Result<(), UsageError> {
    use std::os::unix::fs::MetadataExt;

    let shown = path.display();
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(UsageError::new(format!(
            "{shown} belongs to another user and is not used; name a file of your own with --config FILE"
        )));
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(UsageError::new(format!("other users can write {shown}, so it is not used; run chmod go-w on it")));
    }
    Ok(())
}

/// Rejects a file that belongs to another user, or that others can write.
#[cfg(not(unix))]
pub(super) fn check_owner(_: &Path, _: &Metadata) -> Result<(), UsageError> {
    Ok(())
}
