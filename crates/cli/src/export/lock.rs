//! Lock of an export: one process at a time writes a file, its journal and its checkpoint.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::{SecondsFormat, Utc};
use fs4::{FileExt, TryLockError};
use serde::{Deserialize, Serialize};

use super::paths::ExportPaths;
use super::private;
use crate::usage_error::UsageError;

/// The lock, `FILE.lock`. The operating system releases it if the process dies. Dropping it removes the file.
pub(super) struct Lock {
    path: PathBuf,
    file: File,
}

/// The process that has the lock, as stored in the lock file.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    host: String,
    /// Time at which the process acquired the lock, in RFC 3339.
    since: String,
}

impl Lock {
    /// Acquires the lock, or fails with the name of the process that has it.
    pub(super) fn acquire(paths: &ExportPaths) -> anyhow::Result<Self> {
        let path = &paths.lock;
        let unusable = || format!("cannot lock {}", path.display());
        loop {
            let file = private::open(path).with_context(unusable)?;
            match FileExt::try_lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(busy(&paths.out, &file).into()),
                Err(TryLockError::Error(error)) => return Err(error).with_context(unusable),
            }
            // The holder before may have removed the file after it was opened here.
            if is_at(&file, path) {
                write_holder(&file).with_context(unusable)?;
                return Ok(Self { path: path.clone(), file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed before the release, so that no other process can acquire the lock of the removed file unnoticed.
        let _ = std::fs::remove_file(&self.path);
        let _ = FileExt::unlock(&self.file);
    }
}

/// Returns `true` if the path still leads to the open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let id = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((file.metadata().map(id), path.metadata().map(id)), (Ok(open), Ok(found)) if open == found)
}

/// Returns `true`: outside Unix a file cannot be replaced while another process has it open.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

fn write_holder(mut file: &File) -> io::Result<()> {
    let since = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let holder = Holder { pid: std::process::id(), host: host(), since };
    file.set_len(0)?;
    file.write_all(serde_json::to_string(&holder)?.as_bytes())
}

/// Returns the error for a file that another process is exporting.
fn busy(out: &Path, mut file: &File) -> UsageError {
    let mut text = String::new();
    let holder = file.read_to_string(&mut text).ok().and_then(|_| serde_json::from_str::<Holder>(&text).ok());
    let holder = match holder {
        Some(Holder { pid, host, since }) => format!("process {pid} on {host} (since {since})"),
        None => String::from("another process"),
    };
    UsageError::new(format!("{} is being exported by {holder}; wait until it has finished, or stop it", out.display()))
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| String::from("this machine"))
}
