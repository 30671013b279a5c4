//! Connection to Redis with our own TLS configuration, reopened after a failure.
//!
//! The redis crate's connection manager is not used: it spawns a task when it is built, is bound to the runtime that
//! built it, and configures TLS for the whole process.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, RedisConnectionInfo, RedisError};
use reqwest::Url;
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;

use crate::error::Error;
use crate::store::redis::bounded::BoundedStream;
use crate::transport::TransportConfig;
use crate::transport::endpoint::is_loopback;

/// Time limit for connecting, and for each response.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Address and credentials of a server.
#[derive(Clone)]
pub(super) struct Target {
    host: String,
    port: u16,
    tls: bool,
    loopback: bool,
    username: Option<String>,
    password: Option<SecretString>,
    database: i64,
    pub(super) plaintext: bool,
    pub(super) transport: TransportConfig,
}

impl Target {
    /// Parses a URL. The error does not contain it, because it may contain a password.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let invalid =
            |problem: &str| Error::configuration(format!("the Redis URL {problem}; write it as rediss://host:6379/0"));
        let url = Url::parse(text.trim()).map_err(|_| invalid("is not a URL"))?;
        let tls = match url.scheme() {
            "rediss" => true,
            "redis" => false,
            _ => return Err(invalid("does not start with rediss:// or redis://")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| invalid("has no host"))?;
        let decoded = |text: &str| percent_decoded(text).ok_or_else(|| invalid("contains a name that is not UTF-8"));
        let database = url.path().trim_matches('/');
        Ok(Self {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port().unwrap_or(6379),
            tls,
            loopback: is_loopback(&url),
            username: (!url.username().is_empty()).then(|| decoded(url.username())).transpose()?,
            password: url.password().map(decoded).transpose()?.map(SecretString::from),
            database: if database.is_empty() {
                0
            } else {
                database.parse().map_err(|_| invalid("has an invalid database number"))?
            },
            plaintext: false,
            transport: TransportConfig::new(),
        })
    }

    async fn connect(&self) -> Result<MultiplexedConnection, Error> {
        if !self.tls && !self.loopback && !self.plaintext {
            return Err(Error::configuration(
                "the Redis URL has no TLS, so tokens would be sent unencrypted; use rediss://, or \
                 RedisStore::allow_plaintext on a private network",
            ));
        }
        let unreachable = |error: std::io::Error| {
            Error::unavailable(format!("cannot connect to Redis: {}", error.kind())).with_source(error)
        };
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        if !self.tls {
            return self.handshake(stream).await;
        }
        let mut config = self.transport.tls()?;
        config.alpn_protocols.clear();
        let name = ServerName::try_from(self.host.clone()).map_err(|error| {
            Error::configuration("the Redis host is not a valid TLS server name").with_source(error)
        })?;
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(unreachable)?;
        self.handshake(stream).await
    }

    async fn handshake(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<MultiplexedConnection, Error> {
        let mut info = RedisConnectionInfo::default().set_db(self.database);
        if let Some(username) = &self.username {
            info = info.set_username(username);
        }
        if let Some(password) = &self.password {
            info = info.set_password(password.expose_secret());
        }
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(TIMEOUT));
        let (connection, driver) = MultiplexedConnection::new_with_config(&info, BoundedStream::new(stream), config)
            .await
            .map_err(|error| redis_error(&error))?;
        // The task ends when the last clone of the connection is dropped.
        tokio::spawn(driver);
        Ok(connection)
    }
}

/// The current connection, if there is one.
#[derive(Default)]
pub(super) struct Connection(Mutex<Option<MultiplexedConnection>>);

impl Connection {
    /// Runs a command, and repeats it over a new connection if the current one has broken.
    pub(super) async fn query<T: FromRedisValue>(&self, target: &Target, command: &Cmd) -> Result<T, Error> {
        let current = self.0.lock().await.clone();
        if let Some(mut connection) = current {
            match command.query_async(&mut connection).await {
                Err(error) if is_broken(&error) => *self.0.lock().await = None,
                result => return result.map_err(|error| redis_error(&error)),
            }
        }
        let connected = tokio::time::timeout(TIMEOUT, target.connect()).await;
        let mut connection = connected.unwrap_or_else(|_| Err(Error::unavailable("connecting to Redis timed out")))?;
        *self.0.lock().await = Some(connection.clone());
        let result = command.query_async(&mut connection).await;
        if result.as_ref().is_err_and(is_broken) {
            *self.0.lock().await = None;
        }
        result.map_err(|error| redis_error(&error))
    }
}

/// Returns true if the connection must be replaced.
fn is_broken(error: &RedisError) -> bool {
    error.is_io_error() || error.is_timeout() || error.is_connection_dropped() || error.is_unrecoverable_error()
}

/// Converts an error, of which only the code is retained: the server's text may contain parts of a command.
fn redis_error(error: &RedisError) -> Error {
    let code = error.code().filter(|code| code.bytes().all(|byte| byte.is_ascii_uppercase()));
    Error::unavailable(match code {
        Some(code) => format!("Redis returned the error {code}"),
        None => format!("the Redis command failed: {:?}", error.kind()),
    })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let escaped = (*first == b'%').then(|| hex_byte(rest)).flatten();
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[2..];
            }
            None => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex_byte(rest: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(rest.get(..2)?).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_parsed_with_user_password_and_database() {
        let target = Target::parse("rediss://us%40er:p%2Fw%25@cache.example.com:7000/3").expect("a URL");
        assert_eq!((target.host.as_str(), target.port, target.database), ("cache.example.com", 7000, 3));
        assert_eq!(target.username.as_deref(), Some("us@er"));
        assert_eq!(target.password.expect("a password").expose_secret(), "p/w%");
        let target = Target::parse("redis://:secret@[::1]").expect("a URL");
        assert_eq!((target.host.as_str(), target.port, target.loopback), ("::1", 6379, true));
        assert!(target.username.is_none() && target.password.is_some());
    }

    #[test]
    fn an_invalid_url_is_rejected_without_displaying_it() {
        for text in ["", "canary", "http://canary", "redis://", "rediss://canary/x", "redis:canary"] {
            let error = Target::parse(text).err().expect("an error");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }

    #[tokio::test]
    async fn another_host_without_tls_is_rejected_unless_allowed() {
        let target = Target::parse("redis://192.0.2.1").expect("a URL");
        let error = target.connect().await.expect_err("rejected");
        assert_eq!(error.kind(), crate::ErrorKind::Configuration);
        assert!(error.to_string().contains("allow_plaintext"), "{error}");
    }
}
