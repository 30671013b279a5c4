#![doc = include_str!("../README.md")]

mod files;
#[rustfmt::skip]
mod generated;
mod goods;
pub mod sync;

pub use generated::{API, Client, OPERATIONS, operation, types};
pub use goods::{FaultyLine, ItemRegistration, ItemTransaction};
pub use keyfob_client::{Error, ErrorKind};
pub use keyfob_ditio::{Credentials, Environment, Scope};

use std::time::Duration;

use keyfob_client::ClientBuilder;

/// A page of a large company may take the service this long, by its documentation.
const SLOWEST_PAGE: Duration = Duration::from_secs(600);

impl Client {
    /// Opens a client. Nothing is sent; the first call fetches the first token, which also opens the files of the core
    /// API that rows link to.
    ///
    /// # Errors
    ///
    /// If a base URL or the credentials are unusable.
    pub fn new(environment: Environment, credentials: Credentials) -> Result<Self, Error> {
        let credentials = credentials.scoped(&environment, &[Scope::Reporting, Scope::Core]);
        let endpoints = environment.endpoints();
        Self::builder().base_url(endpoints.reporting).server("core", endpoints.core).credentials(credentials).build()
    }

    /// Opens a client step by step: other base URLs, a shared authenticator, time limits, retries, certificates. Files
    /// come from the host `core`.
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::new(API).read_timeout(SLOWEST_PAGE)
    }
}
