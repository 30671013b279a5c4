//! What Ditio's token endpoint wants to see, and what its tokens are good for.

use keyfob_client::{
    Error,
    auth::{self, ClientCredentials, SecretString},
    env,
};

use crate::Environment;

/// What a token is good for: one scope for each API. A token may carry several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// The core API, and the files that reporting rows link to.
    Core,
    /// The reporting API.
    Reporting,
    /// The mass transport API.
    MassTransport,
}

impl Scope {
    /// The scope's name at the token endpoint.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Core => "ditioapiv3",
            Self::Reporting => "reportingapiv1",
            Self::MassTransport => "masstransportapiv1",
        }
    }
}

/// An API client's id and secret, created in Ditio's web application under Company Setup, Integration; or a token that
/// an administrator made there for tools that cannot fetch their own.
#[derive(Clone, Debug)]
pub struct Credentials(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Client { id: String, secret: SecretString },
    Token(SecretString),
}

impl Credentials {
    /// An API client. The secret is shown once, when the client is created.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self(Kind::Client { id: client_id.into(), secret: client_secret.into() })
    }

    /// A ready-made token. It is used until Ditio rejects it.
    pub fn token(token: impl Into<SecretString>) -> Self {
        Self(Kind::Token(token.into()))
    }

    /// Reads `DITIO_CLIENT_ID` and `DITIO_CLIENT_SECRET`, or else `DITIO_ACCESS_TOKEN`.
    ///
    /// # Errors
    ///
    /// If neither is set; the error names the variable.
    pub fn from_env() -> Result<Self, Error> {
        match (env::optional("DITIO_CLIENT_ID"), env::optional("DITIO_ACCESS_TOKEN")) {
            (None, Some(token)) => Ok(Self::token(token)),
            _ => Ok(Self::new(env::required("DITIO_CLIENT_ID")?, env::secret("DITIO_CLIENT_SECRET")?)),
        }
    }

    /// The same for `keyfob-auth`, asking for these scopes: to share one authenticator among several of Ditio's clients.
    #[must_use]
    pub fn scoped(self, environment: &Environment, scopes: &[Scope]) -> auth::Credentials {
        match self.0 {
            Kind::Token(token) => auth::Credentials::bearer(token),
            Kind::Client { id, secret } => auth::Credentials::client_credentials(
                ClientCredentials::new(environment.token_url(), id, secret)
                    .scopes(scopes.iter().map(|scope| scope.as_str())),
            ),
        }
    }
}
