#![doc = include_str!("../README.md")]

#[rustfmt::skip]
mod generated;

pub use generated::{API, Client, OPERATIONS, operation, types};
pub use keyfob_client::{Error, ErrorKind};
pub use keyfob_ditio::{Credentials, Environment, Scope};

use keyfob_client::ClientBuilder;

impl Client {
    /// Opens a client. Nothing is sent; the first call fetches the first token.
    ///
    /// # Errors
    ///
    /// If a base URL or the credentials are unusable.
    pub fn new(environment: Environment, credentials: Credentials) -> Result<Self, Error> {
        let credentials = credentials.scoped(&environment, &[Scope::Core]);
        Self::builder().base_url(environment.endpoints().core).credentials(credentials).build()
    }

    /// Opens a client step by step: another base URL, a shared authenticator, time limits, retries, certificates.
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::new(API)
    }
}
