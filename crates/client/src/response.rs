//! What a call gives back: the decoded answer, with its status and headers.

use std::ops::{Deref, DerefMut};

use futures_util::future::BoxFuture;
use reqwest::{StatusCode, header::HeaderMap};

use crate::Error;

/// A call under way. It does nothing until it is awaited, and nothing more once it is dropped.
pub type Pending<T> = BoxFuture<'static, Result<ResponseValue<T>, Error>>;

/// A decoded answer, with the status and headers it came with. Dereferences to the answer.
#[derive(Clone, Debug)]
pub struct ResponseValue<T> {
    status: StatusCode,
    headers: HeaderMap,
    inner: T,
}

impl<T> ResponseValue<T> {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, inner: T) -> Self {
        Self { status, headers, inner }
    }

    /// The HTTP status: always a success.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer's headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The answer alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// Changes the answer and keeps the rest.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> ResponseValue<U> {
        ResponseValue { status: self.status, headers: self.headers, inner: change(self.inner) }
    }
}

impl<T> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for ResponseValue<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}
