#![doc = include_str!("../README.md")]

mod authenticator;
mod authorization;
mod builder;
mod client_credentials;
mod clock;
mod credentials;
mod current;
mod endpoint;
mod error;
mod fetch;
mod flight;
mod http;
mod http_date;
mod json_login;
mod key;
mod lifetime;
mod members;
mod retry;
mod snapshot;
mod source;
#[cfg(feature = "store")]
mod store;
mod telemetry;
mod tls;
mod token;
mod transport;
mod version;

pub use authenticator::{Authenticator, Rejection, TokenInfo};
pub use authorization::{Authorization, Generation};
pub use builder::AuthenticatorBuilder;
pub use client_credentials::{ClientAuthentication, ClientCredentials};
pub use clock::{Clock, Elapsed, FakeClock, Sleep};
pub use credentials::Credentials;
pub use error::{Error, ErrorKind, Recovery};
pub use futures_util::future::BoxFuture;
pub use http::{TokenHttp, TokenResponse};
#[cfg(feature = "store")]
pub use version::TokenVersion;
// What keyfob-client has in common with token requests.
#[doc(hidden)]
pub use http_date::{http_date, retry_after};
pub use json_login::JsonLogin;
pub use key::CacheKey;
pub use retry::Retry;
pub use secrecy::{ExposeSecret, SecretString};
pub use source::{FetchReason, TokenRequest, TokenSource};
#[cfg(feature = "redis")]
pub use store::RedisStore;
#[cfg(feature = "store")]
pub use store::{EncryptionKey, FileStore, Lease, MemoryStore, StoredToken, TokenStore};
pub use token::{Lifetime, Token};
pub use transport::TransportConfig;
