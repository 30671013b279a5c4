#![doc = include_str!("../README.md")]

mod credentials;
mod environment;
#[rustfmt::skip]
mod generated;
pub mod variables;
pub mod webhook;

pub use credentials::Credentials;
pub use environment::{Endpoints, Environment};
pub use generated::{API, Client, OPERATIONS, TABLES, operation, types};
/// Runtime of the client: errors, options of clients and calls, uploads, raw requests.
pub use keyfob_client as client;
pub use keyfob_client::{Error, ErrorKind};

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
    const BASE_URL: Variable = variables::CONTACTS_BASE;
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
        let endpoints = environment.endpoints();
        ClientBuilder::new(API)
            .hosts(&["contacts", "api", "sms"])
            .base_url(endpoints.contacts.clone())
            .host_url("contacts", endpoints.contacts)
            .host_url("api", endpoints.api)
            .host_url("sms", endpoints.sms)
            .auth(auth.into(), |credentials| credentials.into_auth(&environment))
            // By Digitaleo's documentation, `Authorization: Bearer` is case-sensitive, the name included.
            .title_case_headers()
            // Error responses may have status 200; the body then names the status. Successful responses never do.
            .status_in_body()
    }
}
