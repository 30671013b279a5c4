//! `gcp_auth`: a service account whose JSON sets the token endpoint.

use std::sync::Arc;

use gcp_auth::{CustomServiceAccount, TokenProvider as _};

use super::Source;
use super::service_account::service_account;

#[derive(Clone)]
pub(crate) struct GcpAuth(Arc<CustomServiceAccount>);

impl GcpAuth {
    pub(crate) fn new(endpoint: &str) -> Result<Self, String> {
        let account = CustomServiceAccount::from_json(&service_account(endpoint)?.to_string());
        account.map(|account| Self(Arc::new(account))).map_err(|error| error.to_string())
    }
}

impl Source for GcpAuth {
    async fn token(&self) -> Result<impl Send, String> {
        self.0.token(&["scope"]).await.map_err(|error| error.to_string())
    }
}
