//! A request that is put together: what it is made of, for as many attempts as it takes.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use reqwest::{
    Method, Request, Url,
    header::{ACCEPT, HeaderMap, HeaderValue},
};

use crate::Error;

/// A request that can be sent, more than once if its payload can.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub(crate) parts: Box<Parts>,
}

/// What a request is made of, for each attempt anew: a copy of the request itself would cost more.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: Option<HeaderValue>,
    /// All others.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// A body that is not among these parts.
    pub(crate) payload: Option<Arc<dyn Payload>>,
}

impl Parts {
    pub(crate) fn new(method: Method, url: Url) -> Box<Self> {
        let (accept, headers, body) = (None, HeaderMap::new(), None);
        Box::new(Self { method, url, accept, headers, body, payload: None })
    }

    /// Whether another attempt could send the same again.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.payload.as_ref().is_none_or(|payload| payload.is_repeatable())
    }

    /// The request of one attempt, without its payload and what authorizes it.
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
impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What a request has, the connection's own headers included, if its operation has none.
const USUAL_HEADERS: usize = 6;

impl Outgoing {
    /// A request for what is at this address.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { parts: Parts::new(Method::GET, url) }
    }
}

/// A body that every attempt opens anew, such as a file.
pub(crate) trait Payload: fmt::Debug + Send + Sync {
    /// Whether another attempt could send the same again.
    fn is_repeatable(&self) -> bool;

    /// Puts it into the request of one attempt.
    fn fill<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>>;
}
