//! `aws-smithy-runtime`: its identity cache around a token request with reqwest.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityFuture, ResolveCachedIdentity as _, ResolveIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

use super::Source;

/// Resolver that requests a token from the endpoint.
#[derive(Debug)]
struct Resolver {
    http: reqwest::Client,
    endpoint: String,
}

impl Resolver {
    async fn fetch(&self) -> Result<Identity, BoxError> {
        let form = [("grant_type", "client_credentials"), ("client_id", "client"), ("client_secret", "secret")];
        let response = self.http.post(&self.endpoint).form(&form).send().await?.error_for_status()?;
        let body: Value = response.json().await?;
        let token = body["access_token"].as_str().ok_or("no token")?.to_owned();
        let lifetime = Duration::from_secs(body["expires_in"].as_u64().ok_or("no lifetime")?);
        Ok(Identity::new(token, Some(SystemTime::now() + lifetime)))
    }
}

impl ResolveIdentity for Resolver {
    fn resolve_identity<'a>(&'a self, _: &'a RuntimeComponents, _: &'a ConfigBag) -> IdentityFuture<'a> {
        IdentityFuture::new(self.fetch())
    }
}

#[derive(Clone)]
pub(crate) struct Aws {
    cache: SharedIdentityCache,
    resolver: SharedIdentityResolver,
    components: RuntimeComponents,
    settings: Arc<ConfigBag>,
}

impl Aws {
    pub(crate) fn new(endpoint: &str) -> Result<Self, String> {
        // The builder for tests sets the components that an identity cache does not use.
        let components = RuntimeComponentsBuilder::for_tests()
            .with_time_source(Some(SystemTimeSource::new()))
            .with_sleep_impl(Some(TokioSleep::new()))
            .build()
            .map_err(|error| error.to_string())?;
        let resolver = Resolver { http: reqwest::Client::new(), endpoint: endpoint.to_owned() };
        Ok(Self {
            cache: IdentityCache::lazy().build(),
            resolver: SharedIdentityResolver::new(resolver),
            components,
            settings: Arc::new(ConfigBag::base()),
        })
    }
}

impl Source for Aws {
    async fn token(&self) -> Result<impl Send, String> {
        let resolved = self.cache.resolve_cached_identity(self.resolver.clone(), &self.components, &self.settings);
        resolved.await.map_err(|error| error.to_string())
    }
}
