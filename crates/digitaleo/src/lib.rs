#![doc = include_str!("../README.md")]

mod credentials;
#[rustfmt::skip]
mod generated;
mod hosts;
pub mod webhook;

pub use credentials::Credentials;
pub use generated::{API, Client, OPERATIONS, operation, types};
pub use hosts::Hosts;
pub use keyfob_client::{Error, ErrorKind};

use keyfob_client::ClientBuilder;

impl Client {
    /// Opens a client. Nothing is sent; the first call fetches the first token.
    ///
    /// # Errors
    ///
    /// If a base URL or the credentials are unusable.
    pub fn new(hosts: Hosts, credentials: Credentials) -> Result<Self, Error> {
        Self::builder()
            .credentials(credentials.at(&hosts))
            .base_url(hosts.contacts.clone())
            .server("contacts", hosts.contacts)
            .server("api", hosts.api)
            .server("sms", hosts.sms)
            .build()
    }

    /// Opens a client step by step: a shared authenticator, time limits, retries, certificates. It needs the hosts
    /// `contacts`, `api` and `sms`.
    pub fn builder() -> ClientBuilder<Self> {
        // A failure is known by the status in its body, which a successful answer does not have.
        ClientBuilder::new(API).status_in_body()
    }
}
