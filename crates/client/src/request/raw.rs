//! Requests to any path, authorized and retried like typed calls.

use std::{fmt, mem};

use bytes::Bytes;
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    call::{options::CallOptions, send},
    error::Error,
    operation::{Confidence, Idempotency, Operation, Security},
    request::{builder::RequestBuilder, prepared::PreparedRequest},
    response::ResponseFuture,
    session::Session,
};

/// A request to any path of an API; returned by [`Session::request`].
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest {
    session: Session,
    call: CallOptions,
    method: Method,
    path: String,
    request: Result<RequestBuilder, Error>,
}

/// Description of raw requests with an idempotent method.
pub(crate) static IDEMPOTENT: Operation = Operation {
    api: "",
    id: "request",
    summary: "A request to any path",
    method: "GET",
    path: "",
    query: &[],
    open_query: false,
    comma_separated: &[],
    headers: &[],
    required: &[],
    fixed_query: &[],
    body: "",
    body_required: false,
    host: "",
    idempotency: Idempotency::Idempotent,
    scope: None,
    security: Security::Client,
    confidence: Confidence::Inferred,
    source: "",
};
/// Description of raw requests with another method.
static NOT_IDEMPOTENT: Operation = Operation { method: "POST", idempotency: Idempotency::NotIdempotent, ..IDEMPOTENT };

impl Session {
    /// Starts a request to any path of this API, for operations without a typed method.
    ///
    /// The request is authorized, retried and rate-limited like every call. GET, HEAD, OPTIONS, PUT and DELETE count as
    /// idempotent. `path` starts with a slash and is sent percent-encoded.
    ///
    /// ```
    /// # async fn example(session: keyfob_client::Session) -> Result<(), keyfob_client::Error> {
    /// use keyfob_client::Method;
    ///
    /// let rows = session
    ///     .request(Method::GET, "/api/new-thing")
    ///     .query(&[("year", "2026")])
    ///     .header("x-company", "17")
    ///     .send::<serde_json::Value>()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> RawRequest {
        let request = self.0.url("", path).map(|url| RequestBuilder::new(method.clone(), url));
        RawRequest { session: self.clone(), call: CallOptions::default(), method, path: path.to_owned(), request }
    }
}

impl RawRequest {
    pub(crate) fn change(mut self, change: impl FnOnce(&mut RequestBuilder)) -> Self {
        if let Ok(request) = &mut self.request {
            change(request);
        }
        self
    }

    /// Sends the request to another of the API's hosts, by its name in the API's description, such as `sms`.
    ///
    /// An unknown name makes the call fail with [`ErrorKind::Rejected`](crate::ErrorKind::Rejected).
    pub fn host(mut self, name: &str) -> Self {
        let host = self.session.0.hosts.iter().find(|host| host.name == name).map(|host| host.name);
        let url = self.session.0.url(name, &self.path);
        self.request = self.request.and_then(|request| Ok(request.at_host(host.unwrap_or_default(), url?)));
        self
    }

    /// Adds query parameters: a list of pairs, or a struct whose fields are the parameters.
    pub fn query(self, query: &impl Serialize) -> Self {
        self.change(|request| request.query_pairs(query))
    }

    /// Sets the body to JSON.
    pub fn json(self, body: &impl Serialize) -> Self {
        self.change(|request| request.serialized(body, "application/json"))
    }

    /// Sets the body to a URL-encoded form (`application/x-www-form-urlencoded`): a list of pairs, or a struct whose
    /// fields are the form's fields.
    pub fn form(self, fields: &impl Serialize) -> Self {
        self.change(|request| request.form_pairs(fields))
    }

    /// Sets the body to bytes of this media type.
    pub fn body(self, body: impl Into<Bytes>, content_type: &'static str) -> Self {
        self.change(|request| request.bytes(body, content_type))
    }

    crate::call_setters!();

    /// Sends the request and decodes its JSON response. `serde_json::Value` accepts any JSON.
    ///
    /// # Errors
    ///
    /// If the request cannot be built, authorized or sent, the service rejects it, the response is not JSON of this
    /// type, or the service sends a part of the response (206) although no header requested one: see
    /// [`ErrorKind`](crate::ErrorKind).
    pub fn send<T: DeserializeOwned + Send + Sync + 'static>(self) -> ResponseFuture<T> {
        let (session, operation, request, call) = self.finish();
        send::json(session, operation, request, call)
    }

    /// Sends the request and returns the response as text.
    ///
    /// # Errors
    ///
    /// As [`send`](RawRequest::send), and if the response is not UTF-8.
    pub fn text(self) -> ResponseFuture<String> {
        let (session, operation, request, call) = self.finish();
        send::text(session, operation, request, call)
    }

    /// Sends the request and returns the body of the response, of any media type.
    ///
    /// # Errors
    ///
    /// As [`send`](RawRequest::send), except that the body is not decoded.
    pub fn bytes(self) -> ResponseFuture<Bytes> {
        let (session, operation, request, call) = self.finish();
        send::decoded_with(session, operation, request, call, |response, _| Ok(Box::new(mem::take(&mut response.body))))
    }

    pub(crate) fn finish(self) -> (Session, &'static Operation, Result<PreparedRequest, Error>, CallOptions) {
        let idempotent =
            matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE);
        let request = self.request.and_then(RequestBuilder::finish);
        (self.session, if idempotent { &IDEMPOTENT } else { &NOT_IDEMPOTENT }, request, self.call)
    }
}

/// Shows the path without its query; query, headers and body may be secrets or personal data.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.path.split('?').next())
            .field("call", &self.call)
            .field("error", &self.request.as_ref().err())
            .finish_non_exhaustive()
    }
}
