//! `google-cloud-auth`: an authorized user, because its service accounts sign tokens locally, without a token request.

use google_cloud_auth::credentials::{Credentials, user_account};
use http::Extensions;
use serde_json::json;

use super::Source;

#[derive(Clone)]
pub(crate) struct GoogleCloud(Credentials);

impl GoogleCloud {
    pub(crate) fn new(endpoint: &str) -> Result<Self, String> {
        let user = json!({
            "type": "authorized_user",
            "client_id": "client",
            "client_secret": "secret",
            "refresh_token": "refresh",
        });
        let built = user_account::Builder::new(user).with_token_uri(endpoint).build();
        built.map(Self).map_err(|error| error.to_string())
    }
}

impl Source for GoogleCloud {
    async fn token(&self) -> Result<impl Send, String> {
        self.0.headers(Extensions::new()).await.map_err(|error| error.to_string())
    }
}
