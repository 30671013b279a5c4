//! Ditio's credentials, and the scopes of its tokens.

use keyfob_client::{
    AuthSource, Error,
    auth::{self, Authenticator, AuthenticatorBuilder, ClientCredentials, SecretString},
    env::{self, Process, Variables},
};

use crate::{
    Environment,
    variables::{ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, COMPANY_ID},
};

/// Scope of a token: one for each API. A token may carry several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// The core API, and, by one page of Ditio's documentation, the files that reporting rows link to.
    Core,
    /// The reporting API.
    Reporting,
    /// The mass transport API.
    MassTransport,
}

impl Scope {
    /// Returns the name of the scope at the token endpoint.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Core => "ditioapiv3",
            Self::Reporting => "reportingapiv1",
            Self::MassTransport => "masstransportapiv1",
        }
    }
}

/// Id and secret of an API client, created in Ditio's web application under Company Setup, Integration; or a token that
/// an administrator created there for tools that cannot fetch their own.
#[derive(Clone, Debug)]
pub struct Credentials {
    kind: Kind,
    company_id: Option<String>,
}

#[derive(Clone, Debug)]
enum Kind {
    Client { id: String, secret: SecretString },
    Token(SecretString),
}

impl Credentials {
    /// Creates the credentials of an API client. Ditio shows the secret once, when the client is created.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self::of(Kind::Client { id: client_id.into(), secret: client_secret.into() })
    }

    /// Creates credentials from an existing access token, which is used until Ditio rejects it.
    pub fn token(token: impl Into<SecretString>) -> Self {
        Self::of(Kind::Token(token.into()))
    }

    fn of(kind: Kind) -> Self {
        Self { kind, company_id: None }
    }

    /// Reads `DITIO_CLIENT_ID` and `DITIO_CLIENT_SECRET`, or else `DITIO_ACCESS_TOKEN`; and `DITIO_COMPANY_ID`, which
    /// is optional.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) if neither kind of credentials is set. The message names the
    /// first unset variable.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the credentials as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        let credentials = if env::uses_alternative(vars, ACCESS_TOKEN, [CLIENT_ID, CLIENT_SECRET]) {
            Self::token(ACCESS_TOKEN.required_secret(vars)?)
        } else {
            Self::new(CLIENT_ID.required(vars)?, CLIENT_SECRET.required_secret(vars)?)
        };
        Ok(Self { company_id: COMPANY_ID.optional(vars), ..credentials })
    }

    /// Sets the id of the company that the credentials belong to; see [`company_id`](Self::company_id).
    #[must_use]
    pub fn with_company_id(self, id: impl Into<String>) -> Self {
        Self { company_id: Some(id.into()), ..self }
    }

    /// Returns the id of the company that the credentials belong to, if it was configured.
    ///
    /// Clients do not use it. Some request bodies repeat it: `ProjectCreate::new(company_id, number)`.
    #[must_use]
    pub fn company_id(&self) -> Option<&str> {
        self.company_id.as_deref()
    }

    /// Converts to OAuth 2.0 credentials that request these scopes.
    #[doc(hidden)]
    #[must_use]
    pub fn into_oauth(self, environment: &Environment, scopes: &[Scope]) -> auth::Credentials {
        match self.kind {
            Kind::Token(token) => auth::Credentials::bearer(token),
            Kind::Client { id, secret } => auth::Credentials::client_credentials(
                ClientCredentials::new(environment.token_url(), id, secret)
                    .scopes(scopes.iter().map(|scope| scope.as_str())),
            ),
        }
    }
}

impl From<Credentials> for AuthSource<Credentials> {
    fn from(credentials: Credentials) -> Self {
        Self::vendor(credentials)
    }
}

/// Creates a builder for an authenticator that several of Ditio's clients share: one token with these scopes.
///
/// The builder has options for the certificates, the proxy and the token store of token requests.
///
/// ```
/// use keyfob_ditio::{Credentials, Environment, Scope, authenticator};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let credentials = Credentials::new("client-id", "client-secret");
/// let shared = authenticator(&Environment::Test, credentials, &[Scope::Core, Scope::Reporting]).build()?;
/// // keyfob_ditio_core::Client::new(Environment::Test, shared.clone())?;
/// // keyfob_ditio_reporting::Client::new(Environment::Test, shared)?;
/// # Ok(())
/// # }
/// ```
pub fn authenticator(environment: &Environment, credentials: Credentials, scopes: &[Scope]) -> AuthenticatorBuilder {
    Authenticator::builder(credentials.into_oauth(environment, scopes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: [(&str, &str); 2] = [("DITIO_CLIENT_ID", "id"), ("DITIO_CLIENT_SECRET", "secret")];

    #[test]
    fn a_client_is_preferred_to_a_token_and_the_company_is_optional() {
        let token = ("DITIO_ACCESS_TOKEN", "token");
        let both = Credentials::from_vars(&[CLIENT[0], CLIENT[1], token]).unwrap();
        assert!(matches!(both.kind, Kind::Client { .. }) && both.company_id().is_none());
        let token = Credentials::from_vars(&[token, ("DITIO_COMPANY_ID", "7")]).unwrap();
        assert!(matches!(token.kind, Kind::Token(_)));
        assert_eq!(token.company_id(), Some("7"));
        let error = Credentials::from_vars(&[CLIENT[0]]).unwrap_err();
        assert!(error.to_string().contains("DITIO_CLIENT_SECRET is not set"), "{error}");
    }
}
