#![doc = include_str!("../README.md")]

// First, so that rustdoc lists the constructors before the methods of the other modules.
#[rustfmt::skip]
mod generated;

mod files;
mod goods;
pub mod sync;

pub use generated::{API, Client, OPERATIONS, TABLES, operation, types};
pub use goods::{FaultyLine, ItemRegistration, ItemTransaction};
/// Runtime of the client: errors, options of clients and calls, uploads, raw requests.
pub use keyfob_client as client;
pub use keyfob_client::{Error, ErrorKind};
pub use keyfob_ditio::{Credentials, Endpoints, Environment, Scope, authenticator, variables};

use std::time::Duration;

use keyfob_client::{
    ApiClient, AuthSource, ClientBuilder,
    env::{Variable, Variables},
    table::Table,
};

/// Read timeout: by its documentation, the service may take minutes for a page of a large company.
const READ_TIMEOUT: Duration = Duration::from_secs(600);

#[doc(hidden)]
impl ApiClient for Client {
    type Environment = Environment;
    type Credentials = Credentials;

    const NAME: &'static str = API;
    const BASE_URL: Variable = variables::REPORTING_BASE;
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
        let (auth, endpoints) = (auth.into(), environment.endpoints());
        let builder = ClientBuilder::new(API).hosts(&["core"]).base_url(endpoints.reporting);
        let builder = match auth.credentials().cloned() {
            Some(credentials) => {
                // Ditio's documentation names the one scope in one place and the other in another.
                let files = credentials.into_oauth(&environment, &[Scope::Core, Scope::Reporting]);
                builder.host_credentials("core", endpoints.core, files)
            }
            None => builder.host_url("core", endpoints.core),
        };
        builder
            .auth(auth, |credentials| credentials.into_oauth(&environment, &[Scope::Reporting]))
            .default_read_timeout(READ_TIMEOUT)
    }
}
