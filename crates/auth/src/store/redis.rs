//! Token store in Redis or Valkey, for several machines.

mod connection;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use redis::{Cmd, FromRedisValue};
use secrecy::zeroize::Zeroizing;

use self::connection::{Connection, Target};
use crate::error::Error;
use crate::store::envelope::{EncryptionKey, Envelope};
use crate::store::stored_token::StoredToken;
use crate::store::telemetry;
use crate::store::token_store::{Lease, TokenStore};
use crate::token::cache_key::CacheKey;
use crate::token::version::{TokenVersion, random};
use crate::transport::TransportConfig;

/// Stores a token, unless the hash has the same or a higher number. A value of another type is replaced.
///
/// Arguments: number, nonce, content, time to live in milliseconds.
const PUT: &str = r"
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
local number = tonumber(redis.call('HGET', KEYS[1], 'n'))
if number and number >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'n', ARGV[1], 'i', ARGV[2], 'v', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1";

/// Replaces the content of one version by its invalidated form.
///
/// Arguments: number, nonce, content, time to live in milliseconds.
const INVALIDATE: &str = r"
if redis.call('HGET', KEYS[1], 'n') ~= ARGV[1] or redis.call('HGET', KEYS[1], 'i') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1";

/// Deletes damaged content, unless another process has replaced it.
///
/// Argument: the damaged content.
const DISCARD: &str = r"
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' or (redis.call('HGET', KEYS[1], 'v') or '') == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0";

/// Releases a lock, if this holder still has it.
///
/// Argument: the holder's fencing token.
const UNLOCK: &str = r"
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

/// Number, nonce and content of a hash.
type Fields = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);

/// Token store in a Redis or Valkey server, with one hash for each [`CacheKey`].
///
/// While the server is down, each process fetches its own tokens. A connection is opened on first use, in the runtime
/// of the caller.
#[derive(Clone)]
pub struct RedisStore {
    target: Target,
    connection: Arc<Connection>,
    prefix: Arc<str>,
    envelope: Envelope,
}

impl RedisStore {
    /// Creates a store in the server at this URL: `rediss://user:password@host:6379/0`, where only the host is
    /// required.
    ///
    /// `redis://`, which has no TLS, is limited to loopback hosts, unless [`allow_plaintext`](Self::allow_plaintext) is
    /// set.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for an invalid URL.
    pub fn new(url: &str) -> Result<Self, Error> {
        Ok(Self {
            target: Target::parse(url)?,
            connection: Arc::default(),
            prefix: "keyfob".into(),
            envelope: Envelope::default(),
        })
    }

    /// Sets the prefix of all Redis keys; `keyfob` by default.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Encrypts tokens with this key. Data that is not encrypted with it counts as damaged.
    #[must_use]
    pub fn encrypted_with(mut self, key: EncryptionKey) -> Self {
        self.envelope = Envelope(Some(key));
        self
    }

    /// Trusts the root certificates of these transport settings, in addition to the platform's. No other setting
    /// applies.
    #[must_use]
    pub fn transport(mut self, transport: TransportConfig) -> Self {
        self.target.transport = transport;
        self
    }

    /// Allows connections without TLS to hosts other than loopback.
    ///
    /// The password, and without an encryption key the tokens, are then sent unencrypted.
    #[must_use]
    pub fn allow_plaintext(mut self) -> Self {
        self.target.plaintext = true;
        self
    }

    fn name(&self, key: &CacheKey) -> String {
        format!("{}:{key}", self.prefix)
    }

    /// Runs a script and returns true if it changed a key.
    async fn run(&self, script: &str, key: String, arguments: &[&[u8]]) -> Result<bool, Error> {
        let mut command = redis::cmd("EVAL");
        command.arg(script).arg(1).arg(key);
        for argument in arguments {
            command.arg(*argument);
        }
        Ok(self.query::<u64>(&command).await?.is_some_and(|changed| changed > 0))
    }

    async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<Option<T>, Error> {
        self.connection.query(&self.target, command).await
    }

    async fn read(&self, key: &CacheKey) -> Result<Option<StoredToken>, Error> {
        let name = self.name(key);
        let mut command = redis::cmd("HMGET");
        command.arg(&name).arg("n").arg("i").arg("v");
        let (number, nonce, content) = match self.query::<Fields>(&command).await? {
            Some((None, None, None)) => return Ok(None),
            Some(fields) => fields,
            // The value is not a hash of strings.
            None => Fields::default(),
        };
        let content = content.map(Zeroizing::new);
        let token = content.clone().and_then(|content| self.envelope.open(key, content)).filter(|token| {
            let version = token.version();
            number == Some(version.number().to_string().into()) && nonce == Some(version.nonce().to_string().into())
        });
        if token.is_none() {
            telemetry::damaged(&name);
            self.run(DISCARD, name, &[content.as_ref().map_or(&[][..], |content| content.as_slice())]).await?;
        }
        Ok(token)
    }

    /// Runs a script that stores a token.
    async fn write(&self, script: &str, key: &CacheKey, token: &StoredToken, now: SystemTime) -> Result<bool, Error> {
        let content = self.envelope.seal(key, token)?;
        let version = token.version();
        let arguments =
            [version.number().to_string(), version.nonce().to_string(), token.ttl(now).as_millis().max(1).to_string()];
        let [number, nonce, ttl] = arguments.each_ref().map(String::as_bytes);
        self.run(script, self.name(key), &[number, nonce, content.as_slice(), ttl]).await
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
        unproven_at: Option<SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        async move {
            match self.read(key).await?.filter(|token| token.version() == version) {
                Some(token) => self.write(INVALIDATE, key, &token.invalidated(unproven_at), SystemTime::now()).await,
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
            let acquired = self.query::<Option<String>>(&command).await?.flatten().is_some();
            Ok(acquired
                .then(|| -> Box<dyn Lease> { Box::new(RedisLease { store: self.clone(), lock: Some((name, fence)) }) }))
        }
        .boxed()
    }

    fn label(&self) -> &'static str {
        "redis"
    }
}

/// An acquired lock: Redis key and fencing token. It expires with its lease if it is not released.
struct RedisLease {
    store: RedisStore,
    lock: Option<(String, String)>,
}

impl RedisLease {
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

impl Lease for RedisLease {
    fn release(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        self.unlock()
    }
}

impl Drop for RedisLease {
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
            .field("encrypted", &self.envelope.0.is_some())
            .finish_non_exhaustive()
    }
}
