//! The construction of clients that all API crates share, for code that is generic over APIs.

use std::fmt::Debug;

use crate::{
    auth_source::AuthSource,
    builder::ClientBuilder,
    env::{Process, Variable, Variables},
    error::Error,
    session::Session,
    table::Table,
};

/// The client of an API, for code that is generic over APIs.
///
/// Every API crate's `Client` implements this trait. It also has the constructors as inherent methods, so other code
/// need not import the trait.
///
/// ```
/// use keyfob_client::{ApiClient, Error, env::Variables};
///
/// fn open<C: ApiClient>(vars: &dyn Variables) -> Result<C, Error> {
///     C::builder(C::environment(vars)?, C::credentials(vars)?).build()
/// }
/// ```
pub trait ApiClient: AsRef<Session> + From<Session> + Clone + Send + Sync + 'static {
    /// Base URLs of the API's hosts.
    type Environment: Clone + Debug;
    /// Credentials that the vendor issues.
    type Credentials: Clone + Debug + Into<AuthSource<Self::Credentials>>;

    /// Name of the API, for example `ditio-core`.
    const NAME: &'static str;
    /// Variable with the base URL of the API's default host.
    const BASE_URL: Variable;
    /// All variables that the environment and the credentials are read from.
    const VARIABLES: &'static [Variable];
    /// Variables of each kind of credentials, in order of preference.
    const CREDENTIALS: &'static [&'static [Variable]];
    /// Tables of the API: the listings that can be copied.
    const TABLES: &'static [&'static Table];

    /// Reads the environment from variables.
    ///
    /// # Errors
    ///
    /// If a required variable is unset ([`ErrorKind::Auth`](crate::ErrorKind::Auth)), or variables contradict each
    /// other. The message names the variables.
    fn environment(vars: &dyn Variables) -> Result<Self::Environment, Error>;

    /// Reads the credentials from variables.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](crate::ErrorKind::Auth) if a required variable is unset. The message names the variable.
    fn credentials(vars: &dyn Variables) -> Result<Self::Credentials, Error>;

    /// Starts building a client with options.
    fn builder(environment: Self::Environment, auth: impl Into<AuthSource<Self::Credentials>>) -> ClientBuilder<Self>;

    /// Opens a client with default options.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    fn new(environment: Self::Environment, auth: impl Into<AuthSource<Self::Credentials>>) -> Result<Self, Error> {
        Self::builder(environment, auth).build()
    }

    /// Opens a client from a map of variables.
    ///
    /// # Errors
    ///
    /// As [`environment`](Self::environment), [`credentials`](Self::credentials), [`ClientBuilder::variables`] and
    /// [`ClientBuilder::build`].
    fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        Self::builder(Self::environment(vars)?, Self::credentials(vars)?).variables(vars)?.build()
    }

    /// Opens a client from the variables of the process's environment.
    ///
    /// # Errors
    ///
    /// As [`from_vars`](Self::from_vars).
    fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }
}

/// Defines the constructors of [`ApiClient`] as inherent methods of a client, so that users need not import the trait.
#[doc(hidden)]
#[macro_export]
macro_rules! client_constructors {
    ($client:ident, $environment:ty, $credentials:ty) => {
        impl $client {
            /// Opens a client from the variables of the process's environment.
            ///
            /// [`Environment::from_env`](super::Environment::from_env) and
            /// [`Credentials::from_env`](super::Credentials::from_env) list the variables. In addition, `KEYFOB_CA`
            /// names a file of root certificates (PEM) to trust besides those of the platform. Sends nothing; the first
            /// call fetches the first token.
            ///
            /// # Errors
            ///
            /// If a required variable is unset ([`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth)), variables
            /// contradict each other, or a value cannot be used. The message names the variables.
            pub fn from_env() -> ::std::result::Result<Self, $crate::Error> {
                <Self as $crate::ApiClient>::from_env()
            }

            /// Opens a client as [`from_env`](Self::from_env) does, from any map of variables.
            ///
            /// # Errors
            ///
            /// As [`from_env`](Self::from_env).
            pub fn from_vars(vars: &dyn $crate::env::Variables) -> ::std::result::Result<Self, $crate::Error> {
                <Self as $crate::ApiClient>::from_vars(vars)
            }

            /// Opens a client with default options.
            ///
            /// `auth` is the vendor's credentials, or an `Authenticator` that several clients share. Sends nothing; the
            /// first call fetches the first token.
            ///
            /// # Errors
            ///
            /// If a base URL is missing or invalid, or the credentials cannot be used.
            pub fn new(
                environment: $environment,
                auth: impl ::std::convert::Into<$crate::AuthSource<$credentials>>,
            ) -> ::std::result::Result<Self, $crate::Error> {
                <Self as $crate::ApiClient>::new(environment, auth)
            }

            /// Starts building a client with options: time limits, retries, certificates, a proxy, a token store.
            ///
            /// The arguments are those of [`new`](Self::new). Errors are returned by
            /// [`build`](keyfob_client::ClientBuilder::build).
            pub fn builder(
                environment: $environment,
                auth: impl ::std::convert::Into<$crate::AuthSource<$credentials>>,
            ) -> $crate::ClientBuilder<Self> {
                <Self as $crate::ApiClient>::builder(environment, auth)
            }
        }
    };
}
