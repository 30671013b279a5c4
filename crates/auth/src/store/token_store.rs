//! The traits behind every token store.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;

use crate::error::Error;
use crate::store::stored_token::StoredToken;
use crate::token::cache_key::CacheKey;
use crate::token::version::TokenVersion;

/// Store of tokens shared by several processes, with one token for each [`CacheKey`].
///
/// An authenticator uses its store only to fetch a token, never while it has a valid one. An operation that fails or
/// takes longer than two seconds marks the store as down: the process then fetches tokens on its own, logs this once,
/// and tries the store again at its next fetch. The authenticator trusts the tokens that a store returns, so an
/// implementation must detect data that it did not write; see [`StoredToken::to_bytes`].
///
/// A store outside the process must not reveal a hash of the credentials: it uses a [`StorageName`](crate::StorageName) as file name or
/// database key. The refusal of credentials by a token endpoint is stored like a token, under a key of its own.
pub trait TokenStore: Send + Sync + 'static {
    /// Prepares for operations with this key, at the start of each fetch.
    ///
    /// Does nothing by default. The time limit is 10 seconds, longer than that of the other operations, for the
    /// derivation of a [`StorageName`](crate::StorageName).
    fn prepare<'a>(&'a self, _key: &'a CacheKey) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Returns the token stored under this key. Damaged or foreign data counts as absent.
    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>>;

    /// Stores a token, unless the store has one with the same or a higher [`TokenVersion::number`].
    ///
    /// Returns true if the token was stored. The comparison and the replacement must be one atomic operation. Damaged
    /// data is replaced. The store may delete the token after [`StoredToken::ttl`].
    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>>;

    /// Replaces a token that a server rejected by its [`StoredToken::invalidated`] form, with the same `unproven_at`.
    ///
    /// Returns true if the token was replaced, and false if the store has another version.
    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        unproven_at: Option<SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>>;

    /// Tries once to acquire the lock of this key. Returns `None` if another holder has it.
    ///
    /// A holder that dies or hangs must not block others for longer than `lease`. A lock that is lost early costs one
    /// additional token request and is otherwise harmless: [`put_if_newer`](Self::put_if_newer) orders the tokens
    /// without it.
    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>>;

    /// Returns the name of this store in logs.
    #[expect(clippy::unnecessary_literal_bound, reason = "implementations may return a name stored in `self`")]
    fn label(&self) -> &str {
        "custom"
    }
}

/// An acquired lock of a [`TokenStore`].
///
/// Dropping a lease should release the lock too, as far as this is possible without waiting.
pub trait Lease: Send {
    /// Releases the lock.
    fn release(self: Box<Self>) -> BoxFuture<'static, ()>;
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn prepare<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<(), Error>> {
        (**self).prepare(key)
    }

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
        unproven_at: Option<SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        (**self).invalidate(key, version, unproven_at)
    }

    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        (**self).lock(key, lease)
    }

    fn label(&self) -> &str {
        (**self).label()
    }
}
