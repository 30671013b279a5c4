//! `yup-oauth2`: a service account whose JSON sets the token endpoint.

use std::sync::Arc;

use yup_oauth2::authenticator::DefaultAuthenticator;
use yup_oauth2::{ServiceAccountAuthenticator, ServiceAccountKey};

use super::Source;
use super::service_account::service_account;

#[derive(Clone)]
pub(crate) struct YupOauth2(Arc<DefaultAuthenticator>);

impl YupOauth2 {
    pub(crate) async fn new(endpoint: &str) -> Result<Self, String> {
        let key: ServiceAccountKey =
            serde_json::from_value(service_account(endpoint)?).map_err(|error| error.to_string())?;
        let built = ServiceAccountAuthenticator::builder(key).build().await.map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(built)))
    }
}

impl Source for YupOauth2 {
    async fn token(&self) -> Result<impl Send, String> {
        self.0.token(&["scope"]).await.map_err(|error| error.to_string())
    }
}
