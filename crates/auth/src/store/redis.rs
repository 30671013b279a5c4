//! Tokens shared by machines, through Redis or Valkey.

mod connection;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use redis::{Cmd, FromRedisValue};
use secrecy::zeroize::Zeroizing;

use self::connection::{Link, Target};
use super::seal::Seal;
use super::stored::random;
use super::{EncryptionKey, Lease, StoredToken, TokenStore, TokenVersion};
use crate::error::Error;
use crate::key::CacheKey;
use crate::transport::TransportConfig;

/// Number, nonce and content; kept for so many milliseconds. Whatever else was under the key goes.
const PUT: &str = r"
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
local number = tonumber(redis.call('HGET', KEYS[1], 'n'))
if number and number >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'n', ARGV[1], 'i', ARGV[2], 'v', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1";

/// The content of one version, by what is left of it.
const INVALIDATE: &str = r"
if redis.call('HGET', KEYS[1], 'n') ~= ARGV[1] or redis.call('HGET', KEYS[1], 'i') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1";

/// Damaged content, unless somebody has replaced it.
const DISCARD: &str = r"
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' or (redis.call('HGET', KEYS[1], 'v') or '') == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0";

/// A lock, if it is still this holder's.
const UNLOCK: &str = r"
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

/// Number, nonce and content, as they are under a key.
type Fields = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);

/// Shares tokens through a Redis or Valkey server, in one hash for each [`CacheKey`].
///
/// While the server is down every process fetches for itself. Connections are made when they are needed, in the
/// runtime that needs them.
#[derive(Clone)]
pub struct RedisStore {
    target: Target,
    link: Arc<Link>,
    prefix: Arc<str>,
    seal: Seal,
}

impl RedisStore {
    /// Uses the server at this address: `rediss://user:password@host:6379/0`, where only the host is needed.
    ///
    /// `redis://`, without TLS, is for this machine only, unless [`allow_plaintext`](Self::allow_plaintext) says otherwise.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for an address that cannot be used.
    pub fn new(url: &str) -> Result<Self, Error> {
        Ok(Self { target: Target::parse(url)?, link: Arc::default(), prefix: "keyfob".into(), seal: Seal::default() })
    }

    /// Sets what the names of all keys begin with; `keyfob` by default.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Encrypts what is stored from now on, and believes nothing that is not encrypted with this key.
    #[must_use]
    pub fn encrypted_with(mut self, key: EncryptionKey) -> Self {
        self.seal = Seal(Some(key));
        self
    }

    /// Takes root certificates from here, in addition to the platform's. Nothing else of it is used.
    #[must_use]
    pub fn transport(mut self, transport: TransportConfig) -> Self {
        self.target.transport = transport;
        self
    }

    /// Allows connections without TLS to other machines: the password and, without an encryption key, the tokens can
    /// then be read on the way.
    #[must_use]
    pub fn allow_plaintext(mut self) -> Self {
        self.target.plain = true;
        self
    }

    fn name(&self, key: &CacheKey) -> String {
        format!("{}:{key}", self.prefix)
    }

    /// Runs a script that says whether it did something.
    async fn run(&self, script: &str, key: String, arguments: &[&[u8]]) -> Result<bool, Error> {
        let mut command = redis::cmd("EVAL");
        command.arg(script).arg(1).arg(key);
        for argument in arguments {
            command.arg(*argument);
        }
        Ok(self.ask::<u64>(&command).await?.is_some_and(|done| done > 0))
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<Option<T>, Error> {
        self.link.ask(&self.target, command).await
    }

    async fn read(&self, key: &CacheKey) -> Result<Option<StoredToken>, Error> {
        let name = self.name(key);
        let mut command = redis::cmd("HMGET");
        command.arg(&name).arg("n").arg("i").arg("v");
        let (number, nonce, content) = match self.ask::<Fields>(&command).await? {
            Some((None, None, None)) => return Ok(None),
            Some(fields) => fields,
            // It is no hash, or there are no texts in it.
            None => Fields::default(),
        };
        let content = content.map(Zeroizing::new);
        let token = content.clone().and_then(|content| self.seal.open(key, content)).filter(|token| {
            let version = token.version();
            number == Some(version.number().to_string().into()) && nonce == Some(version.nonce().to_string().into())
        });
        if token.is_none() {
            tracing::warn!(key = name, "this was damaged or not of this store, and is gone");
            self.run(DISCARD, name, &[content.as_ref().map_or(&[][..], |content| content.as_slice())]).await?;
        }
        Ok(token)
    }

    /// Runs a script that writes a token.
    async fn write(&self, script: &str, key: &CacheKey, token: &StoredToken, now: SystemTime) -> Result<bool, Error> {
        let content = self.seal.close(key, token)?;
        let version = token.version();
        let texts =
            [version.number().to_string(), version.nonce().to_string(), token.ttl(now).as_millis().max(1).to_string()];
        let [number, nonce, keep] = texts.each_ref().map(String::as_bytes);
        self.run(script, self.name(key), &[number, nonce, content.as_slice(), keep]).await
    }
}

impl TokenStore for RedisStore {
    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        self.read(key).boxed()
    }

    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        self.write(PUT, key, token, SystemTime::now()).boxed()
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        at: SystemTime,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        async move {
            match self.read(key).await?.filter(|token| token.version() == version) {
                Some(token) => self.write(INVALIDATE, key, &token.invalidated(at), at).await,
                None => Ok(false),
            }
        }
        .boxed()
    }

    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        async move {
            let name = format!("{}:lock", self.name(key));
            let fence = format!("{:016x}", random());
            let mut command = redis::cmd("SET");
            command.arg(&name).arg(&fence).arg("NX").arg("PX").arg(lease.as_millis().max(1).to_string());
            let taken = self.ask::<Option<String>>(&command).await?.flatten().is_some();
            Ok(taken.then(|| -> Box<dyn Lease> { Box::new(Held { store: self.clone(), lock: Some((name, fence)) }) }))
        }
        .boxed()
    }

    fn label(&self) -> &'static str {
        "redis"
    }
}

/// A lock; what is not given back ends with its lease.
struct Held {
    store: RedisStore,
    lock: Option<(String, String)>,
}

impl Held {
    fn unlock(&mut self) -> BoxFuture<'static, ()> {
        let (store, lock) = (self.store.clone(), self.lock.take());
        async move {
            if let Some((name, fence)) = lock {
                let _ = store.run(UNLOCK, name, &[fence.as_bytes()]).await;
            }
        }
        .boxed()
    }
}

impl Lease for Held {
    fn release(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        self.unlock()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.lock.is_some()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(self.unlock());
        }
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("prefix", &self.prefix)
            .field("encrypted", &self.seal.0.is_some())
            .finish_non_exhaustive()
    }
}
