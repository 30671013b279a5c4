//! Downloads into files: whole under their name, or not there at all.

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

use super::{ByteStream, file_name, source::Piece, unwritable};
use crate::error::{Error, ErrorKind};

/// How many files of one name a directory gets.
const MOST: u32 = 10_000;

impl ByteStream {
    /// Saves the file in this directory, under the name that the service gives it, or else under `fallback`; says where.
    ///
    /// A file that is there already is kept: the new one gets a number, like `plan (2).pdf`. The directory has to exist.
    ///
    /// # Errors
    ///
    /// As [`save_as`](Self::save_as).
    pub async fn save_in(self, directory: impl AsRef<Path>, fallback: &str) -> Result<PathBuf, Error> {
        let directory = directory.as_ref();
        let partial = Partial::write(directory, self).await?;
        let name = partial.name.clone().or_else(|| file_name::sanitized(fallback));
        let name = name.unwrap_or_else(|| "download".to_owned());
        for number in 1..MOST {
            let path = directory.join(numbered(&name, number));
            match partial.claim(&path) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unwritable(error)),
            }
        }
        Err(Error::new(ErrorKind::Conflict, "the directory has too many files of this name"))
    }

    /// Saves the file under this name, in place of one that is there already; says how many bytes it has.
    ///
    /// Until all of it is there it is written to a hidden file beside, which is removed when the download fails or is
    /// dropped. A file that changes during the download is begun anew.
    ///
    /// # Errors
    ///
    /// If the connection breaks and the download cannot be resumed ([`ErrorKind::Unavailable`]), or the file cannot be
    /// written ([`ErrorKind::Unexpected`], with the I/O error as its source).
    pub async fn save_as(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let partial = Partial::write(directory, self).await?;
        let length = partial.length;
        std::fs::rename(&partial.path, path).map_err(unwritable)?;
        Ok(length)
    }
}

/// A file that is not yet under its name, and goes away with this.
struct Partial {
    path: PathBuf,
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
            let why = "a download that was resumed lacks its beginning: copy it behind what there is of it";
            return Err(Error::new(ErrorKind::Rejected, why));
        }
        let (mut partial, mut file) = Self::create(directory).map_err(unwritable)?;
        while let Some(piece) = poll_fn(|context| download.poll_piece(context)).await.transpose()? {
            match piece {
                Piece::Bytes(bytes) => file.write_all(&bytes).await.map_err(unwritable)?,
                Piece::Restart(_) => {
                    tracing::debug!("the file changed during its download, which begins anew");
                    file.set_len(0).await.map_err(unwritable)?;
                    file.seek(SeekFrom::Start(0)).await.map_err(unwritable)?;
                }
            }
        }
        file.flush().await.map_err(unwritable)?;
        file.sync_all().await.map_err(unwritable)?;
        (partial.name, partial.length) = (download.about.file_name.take(), download.offset);
        Ok(partial)
    }

    /// Takes a name that nobody has, however many save at once.
    ///
    /// Neither this nor any other change of a name waits: a call that is dropped leaves no file behind.
    fn claim(&self, path: &Path) -> io::Result<()> {
        std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
        std::fs::rename(&self.path, path).inspect_err(|_| drop(std::fs::remove_file(path)))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Gone already if it was renamed.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The name with a number before its ending, from the second file on.
fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        _ if number == 1 => name.to_owned(),
        Some((stem, ending)) => format!("{stem} ({number}).{ending}"),
        None => format!("{name} ({number})"),
    }
}
