#![doc = include_str!("../README.md")]
// docs.rs sets `docsrs` and builds with a nightly compiler, which marks the items of a feature with its name.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticator;
mod builder;
mod cache;
mod clock;
mod credentials;
mod error;
mod retry;
#[cfg(feature = "store")]
mod store;
mod telemetry;
mod token;
mod transport;

pub use futures_util::future::BoxFuture;
pub use reqwest;
pub use secrecy::{ExposeSecret, SecretString};

pub use authenticator::Authenticator;
pub use builder::AuthenticatorBuilder;
pub use cache::snapshot::TokenInfo;
pub use cache::state::Rejection;
pub use clock::{Clock, Elapsed, FakeClock, Sleep};
pub use credentials::Credentials;
pub use credentials::client_credentials::{ClientAuthentication, ClientCredentials};
pub use credentials::custom::{FetchReason, TokenRequest, TokenSource};
pub use credentials::json_login::JsonLogin;
pub use error::{Error, ErrorKind, Recovery};
pub use retry::Retry;
#[cfg(feature = "redis")]
pub use store::redis::RedisStore;
#[cfg(feature = "store")]
pub use store::{
    encryption_key::EncryptionKey,
    file::FileStore,
    memory::MemoryStore,
    storage_name::StorageName,
    stored_token::StoredToken,
    token_store::{Lease, TokenStore},
};
pub use token::Token;
pub use token::authorization::{Authorization, Generation};
pub use token::cache_key::CacheKey;
pub use token::lifetime::Lifetime;
pub use token::response::TokenResponse;
#[cfg(feature = "store")]
pub use token::version::TokenVersion;
pub use transport::TransportConfig;
pub use transport::http::TokenHttp;

// Rules that API calls share with token requests. Hidden because keyfob-client is their only other user.
#[doc(hidden)]
pub use transport::endpoint::is_loopback;
#[doc(hidden)]
pub use transport::http_date::{http_date, retry_after};
