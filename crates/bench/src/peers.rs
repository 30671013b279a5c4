//! Measured token sources: Keyfob, hand-written caches and public crates, behind one interface.

#[cfg(feature = "aliri")]
mod aliri;
#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "azure")]
mod azure;
mod by_hand;
#[cfg(feature = "gcp-auth")]
mod gcp_auth;
#[cfg(feature = "google-cloud")]
mod google_cloud;
#[cfg(feature = "huskarl")]
mod huskarl;
#[cfg(feature = "middle")]
mod middle;
mod ours;
#[cfg(feature = "service-account")]
mod service_account;
#[cfg(feature = "yup-oauth2")]
mod yup_oauth2;

use std::hint::black_box;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use keyfob_bench::token_server::TokenServer;

pub(crate) use by_hand::{SharedHeader, StdRwLock, TokioMutex, TokioRwLock};
use ours::Ours;

/// Crate that provides tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Keyfob,
    #[cfg(feature = "aliri")]
    Aliri,
    #[cfg(feature = "aws")]
    Aws,
    #[cfg(feature = "azure")]
    Azure,
    #[cfg(feature = "azure")]
    AzurePolicy,
    #[cfg(feature = "gcp-auth")]
    GcpAuth,
    #[cfg(feature = "google-cloud")]
    GoogleCloud,
    #[cfg(feature = "huskarl")]
    Huskarl,
    #[cfg(feature = "middle")]
    Middle,
    #[cfg(feature = "yup-oauth2")]
    YupOauth2,
}

impl Peer {
    /// All peers, Keyfob first.
    pub(crate) const ALL: &[Self] = &[
        Self::Keyfob,
        #[cfg(feature = "middle")]
        Self::Middle,
        #[cfg(feature = "aliri")]
        Self::Aliri,
        #[cfg(feature = "azure")]
        Self::Azure,
        #[cfg(feature = "azure")]
        Self::AzurePolicy,
        #[cfg(feature = "huskarl")]
        Self::Huskarl,
        #[cfg(feature = "google-cloud")]
        Self::GoogleCloud,
        #[cfg(feature = "gcp-auth")]
        Self::GcpAuth,
        #[cfg(feature = "yup-oauth2")]
        Self::YupOauth2,
        #[cfg(feature = "aws")]
        Self::Aws,
    ];

    /// Returns the name in the tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Keyfob => "**keyfob**",
            #[cfg(feature = "aliri")]
            Self::Aliri => "aliri_tokens ¹",
            #[cfg(feature = "aws")]
            Self::Aws => "aws-smithy-runtime",
            #[cfg(feature = "azure")]
            Self::Azure => "azure_identity",
            #[cfg(feature = "azure")]
            Self::AzurePolicy => "azure_core's policy",
            #[cfg(feature = "gcp-auth")]
            Self::GcpAuth => "gcp_auth",
            #[cfg(feature = "google-cloud")]
            Self::GoogleCloud => "google-cloud-auth",
            #[cfg(feature = "huskarl")]
            Self::Huskarl => "huskarl",
            #[cfg(feature = "middle")]
            Self::Middle => "middle",
            #[cfg(feature = "yup-oauth2")]
            Self::YupOauth2 => "yup-oauth2",
        }
    }

    /// Builds a source for the endpoint of this server. Some peers fetch their first token here. Must run in a tokio
    /// runtime.
    #[allow(clippy::unused_async, reason = "only some of the crates, each behind a feature, connect asynchronously")]
    pub(crate) async fn connect(self, server: &TokenServer) -> Result<Arc<dyn AnySource>, String> {
        let endpoint = server.endpoint();
        Ok(match self {
            Self::Keyfob => Arc::new(Ours::new(&endpoint).map_err(|error| error.to_string())?),
            #[cfg(feature = "aliri")]
            Self::Aliri => Arc::new(aliri::Aliri::new(&endpoint).await?),
            #[cfg(feature = "aws")]
            Self::Aws => Arc::new(aws::Aws::new(&endpoint)?),
            #[cfg(feature = "azure")]
            Self::Azure => Arc::new(azure::Azure::new(&server.origin())?),
            #[cfg(feature = "azure")]
            Self::AzurePolicy => Arc::new(azure::AzurePolicy::new(&server.origin())?),
            #[cfg(feature = "gcp-auth")]
            Self::GcpAuth => Arc::new(gcp_auth::GcpAuth::new(&endpoint)?),
            #[cfg(feature = "google-cloud")]
            Self::GoogleCloud => Arc::new(google_cloud::GoogleCloud::new(&endpoint)?),
            #[cfg(feature = "huskarl")]
            Self::Huskarl => Arc::new(huskarl::Huskarl::new(&endpoint)?),
            #[cfg(feature = "middle")]
            Self::Middle => Arc::new(middle::Middle::new(&endpoint).await?),
            #[cfg(feature = "yup-oauth2")]
            Self::YupOauth2 => Arc::new(yup_oauth2::YupOauth2::new(&endpoint).await?),
        })
    }
}

/// Token source. Clones share the token.
pub(crate) trait Source: Clone + Send + Sync + 'static {
    /// Returns a token in the form that this crate provides.
    fn token(&self) -> impl Future<Output = Result<impl Send, String>> + Send;
}

/// Object-safe form of [`Source`].
pub(crate) trait AnySource: Send + Sync {
    /// Makes one call.
    fn once(&self) -> BoxFuture<'static, Result<(), String>>;

    /// Makes sequential calls in a loop without other work.
    fn many(&self, calls: u64) -> BoxFuture<'static, ()>;
}

impl<S: Source> AnySource for S {
    fn once(&self) -> BoxFuture<'static, Result<(), String>> {
        let source = self.clone();
        async move { source.token().await.map(drop) }.boxed()
    }

    fn many(&self, calls: u64) -> BoxFuture<'static, ()> {
        let source = self.clone();
        async move {
            for _ in 0..calls {
                drop(black_box(source.token().await));
            }
        }
        .boxed()
    }
}
