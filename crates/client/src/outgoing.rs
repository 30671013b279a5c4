//! A request that is put together: what it is made of, for as many attempts as it takes.

use std::fmt;

use bytes::Bytes;
use reqwest::{
    Body, Method, Request, Url,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue},
};

use crate::{Error, Upload};

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
    pub(crate) payload: Payload,
}

impl Parts {
    pub(crate) fn new(method: Method, url: Url) -> Box<Self> {
        let (accept, headers, body) = (None, HeaderMap::new(), None);
        Box::new(Self { method, url, accept, headers, body, payload: Payload::Inline })
    }

    /// The request of one attempt, without what authorizes it.
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

    /// The same request once more; `None` if its body cannot be read twice.
    pub(crate) fn again(&self) -> Option<Self> {
        self.parts.payload.is_repeatable().then(|| self.clone())
    }
}

/// Where the body is.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    /// In the request itself, in memory; or there is none.
    Inline,
    Upload(Upload),
    Form(crate::Form),
}

impl Payload {
    pub(crate) fn is_repeatable(&self) -> bool {
        match self {
            Self::Inline => true,
            Self::Upload(upload) => upload.is_repeatable(),
            Self::Form(form) => form.is_repeatable(),
        }
    }

    /// What of it is not in the request itself, for one attempt. Boxed, because most calls have nothing of this.
    pub(crate) async fn open(&self) -> Result<Option<Box<Opened>>, Error> {
        let (body, length, media_type) = match self {
            Self::Inline => return Ok(None),
            Self::Upload(upload) => {
                let (body, length) = upload.open().await?;
                (body, length, None)
            }
            Self::Form(form) => {
                let (body, length, media_type) = form.open().await?;
                (body, length, Some(media_type))
            }
        };
        Ok(Some(Box::new(Opened { body, length, media_type })))
    }
}

/// The body of one attempt.
pub(crate) struct Opened {
    body: Body,
    length: Option<u64>,
    media_type: Option<HeaderValue>,
}

impl Opened {
    /// Puts it into a request.
    pub(crate) fn fill(self, request: &mut Request) {
        *request.body_mut() = Some(self.body);
        let headers = request.headers_mut();
        if let Some(length) = self.length {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        if let Some(media_type) = self.media_type {
            headers.insert(CONTENT_TYPE, media_type);
        }
    }
}
