//! What a call gives back: the decoded answer, with its status and headers.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use futures_util::future::BoxFuture;
use reqwest::{StatusCode, header::HeaderMap};

use crate::Error;

/// A call under way. It does nothing until it is awaited, and nothing more once it is dropped.
pub type Pending<T> = BoxFuture<'static, Result<ResponseValue<T>, Error>>;

/// A decoded answer, with the status and headers it came with. Dereferences to the answer.
pub struct ResponseValue<T> {
    status: StatusCode,
    headers: HeaderMap,
    answer: Box<dyn Answer<T>>,
}

/// An answer that only the crate that decodes it knows how to drop. Behind a pointer, that code is compiled once, and not
/// in every program for every type that its calls return.
trait Answer<T>: Send + Sync {
    fn get(&self) -> &T;
    fn get_mut(&mut self) -> &mut T;
    fn take(self: Box<Self>) -> T;
}

struct Kept<T>(T);

impl<T: Send + Sync> Answer<T> for Kept<T> {
    fn get(&self) -> &T {
        &self.0
    }

    fn get_mut(&mut self) -> &mut T {
        &mut self.0
    }

    fn take(self: Box<Self>) -> T {
        self.0
    }
}

impl<T: Send + Sync + 'static> ResponseValue<T> {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, answer: T) -> Self {
        Self { status, headers, answer: Box::new(Kept(answer)) }
    }
}

impl<T> ResponseValue<T> {
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
        self.answer.take()
    }

    /// Changes the answer and keeps the rest.
    #[must_use]
    pub fn map<U: Send + Sync + 'static>(self, change: impl FnOnce(T) -> U) -> ResponseValue<U> {
        ResponseValue::new(self.status, self.headers, change(self.answer.take()))
    }
}

impl<T: Clone + Send + Sync + 'static> Clone for ResponseValue<T> {
    fn clone(&self) -> Self {
        Self::new(self.status, self.headers.clone(), T::clone(self))
    }
}

impl<T: fmt::Debug> fmt::Debug for ResponseValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, headers, answer) = (&self.status, &self.headers, self.answer.get());
        f.debug_struct("ResponseValue")
            .field("status", status)
            .field("headers", headers)
            .field("answer", answer)
            .finish()
    }
}

impl<T> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.answer.get()
    }
}

impl<T> DerefMut for ResponseValue<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.answer.get_mut()
    }
}
