#![doc = include_str!("../README.md")]

mod credentials;
#[rustfmt::skip]
mod generated;
pub mod webhook;

pub use credentials::{Credentials, SessionToken};
pub use generated::{API, Client, OPERATIONS, operation, types};
pub use keyfob_client::{Error, ErrorKind};

use keyfob_client::{ClientBuilder, StatusCode};

/// Where the API is. No other address is documented.
pub const BASE_URL: &str = "https://api.bits.bi";

impl Client {
    /// Opens a client of the one public address. Nothing is sent; the first call fetches the first token.
    ///
    /// # Errors
    ///
    /// If the credentials are unusable.
    pub fn new(credentials: Credentials) -> Result<Self, Error> {
        Self::at(BASE_URL, credentials)
    }

    /// Opens a client of another address, such as a simulator.
    ///
    /// # Errors
    ///
    /// If the base URL or the credentials are unusable.
    pub fn at(base_url: impl Into<String>, credentials: Credentials) -> Result<Self, Error> {
        let base_url = base_url.into();
        let credentials = credentials.at(&base_url);
        Self::builder().base_url(base_url).credentials(credentials).build()
    }

    /// Opens a client step by step: a shared authenticator, time limits, retries, certificates.
    pub fn builder() -> ClientBuilder<Self> {
        // Bits says 403 as well as 401 to a token that is no longer good.
        ClientBuilder::new(API).rejection_status(StatusCode::FORBIDDEN)
    }
}
