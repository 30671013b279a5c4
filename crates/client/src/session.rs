//! One client's connection to one API: where it is, how it is reached, how it is authorized.

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use keyfob_auth::{Authenticator, Clock};
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

use crate::{
    CallOptions, Error, ErrorKind, Operation, Pending, RawRequest, RetryPolicy,
    decode::{
        WireStruct, WireValue,
        body::{self, BodyDecoder},
    },
    execute::Whole,
    outgoing::Outgoing,
    path::Path,
    response::{Answer, AnyValue},
    retry::Budget,
};

/// What a generated client holds: cheap to clone, shared by all clones.
#[derive(Clone)]
pub struct Session(pub(crate) Arc<Inner>);

/// Aligned, so that the count of its owners, which every call changes, has its cache lines for itself.
#[repr(align(128))]
pub(crate) struct Inner {
    pub(crate) api: &'static str,
    pub(crate) http: reqwest::Client,
    pub(crate) authenticator: Option<Authenticator>,
    pub(crate) servers: Vec<Server>,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Budget,
    #[cfg(feature = "rate-limit")]
    pub(crate) limiter: Option<crate::rate_limit::Limiter>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) largest_answer: u64,
    pub(crate) rejections: Vec<StatusCode>,
    pub(crate) status_in_body: bool,
    pub(crate) clock: Clock,
}

impl Inner {
    /// What authorizes calls to the host of this name.
    pub(crate) fn authenticator_for(&self, server: &str) -> Option<&Authenticator> {
        let open = self.servers.iter().any(|known| known.name == server && !known.authorized);
        self.authenticator.as_ref().filter(|_| !open)
    }
}

/// One of the API's hosts.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) url: Url,
    /// Whether it is shown the credentials.
    pub(crate) authorized: bool,
}

impl Session {
    /// The API's name, for example `ditio-core`.
    #[must_use]
    pub fn api(&self) -> &'static str {
        self.0.api
    }

    /// The authenticator, to share it with another client or to ask about its token.
    #[must_use]
    pub fn authenticator(&self) -> Option<&Authenticator> {
        self.0.authenticator.as_ref()
    }

    /// The HTTP client. Requests sent with it directly are neither authorized nor retried.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// A request to any path of this API, authorized and retried like all others: for what the typed client lacks.
    ///
    /// ```
    /// # async fn example(session: keyfob_client::Session) -> Result<(), keyfob_client::Error> {
    /// let rows = session
    ///     .request(keyfob_client::Method::GET, "/api/new-thing")
    ///     .query(&[("year", "2026")])
    ///     .send::<serde_json::Value>()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: reqwest::Method, path: &str) -> RawRequest {
        RawRequest::new(self.clone(), method, path)
    }

    /// The address of `path`, which starts with a slash and is encoded, on the host that serves `operation`.
    ///
    /// # Errors
    ///
    /// If no base URL was given for that host.
    pub fn url(&self, operation: &Operation, path: &str) -> Result<Url, Error> {
        self.join(operation.server, path).map_err(|error| error.at(self.0.api, operation))
    }

    /// The address of a path on this host.
    pub(crate) fn join(&self, server: &str, path: &str) -> Result<Url, Error> {
        let mut joined = Path::new(self.base(server)?);
        joined.text("/");
        joined.text(path.trim_start_matches('/'));
        joined.url()
    }

    /// The path of an operation, of which there is nothing yet.
    pub(crate) fn path(&self, operation: &Operation) -> Result<Path<'_>, Error> {
        self.base(operation.server).map(Path::new).map_err(|error| error.at(self.0.api, operation))
    }

    fn base(&self, server: &str) -> Result<&Url, Error> {
        let known = self.0.servers.iter().find(|known| known.name == server).map(|known| &known.url);
        known.ok_or_else(|| {
            Error::new(
                ErrorKind::Rejected,
                format!("no base URL for the host `{server}`: give it to the client's builder"),
            )
        })
    }

    /// Sends a request and decodes its JSON answer into a generated struct.
    pub fn record<T: WireStruct + Send + Sync + 'static>(
        self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
    ) -> Pending<T> {
        Pending::new(self.decoded(operation, request, call, BodyDecoder::of_struct::<T>()))
    }

    /// Sends a request and decodes its JSON answer into a list, or whatever else it is.
    pub fn value<T: WireValue + Send + Sync + 'static>(
        self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
    ) -> Pending<T> {
        Pending::new(self.decoded(operation, request, call, BodyDecoder::of_value::<T>()))
    }

    /// Sends a request and decodes its JSON answer into a type of the caller's.
    pub(crate) fn foreign<T: DeserializeOwned + Send + Sync + 'static>(
        self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
    ) -> Pending<T> {
        self.whole(operation, request, call, |answer| Ok(Box::new(body::json::<T>(answer)?)))
    }

    /// Sends a request whose answer has no body worth reading.
    pub fn empty(
        self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
    ) -> Pending<()> {
        self.whole(operation, request, call, |_| Ok(Box::new(())))
    }

    /// Sends a request whose answer is text.
    pub fn text(
        self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
    ) -> Pending<String> {
        self.whole(operation, request, call, |answer| Ok(Box::new(body::text(answer)?)))
    }

    /// Sends a request, reads its answer to the end and makes a `T` of it.
    pub(crate) fn whole<T>(
        self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
        decode: fn(&mut Whole) -> Result<AnyValue, Error>,
    ) -> Pending<T> {
        Pending::new(self.decoded(operation, request, call, BodyDecoder::Custom(decode)))
    }

    /// All of it that does not depend on the type.
    fn decoded(
        self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
        decoder: BodyDecoder,
    ) -> BoxFuture<'static, Result<Answer, Error>> {
        Box::pin(async move {
            let mut answer = self.buffered(operation, request, call, Vec::new()).await?;
            let value = decoder.decode(&mut answer).map_err(|error| error.at(self.0.api, operation))?;
            Ok(Answer { status: answer.status, headers: answer.headers, value })
        })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers: Vec<_> = self.0.servers.iter().map(|server| server.url.as_str()).collect();
        f.debug_struct("Session").field("api", &self.0.api).field("servers", &servers).finish_non_exhaustive()
    }
}
