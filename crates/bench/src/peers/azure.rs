//! `azure_identity`: a client secret credential, alone and behind `azure_core`'s bearer policy, as in Azure clients.

use std::hint::black_box;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::TokenCredential;
use azure_core::http::headers::Headers;
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{
    AsyncRawResponse, ClientOptions, Context, HttpClient, Method, Request, StatusCode, Transport, Url, new_http_client,
};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::{AnySource, Source};

const SCOPES: &[&str] = &["https://api.example.com/.default"];

/// Azure's HTTP client, redirected to plain http, because the credential accepts https authorities only.
#[derive(Debug)]
struct Plain(Arc<dyn HttpClient>);

#[async_trait]
impl HttpClient for Plain {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut request = request.clone();
        // `set_scheme` cannot fail between http and https.
        let _ = request.url_mut().set_scheme("http");
        self.0.execute_request(&request).await
    }
}

#[derive(Clone)]
pub(crate) struct Azure(Arc<ClientSecretCredential>);

impl Azure {
    pub(crate) fn new(origin: &str) -> Result<Self, String> {
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = origin.replacen("http://", "https://", 1);
        let client_options = ClientOptions {
            cloud: Some(Arc::new(CloudConfiguration::from(cloud))),
            transport: Some(Transport::new(Arc::new(Plain(new_http_client(None))))),
            ..ClientOptions::default()
        };
        let options = ClientSecretCredentialOptions { client_options };
        let built = ClientSecretCredential::new("tenant", "client".to_owned(), "secret".into(), Some(options));
        built.map(Self).map_err(|error| error.to_string())
    }
}

impl Source for Azure {
    async fn token(&self) -> Result<impl Send, String> {
        self.0.get_token(SCOPES, None).await.map_err(|error| error.to_string())
    }
}

/// Bearer policy around the same credential, with a request that is not sent.
#[derive(Clone)]
pub(crate) struct AzurePolicy {
    policy: Arc<BearerTokenAuthorizationPolicy>,
    next: [Arc<dyn Policy>; 1],
    url: Url,
}

/// Policy that responds without sending.
#[derive(Debug)]
struct Nowhere;

#[expect(elided_lifetimes_in_paths, reason = "the trait elides it, and async_trait requires the same signature")]
#[async_trait]
impl Policy for Nowhere {
    async fn send(&self, _: &Context, _: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
        Ok(AsyncRawResponse::from_bytes(StatusCode::Ok, Headers::new(), ""))
    }
}

impl AzurePolicy {
    pub(crate) fn new(origin: &str) -> Result<Self, String> {
        let policy = BearerTokenAuthorizationPolicy::new(Azure::new(origin)?.0, SCOPES.iter().copied());
        let url = Url::parse("https://api.example.com/items").map_err(|error| error.to_string())?;
        Ok(Self { policy: Arc::new(policy), next: [Arc::new(Nowhere)], url })
    }

    async fn send(&self, request: &mut Request) -> Result<(), String> {
        let sent = self.policy.send(&Context::default(), request, &self.next).await;
        sent.map(|response| drop(black_box(response))).map_err(|error| error.to_string())
    }
}

impl AnySource for AzurePolicy {
    fn once(&self) -> BoxFuture<'static, Result<(), String>> {
        let this = self.clone();
        async move { this.send(&mut Request::new(this.url.clone(), Method::Get)).await }.boxed()
    }

    /// Reuses one request, because creating requests is not measured.
    fn many(&self, calls: u64) -> BoxFuture<'static, ()> {
        let this = self.clone();
        async move {
            let mut request = Request::new(this.url.clone(), Method::Get);
            for _ in 0..calls {
                let _ = this.send(&mut request).await;
            }
        }
        .boxed()
    }
}
