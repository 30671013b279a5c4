//! Token store in files, for the processes of one user on one machine.

mod lock;
mod private;

use std::collections::HashMap;
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use etcetera::BaseStrategy;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use self::lock::{LockFile, Slots};
use crate::error::Error;
use crate::store::envelope::{EncryptionKey, Envelope};
use crate::store::stored_token::StoredToken;
use crate::store::telemetry;
use crate::store::token_store::{Lease, TokenStore};
use crate::token::cache_key::CacheKey;
use crate::token::version::TokenVersion;

/// Token store for the processes of one user on one machine, with one file for each [`CacheKey`].
///
/// The directory has mode 0700 and the files have mode 0600. A directory or file with wider permissions or of another
/// owner is an error. Files are replaced atomically; damaged or foreign data is deleted. On Windows the store relies on
/// the permissions of the user's own directories.
#[derive(Clone)]
pub struct FileStore {
    inner: Arc<Inner>,
    envelope: Envelope,
}

struct Inner {
    directory: PathBuf,
    slots: Mutex<Slots>,
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
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for a directory that other users can access, that belongs to
    /// another user, or that cannot be created.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, Error> {
        let directory = directory.into();
        private::create_directory(&directory)?;
        Ok(Self {
            inner: Arc::new(Inner { directory, slots: Mutex::new(HashMap::new()) }),
            envelope: Envelope::default(),
        })
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
        self.envelope = Envelope(Some(key));
        self
    }

    /// Returns the directory of the files.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// Runs a closure on a thread where it may block.
    fn blocking<T: Send + 'static>(
        &self,
        key: &CacheKey,
        run: impl FnOnce(&Self, &CacheKey) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Error>> {
        let (store, key) = (self.clone(), *key);
        async move {
            let run = move || {
                private::check_directory(store.directory())?;
                run(&store, &key)
            };
            let failed = |error| Error::unavailable("the runtime is shutting down").with_source(error);
            tokio::task::spawn_blocking(run).await.map_err(failed)?
        }
        .boxed()
    }

    fn path(&self, key: &CacheKey, kind: &str) -> PathBuf {
        self.inner.directory.join(format!("{key}.{kind}"))
    }

    fn read(&self, key: &CacheKey) -> Result<Content, Error> {
        let Some(bytes) = private::read(&self.path(key, "token"))? else { return Ok(Content::Absent) };
        Ok(self.envelope.open(key, bytes).map_or(Content::Damaged, |token| Content::Token(Box::new(token))))
    }

    /// Reads a token, and deletes a damaged file.
    fn read_or_clean(&self, key: &CacheKey) -> Result<Content, Error> {
        let content = self.read(key)?;
        if !matches!(content, Content::Damaged) {
            return Ok(content);
        }
        let _lock = LockFile::acquire(&self.path(key, "write"))?;
        // Another process may have replaced the file before the lock was acquired.
        let content = self.read(key)?;
        if matches!(content, Content::Damaged) {
            let path = self.path(key, "token");
            std::fs::remove_file(&path).map_err(|error| private::failed("deleted", &path, error))?;
        }
        Ok(content)
    }

    /// Replaces a token under the write lock. `update` returns the new token, or `None` to leave the old one.
    fn replace(
        &self,
        key: &CacheKey,
        update: impl FnOnce(Option<StoredToken>) -> Option<StoredToken>,
    ) -> Result<bool, Error> {
        let _lock = LockFile::acquire(&self.path(key, "write"))?;
        let old = match self.read(key)? {
            Content::Token(token) => Some(*token),
            Content::Absent | Content::Damaged => None,
        };
        let Some(token) = update(old) else { return Ok(false) };
        let bytes = self.envelope.seal(key, &token)?;
        // The lock excludes other writers. This overwrites the file of a process that was killed between write and
        // rename.
        let (new, path) = (self.path(key, "new"), self.path(key, "token"));
        let written = private::create(&new)?.write_all(&bytes);
        written
            .and_then(|()| std::fs::rename(&new, &path))
            .map_err(|error| private::failed("written", &path, error))?;
        Ok(true)
    }
}

impl TokenStore for FileStore {
    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        let content = self.blocking(key, Self::read_or_clean);
        async move {
            match content.await? {
                Content::Token(token) => Ok(Some(*token)),
                Content::Absent => Ok(None),
                Content::Damaged => {
                    telemetry::damaged(&self.path(key, "token").display().to_string());
                    Ok(None)
                }
            }
        }
        .boxed()
    }

    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        let token = token.clone();
        self.blocking(key, move |store, key| {
            store.replace(key, |old| {
                old.is_none_or(|old| old.version.number() < token.version.number()).then_some(token)
            })
        })
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        unproven_at: Option<SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        self.blocking(key, move |store, key| {
            store.replace(key, |old| old.filter(|old| old.version == version).map(|old| old.invalidated(unproven_at)))
        })
    }

    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        self.blocking(key, move |store, key| {
            let lock = lock::try_slots(&store.inner.slots, key, lease, |slot| store.path(key, &format!("lock{slot}")))?;
            Ok(lock.map(|lock| -> Box<dyn Lease> { Box::new(lock) }))
        })
    }

    fn label(&self) -> &'static str {
        "file"
    }
}

impl Lease for LockFile {
    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        ready(()).boxed()
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore")
            .field("directory", &self.inner.directory)
            .field("encrypted", &self.envelope.0.is_some())
            .finish()
    }
}
