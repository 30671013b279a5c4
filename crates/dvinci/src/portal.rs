//! Career portals: the job feed and the apply API, which do not accept the credentials of API users.

use base64::{Engine, engine::general_purpose::STANDARD};
use keyfob_client::{
    ClientBuilder, Error, auth,
    auth::{ExposeSecret, SecretString},
    codegen::encode_path,
    header::AUTHORIZATION,
};

use crate::{API, Client, Environment};

/// A career portal of a tenant, with the user and password that are configured for it in d.vinci.
///
/// ```
/// use keyfob_dvinci::{Client, Environment, Portal};
///
/// # fn main() -> Result<(), keyfob_dvinci::Error> {
/// let tenant = Environment::tenant("your-company.dvinci-hr.com");
/// let portal = Portal::new(tenant).named("intern").login("portal-user", "password");
/// let client = Client::portal(portal)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Portal {
    environment: Environment,
    name: Option<String>,
    login: Option<(String, SecretString)>,
}

impl Portal {
    /// Creates the default portal of a tenant.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self { environment, name: None, login: None }
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

    /// Returns the base URL followed by the portal's path, which has one prefix for the feed and another for the apply
    /// API.
    fn base(&self, prefix: &str) -> String {
        let base_url = self.environment.base_url().trim_end_matches('/');
        let named = |name: &String| format!("{base_url}/{prefix}/{}", encode_path(name));
        self.name.as_ref().map_or_else(|| base_url.to_owned(), named)
    }
}

impl Client {
    /// Creates a client of a career portal with default options.
    ///
    /// It has the operations [`published_jobs`](Self::published_jobs), [`application_form`](Self::application_form) and
    /// [`submit_application`](Self::submit_application). Calls of other operations fail before a request is sent.
    ///
    /// # Errors
    ///
    /// If the base URL or the login cannot be used.
    pub fn portal(portal: Portal) -> Result<Self, Error> {
        Self::portal_builder(portal).build()
    }

    /// Creates a builder for a client of a career portal, with the options of [`builder`](Self::builder).
    pub fn portal_builder(portal: Portal) -> ClientBuilder<Self> {
        let (feed, apply) = (portal.base("portal"), portal.base("p"));
        let builder = ClientBuilder::new(API).hosts(&["feed", "apply"]);
        let Some((user, password)) = portal.login else {
            return builder.unauthenticated_host("feed", feed).unauthenticated_host("apply", apply);
        };
        let basic = STANDARD.encode(format!("{user}:{}", password.expose_secret()));
        let header = (AUTHORIZATION, SecretString::from(format!("Basic {basic}")));
        builder.host_url("feed", feed).host_url("apply", apply).credentials(auth::Credentials::headers([header]))
    }
}
