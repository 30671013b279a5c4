//! A connection to Redis over our own TLS, made anew when it breaks.
//!
//! Not the redis crate's own manager: that would start a task when it is built, stay with the runtime that built it,
//! and configure TLS for the whole process.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, ErrorKind, FromRedisValue, RedisConnectionInfo, RedisError, RedisResult};
use reqwest::Url;
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;

use crate::endpoint::is_loopback;
use crate::error::Error;
use crate::transport::TransportConfig;

/// A server that takes longer than this to connect or to answer is down.
const LIMIT: Duration = Duration::from_secs(1);

/// Where the server is and how to get there.
#[derive(Clone)]
pub(super) struct Target {
    host: String,
    port: u16,
    tls: bool,
    local: bool,
    username: Option<String>,
    password: Option<SecretString>,
    database: i64,
    pub(super) plain: bool,
    pub(super) transport: TransportConfig,
}

impl Target {
    /// Reads an address. Its text never shows in the error: it may hold a password.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::configuration(format!("the Redis address {why}; give rediss://host:6379/0"));
        let url = Url::parse(text.trim()).map_err(|_| wrong("is not one"))?;
        let tls = match url.scheme() {
            "rediss" => true,
            "redis" => false,
            _ => return Err(wrong("begins with neither rediss:// nor redis://")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("names no host"))?;
        let decoded = |text: &str| percent_decoded(text).ok_or_else(|| wrong("holds a name that is not UTF-8"));
        let database = url.path().trim_matches('/');
        Ok(Self {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port().unwrap_or(6379),
            tls,
            local: is_loopback(&url),
            username: (!url.username().is_empty()).then(|| decoded(url.username())).transpose()?,
            password: url.password().map(decoded).transpose()?.map(SecretString::from),
            database: if database.is_empty() { 0 } else { database.parse().map_err(|_| wrong("names no database"))? },
            plain: false,
            transport: TransportConfig::new(),
        })
    }

    async fn connect(&self) -> Result<MultiplexedConnection, Error> {
        if !self.tls && !self.local && !self.plain {
            return Err(Error::configuration(
                "this Redis address is without TLS, which would show tokens to the network; use rediss://, or \
                 RedisStore::allow_plaintext if that network is your own",
            ));
        }
        let cannot = |error: std::io::Error| {
            Error::unavailable(format!("Redis cannot be reached: {}", error.kind())).with_source(error)
        };
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(cannot)?;
        stream.set_nodelay(true).map_err(cannot)?;
        if !self.tls {
            return self.greet(stream).await;
        }
        let mut config = self.transport.tls()?;
        config.alpn_protocols.clear();
        let name = ServerName::try_from(self.host.clone())
            .map_err(|error| Error::configuration("the Redis host is no name for TLS").with_source(error))?;
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(cannot)?;
        self.greet(stream).await
    }

    async fn greet(
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
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(LIMIT));
        let (connection, driver) =
            MultiplexedConnection::new_with_config(&info, stream, config).await.map_err(|error| down(&error))?;
        // It ends with the last clone of the connection.
        tokio::spawn(driver);
        Ok(connection)
    }
}

/// The connection, while there is one.
#[derive(Default)]
pub(super) struct Link(Mutex<Option<MultiplexedConnection>>);

impl Link {
    /// Asks the server; once more over a new connection if the present one has broken in the meantime. Nothing if the
    /// answer is not of the type that it should be.
    pub(super) async fn ask<T: FromRedisValue>(&self, target: &Target, command: &Cmd) -> Result<Option<T>, Error> {
        let present = self.0.lock().await.clone();
        if let Some(mut connection) = present {
            match command.query_async(&mut connection).await {
                Err(error) if is_broken(&error) => *self.0.lock().await = None,
                answer => return typed(answer),
            }
        }
        let connected = tokio::time::timeout(LIMIT, target.connect()).await;
        let mut connection =
            connected.unwrap_or_else(|_| Err(Error::unavailable("Redis cannot be reached in time")))?;
        *self.0.lock().await = Some(connection.clone());
        let answer = command.query_async(&mut connection).await;
        if answer.as_ref().is_err_and(is_broken) {
            *self.0.lock().await = None;
        }
        typed(answer)
    }
}

/// Whether the connection is to blame.
fn is_broken(error: &RedisError) -> bool {
    error.is_io_error() || error.is_timeout() || error.is_connection_dropped() || error.is_unrecoverable_error()
}

fn typed<T>(answer: RedisResult<T>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code() == Some("WRONGTYPE") => Ok(None),
        Err(error) if matches!(error.kind(), ErrorKind::UnexpectedReturnType | ErrorKind::Parse) => Ok(None),
        Err(error) => Err(down(&error)),
    }
}

/// The server's own words may hold pieces of what it was sent, so that only their code is kept.
fn down(error: &RedisError) -> Error {
    let code = error.code().filter(|code| code.bytes().all(|byte| byte.is_ascii_uppercase()));
    Error::unavailable(match code {
        Some(code) => format!("Redis answered {code}"),
        None => format!("Redis is of no use: {:?}", error.kind()),
    })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let escaped = (*first == b'%').then(|| text_of(rest)).flatten();
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

fn text_of(rest: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(rest.get(..2)?).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_user_password_and_database() {
        let target = Target::parse("rediss://us%40er:p%2Fw%25@cache.example.com:7000/3").expect("an address");
        assert_eq!((target.host.as_str(), target.port, target.database), ("cache.example.com", 7000, 3));
        assert_eq!(target.username.as_deref(), Some("us@er"));
        assert_eq!(target.password.expect("a password").expose_secret(), "p/w%");
        let target = Target::parse("redis://:secret@[::1]").expect("an address");
        assert_eq!((target.host.as_str(), target.port, target.local), ("::1", 6379, true));
        assert!(target.username.is_none() && target.password.is_some());
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused_without_showing_it() {
        for text in ["", "canary", "http://canary", "redis://", "rediss://canary/x", "redis:canary"] {
            let error = Target::parse(text).err().expect("an error");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }

    #[tokio::test]
    async fn another_machine_is_not_reached_without_tls_unless_allowed_by_name() {
        let target = Target::parse("redis://192.0.2.1").expect("an address");
        let error = target.connect().await.expect_err("refused");
        assert_eq!(error.kind(), crate::ErrorKind::Configuration);
        assert!(error.to_string().contains("allow_plaintext"), "{error}");
    }
}
