#![doc = include_str!("../README.md")]

mod credentials;
mod files;
#[rustfmt::skip]
mod generated;
mod portal;
mod updates;

pub use credentials::Credentials;
pub use files::ContentError;
pub use generated::{API, Client, OPERATIONS, operation, types};
pub use keyfob_client::{Error, ErrorKind};
pub use portal::Portal;

use keyfob_client::ClientBuilder;

impl Client {
    /// Opens a client of a tenant, by its origin: `https://your-company.dvinci-hr.com`. Nothing is sent; the first call
    /// fetches the first token.
    ///
    /// The job feed and the apply API are taken to be on the same origin, and never see the credentials. A portal that
    /// wants its own user and password has a client of its own, [`Client::portal`].
    ///
    /// # Errors
    ///
    /// If the origin or the credentials are unusable.
    pub fn new(origin: impl Into<String>, credentials: Credentials) -> Result<Self, Error> {
        let origin = origin.into();
        let credentials = credentials.at(&origin);
        Self::builder()
            .open_server("feed", origin.clone())
            .open_server("apply", origin.clone())
            .base_url(origin)
            .credentials(credentials)
            .build()
    }

    /// Opens a client step by step: portals, a shared authenticator, time limits, retries, certificates.
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::new(API)
    }
}
