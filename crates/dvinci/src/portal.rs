//! Career portals: the job feed and the apply API, which do not accept the credentials of API users.

use keyfob_client::{
    ClientBuilder, Error,
    auth::{self, SecretString},
    codegen::encode_path,
    env::{self, Process, Variables},
};

use crate::{
    environment::Environment,
    generated::{API, Client},
    variables::{PORTAL, PORTAL_PASSWORD, PORTAL_USER},
};

/// A career portal of a tenant: its name, and the user and password that are configured for it in d.vinci.
///
/// ```
/// use keyfob_dvinci::{Client, Environment, Portal};
///
/// # fn main() -> Result<(), keyfob_dvinci::Error> {
/// let tenant = Environment::tenant("your-company.dvinci-hr.com");
/// let client = Client::portal(tenant, Portal::new().named("intern").login("portal-user", "password"))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Portal {
    name: Option<String>,
    login: Option<(String, SecretString)>,
}

impl Portal {
    /// Creates the default portal of a tenant, without a login.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name of the portal, in place of the default portal.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets user and password of the portal, which are sent by HTTP Basic. The apply API always requires them; a public
    /// job feed does not.
    #[must_use]
    pub fn login(mut self, user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        self.login = Some((user.into(), password.into()));
        self
    }

    /// Reads the name from `DVINCI_PORTAL`, and the login from `DVINCI_PORTAL_USER` and `DVINCI_PORTAL_PASSWORD`. All of
    /// them are optional.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) if only one variable of the login is set.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the portal as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        let login = env::all_or_none(vars, [PORTAL_USER, PORTAL_PASSWORD])?;
        let login = login.map(|[user, password]| (user, SecretString::from(password)));
        Ok(Self { name: PORTAL.optional(vars), login })
    }

    /// Sets the hosts of the job feed and of the apply API, which have one path prefix each.
    pub(crate) fn set_hosts(self, builder: ClientBuilder<Client>, environment: &Environment) -> ClientBuilder<Client> {
        let base_url = environment.base_url().trim_end_matches('/');
        [("feed", "portal"), ("apply", "p")].into_iter().fold(builder, |builder, (host, prefix)| {
            let url = match &self.name {
                Some(name) => format!("{base_url}/{prefix}/{}", encode_path(name)),
                None => base_url.to_owned(),
            };
            match &self.login {
                Some((user, password)) => {
                    builder.host_credentials(host, url, auth::Credentials::basic(user, password.clone()))
                }
                None => builder.unauthenticated_host(host, url),
            }
        })
    }
}

impl Client {
    /// Creates a client of a career portal with default options, without an API user.
    ///
    /// It has the operations [`published_jobs`](Self::published_jobs), [`application_form`](Self::application_form) and
    /// [`submit_application`](Self::submit_application). Calls of other operations fail before a request is sent.
    ///
    /// # Errors
    ///
    /// If the base URL or the login cannot be used.
    pub fn portal(environment: Environment, portal: Portal) -> Result<Self, Error> {
        Self::portal_builder(environment, portal).build()
    }

    /// Creates a builder for a client of a career portal, with the options of [`builder`](Self::builder).
    #[expect(clippy::needless_pass_by_value, reason = "the arguments are those of `portal`")]
    pub fn portal_builder(environment: Environment, portal: Portal) -> ClientBuilder<Self> {
        portal.set_hosts(ClientBuilder::new(API).hosts(&["feed", "apply"]), &environment)
    }
}
