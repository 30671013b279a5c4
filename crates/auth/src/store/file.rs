//! Tokens shared by the processes of one user on one machine.

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
use super::seal::Seal;
use super::{EncryptionKey, Lease, StoredToken, TokenStore, TokenVersion};
use crate::error::Error;
use crate::key::CacheKey;

/// Shares tokens among the processes of one user, in one file for each [`CacheKey`].
///
/// The directory is the user's alone (0700), and so are the files (0600); if others could get at either, or another
/// user owns it, it is refused. A file is replaced as a whole, and damaged or foreign content is ignored and replaced.
/// On Windows the protection is that of the user's own directories.
#[derive(Clone)]
pub struct FileStore {
    inner: Arc<Inner>,
    seal: Seal,
}

struct Inner {
    directory: PathBuf,
    slots: Mutex<Slots>,
}

/// What is in a file.
enum Content {
    Nothing,
    Token(Box<StoredToken>),
    Damaged,
}

impl FileStore {
    /// Keeps tokens in this directory, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for a directory that others can get at, that belongs to
    /// another user, or that cannot be made.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, Error> {
        let directory = directory.into();
        private::make_directory(&directory)?;
        Ok(Self { inner: Arc::new(Inner { directory, slots: Mutex::new(HashMap::new()) }), seal: Seal::default() })
    }

    /// Keeps tokens in `keyfob/tokens` below the user's cache directory, such as `~/.cache`.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); also for a user without a home.
    pub fn in_cache_directory() -> Result<Self, Error> {
        let base = etcetera::choose_base_strategy().map_err(|error| {
            Error::configuration("there is no home directory to keep tokens in; name a directory").with_source(error)
        })?;
        Self::open(base.cache_dir().join("keyfob").join("tokens"))
    }

    /// Encrypts what is stored from now on, and believes nothing that is not encrypted with this key.
    #[must_use]
    pub fn encrypted_with(mut self, key: EncryptionKey) -> Self {
        self.seal = Seal(Some(key));
        self
    }

    /// Where the files are.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// Runs this where it may block.
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
        let Some(bytes) = private::read(&self.path(key, "token"))? else { return Ok(Content::Nothing) };
        Ok(self.seal.open(key, bytes).map_or(Content::Damaged, |token| Content::Token(Box::new(token))))
    }

    /// Reads, and removes what is damaged.
    fn tidy(&self, key: &CacheKey) -> Result<Content, Error> {
        let content = self.read(key)?;
        if !matches!(content, Content::Damaged) {
            return Ok(content);
        }
        let _lock = LockFile::wait(&self.path(key, "write"))?;
        // Somebody may have replaced it.
        let content = self.read(key)?;
        if matches!(content, Content::Damaged) {
            let path = self.path(key, "token");
            std::fs::remove_file(&path).map_err(|error| private::failed("removed", &path, error))?;
        }
        Ok(content)
    }

    /// Reads, decides and replaces, while nobody else does.
    fn change(
        &self,
        key: &CacheKey,
        decide: impl FnOnce(Option<StoredToken>) -> Option<StoredToken>,
    ) -> Result<bool, Error> {
        let _lock = LockFile::wait(&self.path(key, "write"))?;
        let old = match self.read(key)? {
            Content::Token(token) => Some(*token),
            Content::Nothing | Content::Damaged => None,
        };
        let Some(token) = decide(old) else { return Ok(false) };
        let bytes = self.seal.close(key, &token)?;
        // Under the lock nobody else writes there; what a process left that was killed here is overwritten.
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
        let content = self.blocking(key, Self::tidy);
        async move {
            match content.await? {
                Content::Token(token) => Ok(Some(*token)),
                Content::Nothing => Ok(None),
                Content::Damaged => {
                    let path = self.path(key, "token");
                    tracing::warn!(path = %path.display(), "this was damaged or not of this store, and is gone");
                    Ok(None)
                }
            }
        }
        .boxed()
    }

    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        let token = token.clone();
        self.blocking(key, move |store, key| {
            store
                .change(key, |old| old.is_none_or(|old| old.version.number() < token.version.number()).then_some(token))
        })
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        at: SystemTime,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        self.blocking(key, move |store, key| {
            store.change(key, |old| old.filter(|old| old.version == version).map(|old| old.invalidated(at)))
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
            .field("encrypted", &self.seal.0.is_some())
            .finish()
    }
}
