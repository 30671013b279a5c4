//! Prepared requests: the parts from which each attempt's request is built.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use reqwest::{
    Method, Request, Url,
    header::{ACCEPT, HeaderMap, HeaderValue},
};

use crate::error::Error;

/// A request ready to be sent; more than once, if its body is repeatable.
#[derive(Clone, Debug)]
pub struct PreparedRequest {
    pub(crate) parts: Box<RequestParts>,
}

/// Parts of a request, from which each attempt builds a request: cloning a `reqwest::Request` allocates more.
#[derive(Clone)]
pub(crate) struct RequestParts {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Name of the host, if it differs from the operation's.
    pub(crate) host: Option<&'static str>,
    pub(crate) accept: Option<HeaderValue>,
    /// Headers other than `Accept`.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// A body that each attempt opens, such as a file.
    pub(crate) streaming_body: Option<Arc<dyn StreamingBody>>,
}

impl RequestParts {
    pub(crate) fn new(method: Method, url: Url) -> Box<Self> {
        let (accept, headers, body) = (None, HeaderMap::new(), None);
        Box::new(Self { method, url, host: None, accept, headers, body, streaming_body: None })
    }

    /// Returns `true` if another attempt can send the same body.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.streaming_body.as_ref().is_none_or(|streaming_body| streaming_body.is_repeatable())
    }

    /// Builds the request of one attempt, without streaming body and authorization.
    pub(crate) fn request(&self) -> Request {
        self.request_to(self.method.clone(), self.url.clone(), self.body.clone())
    }

    /// Builds the request for the target of a redirect, without body.
    pub(crate) fn redirected(&self, url: Url) -> Request {
        self.request_to(self.method.clone(), url, None)
    }

    fn request_to(&self, method: Method, url: Url, body: Option<Bytes>) -> Request {
        let mut request = Request::new(method, url);
        // Reserves capacity for headers that are added later, so that the map is allocated once.
        let mut headers = HeaderMap::with_capacity(self.headers.len() + ADDED_HEADERS);
        if let Some(accept) = &self.accept {
            headers.insert(ACCEPT, accept.clone());
        }
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        *request.headers_mut() = headers;
        *request.body_mut() = body.map(Into::into);
        request
    }
}

/// Shows neither URL, headers nor body, because they may contain personal data and secrets.
impl fmt::Debug for RequestParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestParts").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Number of headers that are added to those of the operation: authorization, content type and length, and those of the
/// HTTP client.
const ADDED_HEADERS: usize = 6;

impl PreparedRequest {
    /// Creates a GET request for a URL.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { parts: RequestParts::new(Method::GET, url) }
    }
}

/// A body that each attempt opens anew, such as a file.
pub(crate) trait StreamingBody: fmt::Debug + Send + Sync {
    /// Returns `true` if another attempt can send the same body.
    fn is_repeatable(&self) -> bool;

    /// Opens the body and puts it into the request of one attempt.
    fn open_into<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>>;
}
