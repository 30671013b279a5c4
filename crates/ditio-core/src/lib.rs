#![doc = include_str!("../README.md")]

#[rustfmt::skip]
mod generated;

pub use generated::{API, Client, OPERATIONS, TABLES, operation, types};
/// Runtime of the client: errors, options of clients and calls, uploads, raw requests.
pub use keyfob_client as client;
pub use keyfob_client::{Error, ErrorKind};
pub use keyfob_ditio::{Credentials, Endpoints, Environment, Scope, authenticator, variables};

use keyfob_client::{
    ApiClient, AuthSource, ClientBuilder,
    env::{Variable, Variables},
    table::Table,
};

#[doc(hidden)]
impl ApiClient for Client {
    type Environment = Environment;
    type Credentials = Credentials;

    const NAME: &'static str = API;
    const BASE_URL: Variable = variables::API_BASE;
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
            .base_url(environment.endpoints().core)
            .auth(auth.into(), |credentials| credentials.into_oauth(&environment, &[Scope::Core]))
    }
}
