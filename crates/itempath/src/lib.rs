#![doc = include_str!("../README.md")]

mod credentials;
mod environment;
mod filter;
#[rustfmt::skip]
mod generated;
pub mod variables;

pub use credentials::Credentials;
pub use environment::Environment;
pub use filter::Filter;
pub use generated::{API, Client, OPERATIONS, TABLES, operation, types};
/// Runtime of the client: errors, options of clients and calls, uploads, raw requests.
pub use keyfob_client as client;
pub use keyfob_client::{Error, ErrorKind};

use std::time::Duration;

use keyfob_client::{
    ApiClient, AuthSource, ClientBuilder,
    env::{Variable, Variables},
    table::Table,
};

/// Read timeout: large listings of large sites take minutes.
const READ_TIMEOUT: Duration = Duration::from_secs(300);

#[doc(hidden)]
impl ApiClient for Client {
    type Environment = Environment;
    type Credentials = Credentials;

    const NAME: &'static str = API;
    const BASE_URL: Variable = variables::BASE;
    const VARIABLES: &'static [Variable] = variables::ALL;
    const CREDENTIALS: &'static [&'static [Variable]] = variables::CREDENTIALS;
    const TABLES: &'static [&'static Table] = TABLES;

    fn environment(vars: &dyn Variables) -> Result<Environment, Error> {
        Environment::from_vars(vars)
    }

    fn credentials(vars: &dyn Variables) -> Result<Credentials, Error> {
        Credentials::from_vars(vars)
    }

    fn builder(environment: Environment, auth: impl Into<AuthSource<Credentials>>) -> ClientBuilder<Self> {
        ClientBuilder::new(API)
            .hosts(&[])
            .base_url(environment.base_url())
            .auth(auth.into(), |credentials| credentials.into_auth(&environment))
            .default_read_timeout(READ_TIMEOUT)
    }
}
