//! Career portals: the job feed and the apply API, which know no API users.

use base64::{Engine, engine::general_purpose::STANDARD};
use keyfob_client::{
    Error, auth,
    auth::{ExposeSecret, SecretString},
    codegen::encode_path,
    header::AUTHORIZATION,
};

use crate::Client;

/// One career portal of a tenant, and the user and password that are set on it.
///
/// ```
/// use keyfob_dvinci::{Client, Portal};
///
/// # fn main() -> Result<(), keyfob_dvinci::Error> {
/// let portal = Portal::new("https://your-company.dvinci-hr.com").named("intern").login("portal-user", "password");
/// let client = Client::portal(portal)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Portal {
    origin: String,
    name: Option<String>,
    login: Option<(String, SecretString)>,
}

impl Portal {
    /// The default portal at a tenant's origin.
    pub fn new(origin: impl Into<String>) -> Self {
        Self { origin: origin.into(), name: None, login: None }
    }

    /// The portal of this name instead of the default one.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// User and password of the portal, sent by HTTP Basic. A public feed needs none, the apply API always does.
    #[must_use]
    pub fn login(mut self, user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        self.login = Some((user.into(), password.into()));
        self
    }

    /// The origin, followed by the portal's part of the path. The feed and the apply API have different ones.
    fn base(&self, prefix: &str) -> String {
        let origin = self.origin.trim_end_matches('/');
        self.name.as_ref().map_or_else(|| origin.to_owned(), |name| format!("{origin}/{prefix}/{}", encode_path(name)))
    }
}

impl Client {
    /// Opens a client of a career portal: of [`published_jobs`](Self::published_jobs),
    /// [`application_form`](Self::application_form) and [`submit_application`](Self::submit_application). The other
    /// operations are rejected before anything is sent.
    ///
    /// # Errors
    ///
    /// If the origin or the login are unusable.
    pub fn portal(portal: Portal) -> Result<Self, Error> {
        let (feed, apply) = (portal.base("portal"), portal.base("p"));
        let builder = Self::builder();
        let Some((user, password)) = portal.login else {
            return builder.open_server("feed", feed).open_server("apply", apply).build();
        };
        let basic = STANDARD.encode(format!("{user}:{}", password.expose_secret()));
        let header = (AUTHORIZATION, SecretString::from(format!("Basic {basic}")));
        let credentials = auth::Credentials::headers([header]);
        builder.server("feed", feed).server("apply", apply).credentials(credentials).build()
    }
}
