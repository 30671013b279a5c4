//! Token store in files, for the processes of one user on one machine.

mod lock;
mod private;
mod worker;

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use etcetera::BaseStrategy;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use self::lock::{Holders, LockFile};
use self::worker::{HANGING_AFTER, Worker};
use crate::error::Error;
use crate::store::encryption_key::EncryptionKey;
use crate::store::envelope::{Encryption, Envelope, Envelopes};
use crate::store::stored_token::{StoredToken, newest};
use crate::store::telemetry;
use crate::store::token_store::{Lease, TokenStore};
use crate::token::cache_key::CacheKey;
use crate::token::version::TokenVersion;

/// Duration after which a process that holds the write lock counts as hanging. Replacing a file takes milliseconds.
const WRITE_LEASE: Duration = Duration::from_secs(1);

/// Token store for the processes of one user on one machine, with one file for each [`CacheKey`].
///
/// The directory has mode 0700 and the files have mode 0600. A directory or file with wider permissions or of another
/// owner is an error, as is anything but a regular file. Files are replaced atomically; damaged or foreign data is
/// deleted. On Windows the store relies on the permissions of the user's own directories.
///
/// Operations run on a thread of the store, which ends with them. A file system that hangs blocks this thread and marks
/// the store as down; it does not delay the end of the runtime.
#[derive(Clone)]
pub struct FileStore {
    inner: Arc<Inner>,
    encryption: Encryption,
}

struct Inner {
    directory: PathBuf,
    holders: Holders,
    worker: Worker,
}

/// Content of a token file.
enum Content {
    Absent,
    Token(Box<StoredToken>),
    Damaged,
}

impl FileStore {
    /// Opens a store in this directory, which is created if it does not exist.
    ///
    /// Waits for the file system, usually less than a millisecond and at most 2 seconds.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for a directory that other users can access, that belongs to
    /// another user, or that cannot be created; [`Unavailable`](crate::ErrorKind::Unavailable) for a file system that
    /// does not respond.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, Error> {
        Self::open_within(HANGING_AFTER, directory.into(), private::create_directory)
    }

    /// Opens a store whose directory `create` creates within this time.
    fn open_within(
        limit: Duration,
        directory: PathBuf,
        create: impl FnOnce(&Path) -> Result<(), Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let (worker, path) = (Worker::default(), directory.clone());
        worker.run_blocking(limit, move || create(&path))?;
        let inner = Arc::new(Inner { directory, holders: Holders::default(), worker });
        Ok(Self { inner, encryption: Encryption::default() })
    }

    /// Opens a store in `keyfob/tokens` below the user's cache directory, such as `~/.cache`.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and for a user without a home directory.
    pub fn in_cache_directory() -> Result<Self, Error> {
        let base = etcetera::choose_base_strategy().map_err(|error| {
            Error::configuration("the user has no home directory for tokens; choose a directory with FileStore::open")
                .with_source(error)
        })?;
        Self::open(base.cache_dir().join("keyfob").join("tokens"))
    }

    /// Encrypts tokens with this key. Data that is not encrypted with it counts as damaged.
    #[must_use]
    pub fn encrypted_with(mut self, key: EncryptionKey) -> Self {
        self.encryption.set_current(key);
        self
    }

    /// Reads tokens that other processes encrypt with this key, too; for the time in which a key is replaced.
    ///
    /// While some processes still write with the old key, those with the new one read both: of two tokens, the newer one
    /// is used. Neither key deletes the tokens of the other.
    #[must_use]
    pub fn also_decrypted_with(mut self, key: EncryptionKey) -> Self {
        self.encryption.add(key);
        self
    }

    /// Returns the directory of the files.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// Runs a closure with the envelopes of a key on the thread of the store.
    fn blocking<T: Send + 'static>(
        &self,
        key: &CacheKey,
        run: impl FnOnce(&Self, &Envelopes) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Error>> {
        let (store, key) = (self.clone(), *key);
        async move {
            let envelopes = store.encryption.envelopes(&key).await?;
            let worker = store.inner.worker.clone();
            let operation = move || {
                private::check_directory(store.directory())?;
                run(&store, &envelopes)
            };
            worker.run(operation).await
        }
        .boxed()
    }

    fn path(&self, envelope: &Envelope, kind: &str) -> PathBuf {
        self.inner.directory.join(format!("{}.{kind}", envelope.name()))
    }

    fn read(&self, envelope: &Envelope) -> Result<Content, Error> {
        let Some(bytes) = private::read(&self.path(envelope, "token"))? else { return Ok(Content::Absent) };
        Ok(envelope.open(bytes).map_or(Content::Damaged, |token| Content::Token(Box::new(token))))
    }

    /// Reads a token, and deletes a damaged file.
    fn read_or_clean(&self, envelope: &Envelope) -> Result<Content, Error> {
        let content = self.read(envelope)?;
        if !matches!(content, Content::Damaged) {
            return Ok(content);
        }
        let _lock = self.write_lock(envelope)?;
        // Another process may have replaced the file before the lock was acquired.
        let content = self.read(envelope)?;
        if matches!(content, Content::Damaged) {
            let path = self.path(envelope, "token");
            std::fs::remove_file(&path).map_err(|error| private::failed("deleted", &path, error))?;
        }
        Ok(content)
    }

    /// Reads the tokens under all names. Returns the newest, and the files that were damaged.
    fn read_newest(&self, envelopes: &Envelopes) -> Result<(Option<StoredToken>, Vec<PathBuf>), Error> {
        let (mut found, mut damaged) = (None, Vec::new());
        for envelope in envelopes.iter() {
            match self.read_or_clean(envelope)? {
                Content::Token(token) => found = newest(found, Some(*token)),
                Content::Absent => {}
                Content::Damaged => damaged.push(self.path(envelope, "token")),
            }
        }
        Ok((found, damaged))
    }

    fn write_lock(&self, envelope: &Envelope) -> Result<LockFile, Error> {
        self.inner.holders.lock(WRITE_LEASE, |slot| self.path(envelope, &format!("write{slot}")))
    }

    /// Replaces a token under the write lock. `update` returns the new token, or `None` to leave the old one.
    fn replace(
        &self,
        envelope: &Envelope,
        update: impl FnOnce(Option<StoredToken>) -> Option<StoredToken>,
    ) -> Result<bool, Error> {
        let lock = self.write_lock(envelope)?;
        let old = match self.read(envelope)? {
            Content::Token(token) => Some(*token),
            Content::Absent | Content::Damaged => None,
        };
        let Some(token) = update(old) else { return Ok(false) };
        let bytes = envelope.seal(&token)?;
        // The lock excludes other writers of this slot's file. This removes the file of a process that was killed
        // between write and rename.
        let (new, path) = (self.path(envelope, &format!("new{}", lock.slot)), self.path(envelope, "token"));
        let written = private::replace(&new)?.write_all(&bytes);
        written
            .and_then(|()| std::fs::rename(&new, &path))
            .map_err(|error| private::failed("written", &path, error))?;
        Ok(true)
    }
}

impl TokenStore for FileStore {
    fn prepare<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<(), Error>> {
        async { self.encryption.envelopes(key).await.map(drop) }.boxed()
    }

    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        let read = self.blocking(key, Self::read_newest);
        async move {
            let (token, damaged) = read.await?;
            // Reported here, because the thread of the store does not have the subscriber of the caller.
            for path in &damaged {
                telemetry::damaged(&path.display().to_string());
            }
            Ok(token)
        }
        .boxed()
    }

    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        let token = token.clone();
        self.blocking(key, move |store, envelopes| {
            let mut other = None;
            for envelope in &envelopes.others {
                if let Content::Token(token) = store.read(envelope)? {
                    other = newest(other, Some(*token));
                }
            }
            store.replace(&envelopes.current, |old| {
                newest(old, other).is_none_or(|old| old.version.number() < token.version.number()).then_some(token)
            })
        })
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        unproven_at: Option<SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        self.blocking(key, move |store, envelopes| {
            let mut replaced = false;
            for envelope in envelopes.iter() {
                replaced |= store.replace(envelope, |old| {
                    old.filter(|old| old.version == version).map(|old| old.invalidated(unproven_at))
                })?;
            }
            Ok(replaced)
        })
    }

    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        self.blocking(key, move |store, envelopes| {
            let name = envelopes.lock_name();
            let path = |slot| store.inner.directory.join(format!("{name}.lock{slot}"));
            let lock = store.inner.holders.try_lock(lease, path)?;
            let worker = store.inner.worker.clone();
            Ok(lock.map(|lock| -> Box<dyn Lease> { Box::new(FileLease { lock: Some(lock), worker }) }))
        })
    }

    fn label(&self) -> &'static str {
        "file"
    }
}

/// An acquired lock, which is released on the thread of its store.
struct FileLease {
    lock: Option<LockFile>,
    worker: Worker,
}

impl Lease for FileLease {
    fn release(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        let (lock, worker) = (self.lock.take(), self.worker.clone());
        async move {
            // If the file system hangs, the lock is released when it recovers.
            worker.dispose(lock).await;
        }
        .boxed()
    }
}

impl Drop for FileLease {
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take() {
            drop(self.worker.dispose(lock));
        }
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore")
            .field("directory", &self.inner.directory)
            .field("encrypted", &self.encryption.is_enabled())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn opening_a_store_on_a_file_system_that_hangs_is_an_error_and_does_not_hang() {
        let (end, ended) = mpsc::channel::<()>();
        let hangs = move |_: &Path| {
            let _ = ended.recv();
            Ok(())
        };
        let error = FileStore::open_within(Duration::from_millis(10), "store".into(), hangs).expect_err("no response");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.to_string().contains("does not respond"), "{error}");
        // The thread of the store has waited until now.
        end.send(()).expect("still hanging");
    }
}
