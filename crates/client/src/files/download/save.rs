//! Downloads into files. A file appears only when its download is complete.

use std::{
    future::poll_fn,
    io::{self, SeekFrom},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWriteExt},
};

use crate::{
    error::{Error, ErrorKind},
    files::download::{
        file_name,
        source::DownloadEvent,
        stream::{ByteStream, unwritable},
    },
};

/// Maximum number of files of one name in a directory; bounds the search for a free name.
const MAX_COPIES: u32 = 10_000;

impl ByteStream {
    /// Saves the file in an existing directory and returns its path.
    ///
    /// The file name is that of the service ([`file_name`](ByteStream::file_name)), or else `fallback`, sanitized in
    /// the same way. An existing file is never replaced: a number is added to the new name, as in `plan (2).pdf`.
    ///
    /// # Errors
    ///
    /// As [`save_as`](Self::save_as); and [`ErrorKind::Conflict`] if the directory has about 10,000 files of the name.
    pub async fn save_in(self, directory: impl AsRef<Path>, fallback: &str) -> Result<PathBuf, Error> {
        let directory = directory.as_ref();
        let partial = Partial::write(directory, self).await?;
        let name = partial.name.clone().or_else(|| file_name::sanitized(fallback));
        let name = name.unwrap_or_else(|| "download".to_owned());
        for number in 1..MAX_COPIES {
            let path = directory.join(numbered(&name, number));
            match partial.claim(&path) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unwritable(error)),
            }
        }
        Err(Error::new(
            ErrorKind::Conflict,
            "the directory has about 10,000 files of this name: remove some, or save in another directory",
        ))
    }

    /// Saves the file at `path`, replacing an existing file, and returns its length in bytes.
    ///
    /// The download is written to a hidden file in the same directory. The hidden file is renamed when the download is
    /// complete, and removed when the download fails or is dropped. If the file changes at the service, the download
    /// starts over, at most five times.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] if the connection breaks and the download cannot be resumed,
    /// [`ErrorKind::Conflict`] if the file changes again and again,
    /// [`ErrorKind::Unexpected`] with the I/O error as source if the file cannot be written.
    pub async fn save_as(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let partial = Partial::write(directory, self).await?;
        let length = partial.length;
        std::fs::rename(&partial.path, path).map_err(unwritable)?;
        Ok(length)
    }
}

/// A hidden file with an incomplete download, removed on drop.
struct Partial {
    path: PathBuf,
    /// File name from the service.
    name: Option<String>,
    length: u64,
}

impl Partial {
    fn create(directory: &Path) -> io::Result<(Self, File)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = directory.join(format!(".keyfob-{}-{number}.part", std::process::id()));
            match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Self { path, name: None, length: 0 }, File::from_std(file))),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn write(directory: &Path, mut download: ByteStream) -> Result<Self, Error> {
        if download.offset > 0 {
            let message =
                "a resumed download is only the rest of a file: append it to the existing file with `copy_to`";
            return Err(Error::new(ErrorKind::Rejected, message));
        }
        let (mut partial, mut file) = Self::create(directory).map_err(unwritable)?;
        while let Some(event) = poll_fn(|context| download.poll_event(context)).await.transpose()? {
            match event {
                DownloadEvent::Bytes(bytes) => file.write_all(&bytes).await.map_err(unwritable)?,
                DownloadEvent::Restart(_) => {
                    tracing::debug!("the file changed during its download: starting over");
                    file.set_len(0).await.map_err(unwritable)?;
                    file.seek(SeekFrom::Start(0)).await.map_err(unwritable)?;
                }
            }
        }
        file.flush().await.map_err(unwritable)?;
        file.sync_all().await.map_err(unwritable)?;
        (partial.name, partial.length) = (download.info.file_name.take(), download.offset);
        Ok(partial)
    }

    /// Renames the file to a path that does not exist, atomically among concurrent downloads.
    ///
    /// Renaming is synchronous, so that a dropped future leaves no file behind.
    fn claim(&self, path: &Path) -> io::Result<()> {
        std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
        std::fs::rename(&self.path, path).inspect_err(|_| drop(std::fs::remove_file(path)))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Fails if the file was renamed, because it no longer exists.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Returns the name with a number before its extension, from the second file on.
fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        _ if number == 1 => name.to_owned(),
        Some((stem, extension)) => format!("{stem} ({number}).{extension}"),
        None => format!("{name} ({number})"),
    }
}
