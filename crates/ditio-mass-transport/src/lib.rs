#![doc = include_str!("../README.md")]

#[rustfmt::skip]
mod generated;

pub use generated::{API, Client, OPERATIONS, operation, types};
pub use keyfob_client::{Error, ErrorKind};
pub use keyfob_ditio::{Credentials, Environment, Scope};

use keyfob_client::ClientBuilder;

impl Client {
    /// Opens a client at the base URL that Ditio handed over. Nothing is sent; the first call fetches the first token.
    ///
    /// # Errors
    ///
    /// If the base URL or the credentials are unusable.
    pub fn new(
        base_url: impl Into<String>,
        environment: &Environment,
        credentials: Credentials,
    ) -> Result<Self, Error> {
        let credentials = credentials.scoped(environment, &[Scope::MassTransport]);
        Self::builder().base_url(base_url).credentials(credentials).build()
    }

    /// Opens a client step by step: a shared authenticator, time limits, retries, certificates.
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::new(API)
    }
}
