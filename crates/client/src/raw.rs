//! The escape hatch: any path, any JSON, authorized and retried like a typed call.

use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};

use crate::{CallOptions, Confidence, Error, Operation, Pending, Repeat, Session, draft::Draft, outgoing::Outgoing};

/// A request to a path that the typed client does not have; from [`Session::request`].
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest {
    session: Session,
    call: CallOptions,
    method: Method,
    draft: Result<Draft, Error>,
}

/// Stands for all operations that are not described. Two of them: one for methods that may be repeated, one for others.
static SAFE: Operation = Operation {
    api: "",
    id: "request",
    summary: "A request that the typed client does not have",
    method: "GET",
    path: "",
    query: &[],
    joined: &[],
    headers: &[],
    required: &[],
    fixed_query: &[],
    body: "",
    body_required: false,
    server: "",
    repeat: Repeat::Safe,
    scope: None,
    confidence: Confidence::Inferred,
    source: "",
};
static UNSAFE: Operation = Operation { method: "POST", repeat: Repeat::Never, ..SAFE };

impl RawRequest {
    pub(crate) fn new(session: Session, method: Method, path: &str) -> Self {
        let draft = session.join("", path).map(|url| Draft::at(method.clone(), url));
        Self { session, call: CallOptions::default(), method, draft }
    }

    pub(crate) fn change(mut self, change: impl FnOnce(&mut Draft)) -> Self {
        if let Ok(draft) = &mut self.draft {
            change(draft);
        }
        self
    }

    /// Adds query parameters: pairs, or a struct.
    pub fn query(self, query: &impl Serialize) -> Self {
        self.change(|draft| draft.pairs(query))
    }

    /// Sends JSON.
    pub fn json(self, body: &impl Serialize) -> Self {
        self.change(|draft| draft.serialized(body, "application/json"))
    }

    /// Changes how this call is sent: its time limit, its retries.
    pub fn options(mut self, call: CallOptions) -> Self {
        self.call = call;
        self
    }

    /// Sends the request and decodes its JSON answer; `serde_json::Value` takes any.
    ///
    /// # Errors
    ///
    /// As every call: see [`ErrorKind`](crate::ErrorKind).
    pub fn send<T: DeserializeOwned + Send + Sync + 'static>(self) -> Pending<T> {
        let (session, operation, request, call) = self.finish();
        session.foreign(operation, request, call)
    }

    pub(crate) fn finish(self) -> (Session, &'static Operation, Result<Outgoing, Error>, CallOptions) {
        let safe = matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE);
        let request = self.draft.and_then(Draft::finish);
        (self.session, if safe { &SAFE } else { &UNSAFE }, request, self.call)
    }
}
