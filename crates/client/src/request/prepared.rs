//! A request that is put together: what it is made of, for as many attempts as it takes.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use reqwest::{
    Method, Request, Url,
    header::{ACCEPT, HeaderMap, HeaderValue},
};

use crate::error::Error;

/// A request that can be sent, more than once if its streaming_body can.
#[derive(Clone, Debug)]
pub struct PreparedRequest {
    pub(crate) parts: Box<RequestParts>,
}

/// What a request is made of, for each attempt anew: a copy of the request itself would cost more.
#[derive(Clone)]
pub(crate) struct RequestParts {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Name of the host, if not the operation's.
    pub(crate) host: Option<&'static str>,
    pub(crate) accept: Option<HeaderValue>,
    /// All others.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// A body that is not among these parts.
    pub(crate) streaming_body: Option<Arc<dyn StreamingBody>>,
}

impl RequestParts {
    pub(crate) fn new(method: Method, url: Url) -> Box<Self> {
        let (accept, headers, body) = (None, HeaderMap::new(), None);
        Box::new(Self { method, url, host: None, accept, headers, body, streaming_body: None })
    }

    /// Whether another attempt could send the same again.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.streaming_body.as_ref().is_none_or(|streaming_body| streaming_body.is_repeatable())
    }

    /// The request of one attempt, without its streaming_body and what authorizes it.
    pub(crate) fn request(&self) -> Request {
        self.request_to(self.method.clone(), self.url.clone(), self.body.clone())
    }

    /// The same at another address, without a body.
    pub(crate) fn redirected(&self, url: Url) -> Request {
        self.request_to(self.method.clone(), url, None)
    }

    fn request_to(&self, method: Method, url: Url, body: Option<Bytes>) -> Request {
        let mut request = Request::new(method, url);
        // With room for what comes to it on the way: one that has to grow is allocated twice.
        let mut headers = HeaderMap::with_capacity(self.headers.len() + USUAL_HEADERS);
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

/// Address, headers and body may hold what is nobody's business.
impl fmt::Debug for RequestParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestParts").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What a request has, the connection's own headers included, if its operation has none.
const USUAL_HEADERS: usize = 6;

impl PreparedRequest {
    /// A request for what is at this address.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { parts: RequestParts::new(Method::GET, url) }
    }
}

/// A body that every attempt opens anew, such as a file.
pub(crate) trait StreamingBody: fmt::Debug + Send + Sync {
    /// Whether another attempt could send the same again.
    fn is_repeatable(&self) -> bool;

    /// Puts it into the request of one attempt.
    fn open_into<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>>;
}
