#![doc = include_str!("../README.md")]

mod credentials;
mod filter;
#[rustfmt::skip]
mod generated;

pub use credentials::Credentials;
pub use filter::Filter;
pub use generated::{API, Client, OPERATIONS, operation, types};
pub use keyfob_client::{Error, ErrorKind};

use std::time::Duration;

use keyfob_client::ClientBuilder;

/// Slow reads are usual on large sites: minutes, not seconds.
const SLOWEST_ANSWER: Duration = Duration::from_secs(300);

impl Client {
    /// Opens a client of an installation, in the cloud (`https://your-company.itempath.com`) or on premise. Nothing is
    /// sent; the first call logs in.
    ///
    /// A certificate of the plant's own needs [`Client::builder`] and its `root_certificate_pem`; plain http needs its
    /// `transport` with `allow_plain_http`.
    ///
    /// # Errors
    ///
    /// If the base URL or the credentials are unusable.
    pub fn new(base_url: impl Into<String>, credentials: Credentials) -> Result<Self, Error> {
        let base_url = base_url.into();
        let credentials = credentials.at(&base_url);
        Self::builder().base_url(base_url).credentials(credentials).build()
    }

    /// Opens a client step by step: certificates, plain http, a shared authenticator, time limits, retries.
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::new(API).read_timeout(SLOWEST_ANSWER)
    }
}
