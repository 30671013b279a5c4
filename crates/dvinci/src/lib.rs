#![doc = include_str!("../README.md")]

mod credentials;
mod environment;
mod files;
#[rustfmt::skip]
mod generated;
mod odata;
mod portal;
mod updates;
pub mod variables;

pub use credentials::Credentials;
pub use environment::Environment;
pub use files::ContentError;
pub use generated::{API, Client, OPERATIONS, TABLES, operation, types};
/// Runtime of the client: errors, options of clients and calls, uploads, raw requests.
pub use keyfob_client as client;
pub use keyfob_client::{Error, ErrorKind};
pub use portal::Portal;

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
        let auth = auth.into();
        let base_url = environment.base_url();
        let builder = ClientBuilder::new(API).hosts(&["feed", "apply", odata::HOST]).base_url(base_url);
        let builder = match auth.credentials().and_then(Credentials::basic) {
            Some(basic) => builder.host_credentials(odata::HOST, base_url, basic),
            None => builder.host_url(odata::HOST, base_url),
        };
        let portal = auth.credentials().map(Credentials::career_portal).cloned().unwrap_or_default();
        portal.set_hosts(builder, &environment).auth(auth, |credentials| credentials.into_auth(&environment))
    }
}
