//! HTTP Basic authentication, which career portals and the OData service use.

use base64::{Engine, engine::general_purpose::STANDARD};
use keyfob_client::{
    auth::{Credentials, ExposeSecret, SecretString},
    header::AUTHORIZATION,
};

/// Returns credentials that are sent by HTTP Basic.
pub(crate) fn basic(user: &str, password: &SecretString) -> Credentials {
    let pair = STANDARD.encode(format!("{user}:{}", password.expose_secret()));
    Credentials::headers([(AUTHORIZATION, SecretString::from(format!("Basic {pair}")))])
}
