//! Token store in Redis or Valkey, for several machines.

mod bounded;
mod connection;
mod scripts;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use redis::FromRedisValue;
use secrecy::zeroize::Zeroizing;

use self::connection::{Connection, Target};
use crate::error::Error;
use crate::store::encryption_key::EncryptionKey;
use crate::store::envelope::{Encryption, Envelope, MAX_LEN};
use crate::store::storage_name::StorageName;
use crate::store::stored_token::{StoredToken, newest};
use crate::store::telemetry;
use crate::store::token_store::{Lease, TokenStore};
use crate::token::cache_key::CacheKey;
use crate::token::version::{TokenVersion, random};
use crate::transport::TransportConfig;

/// Maximum lease, 10 years: Redis cannot represent every [`Duration`].
const MAX_LEASE: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Token store in a Redis or Valkey server, with one hash for each [`CacheKey`].
///
/// While the server is down, each process fetches its own tokens. A connection is opened on first use, in the runtime
/// of the caller.
#[derive(Clone)]
pub struct RedisStore {
    target: Target,
    connection: Arc<Connection>,
    prefix: Arc<str>,
    encryption: Encryption,
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
            encryption: Encryption::default(),
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

    fn key(&self, name: StorageName) -> String {
        format!("{}:{name}", self.prefix)
    }

    /// Runs a script with one Redis key.
    async fn run<T: FromRedisValue>(&self, script: &str, key: &str, arguments: &[&[u8]]) -> Result<T, Error> {
        let mut command = redis::cmd("EVAL");
        command.arg(script).arg(1).arg(key);
        for argument in arguments {
            command.arg(*argument);
        }
        self.connection.query(&self.target, &command).await
    }

    async fn read(&self, envelope: &Envelope) -> Result<Option<StoredToken>, Error> {
        let key = self.key(envelope.name());
        let limit = MAX_LEN.to_string();
        let fields: Vec<Option<Vec<u8>>> = self.run(scripts::READ, &key, &[limit.as_bytes()]).await?;
        let fields = match <[_; 3]>::try_from(fields) {
            Ok(fields) => fields,
            Err(fields) => {
                if !fields.is_empty() {
                    telemetry::damaged(&key);
                }
                return Ok(None);
            }
        };
        let [number, nonce, content] = fields.map(Option::unwrap_or_default);
        let content = Zeroizing::new(content);
        let token = envelope.open(content.clone()).filter(|token| {
            let version = token.version();
            number == version.number().to_string().as_bytes() && nonce == version.nonce().to_string().as_bytes()
        });
        if token.is_none() {
            telemetry::damaged(&key);
            self.run::<u64>(scripts::DISCARD, &key, &[content.as_slice()]).await?;
        }
        Ok(token)
    }

    /// Returns the newest token of these envelopes.
    async fn read_newest<'a>(
        &self,
        envelopes: impl Iterator<Item = &'a Envelope> + Send,
    ) -> Result<Option<StoredToken>, Error> {
        let mut found = None;
        for envelope in envelopes {
            found = newest(found, self.read(envelope).await?);
        }
        Ok(found)
    }

    /// Runs a script that stores a token, and returns true if it was stored.
    async fn write(
        &self,
        script: &str,
        envelope: &Envelope,
        token: &StoredToken,
        now: SystemTime,
    ) -> Result<bool, Error> {
        let content = envelope.seal(token)?;
        let version = token.version();
        let arguments =
            [version.number().to_string(), version.nonce().to_string(), token.ttl(now).as_millis().max(1).to_string()];
        let [number, nonce, ttl] = arguments.each_ref().map(String::as_bytes);
        let arguments = [number, nonce, content.as_slice(), ttl];
        Ok(self.run::<u64>(script, &self.key(envelope.name()), &arguments).await? > 0)
    }
}

impl TokenStore for RedisStore {
    fn prepare<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<(), Error>> {
        async { self.encryption.envelopes(key).await.map(drop) }.boxed()
    }

    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        async { self.read_newest(self.encryption.envelopes(key).await?.iter()).await }.boxed()
    }

    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        async {
            let envelopes = self.encryption.envelopes(key).await?;
            let other = self.read_newest(envelopes.others.iter()).await?;
            if other.is_some_and(|other| other.version().number() >= token.version().number()) {
                return Ok(false);
            }
            self.write(scripts::PUT, &envelopes.current, token, SystemTime::now()).await
        }
        .boxed()
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        unproven_at: Option<SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        async move {
            let mut replaced = false;
            for envelope in self.encryption.envelopes(key).await?.iter() {
                if let Some(token) = self.read(envelope).await?.filter(|token| token.version() == version) {
                    replaced |= self
                        .write(scripts::INVALIDATE, envelope, &token.invalidated(unproven_at), SystemTime::now())
                        .await?;
                }
            }
            Ok(replaced)
        }
        .boxed()
    }

    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        async move {
            let lock = format!("{}:lock", self.key(self.encryption.envelopes(key).await?.lock_name()));
            let fence = format!("{:016x}", random());
            let lease = lease.min(MAX_LEASE).as_millis().max(1).to_string();
            let acquired = self.run::<u64>(scripts::LOCK, &lock, &[fence.as_bytes(), lease.as_bytes()]).await? > 0;
            Ok(acquired
                .then(|| -> Box<dyn Lease> { Box::new(RedisLease { store: self.clone(), lock: Some((lock, fence)) }) }))
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
                let _ = store.run::<u64>(scripts::UNLOCK, &name, &[fence.as_bytes()]).await;
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
            .field("encrypted", &self.encryption.is_enabled())
            .finish_non_exhaustive()
    }
}
