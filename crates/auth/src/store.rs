//! Where processes keep the tokens that they share.

mod file;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod seal;
mod sharing;
mod stored;
mod telemetry;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;

use crate::error::Error;
use crate::key::CacheKey;
use crate::version::TokenVersion;

pub use file::FileStore;
pub use memory::MemoryStore;
#[cfg(feature = "redis")]
pub use redis::RedisStore;
pub use seal::EncryptionKey;
pub(crate) use sharing::{LEASE, Sharing};
pub use stored::StoredToken;

/// Keeps tokens where several processes find them, one under each [`CacheKey`].
///
/// Only asked when a token has to be fetched, never while there is a valid one. Whatever fails or takes longer than
/// two seconds counts as a store that is down: the process then fetches for itself, logs that once, and asks the store
/// again at its next fetch. What a store returns is trusted, so it has to notice what it did not write itself; see
/// [`StoredToken::to_bytes`].
pub trait TokenStore: Send + Sync + 'static {
    /// Returns what is kept under this key. Damaged and foreign content counts as nothing.
    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>>;

    /// Keeps a token, unless one of the same or a higher [`TokenVersion::number`] is there; says whether it did.
    ///
    /// Comparing and replacing must be one step. Damaged content is replaced. What is older than
    /// [`StoredToken::ttl`] may be forgotten.
    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>>;

    /// Replaces a token that a server rejected by its [`StoredToken::invalidated`], unless another version is there by
    /// now; says whether it did.
    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        at: SystemTime,
    ) -> BoxFuture<'a, Result<bool, Error>>;

    /// Tries once to become the one who fetches; nothing if somebody else is.
    ///
    /// A holder that dies or hangs must not keep others out for longer than `lease`. Losing the lock early costs one
    /// token request, no more: [`put_if_newer`](Self::put_if_newer) keeps order without it.
    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>>;

    /// What log lines call this store.
    #[expect(clippy::unnecessary_literal_bound, reason = "stores may know a name at run time")]
    fn label(&self) -> &str {
        "custom"
    }
}

/// A lock that is held. Dropping it should give it back too, as well as can be done without waiting.
pub trait Lease: Send {
    /// Gives the lock back.
    fn release(self: Box<Self>) -> BoxFuture<'static, ()>;
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        (**self).get(key)
    }

    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        (**self).put_if_newer(key, token)
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        at: SystemTime,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        (**self).invalidate(key, version, at)
    }

    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        (**self).lock(key, lease)
    }

    fn label(&self) -> &str {
        (**self).label()
    }
}
