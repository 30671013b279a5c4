//! What a call gives back: the decoded answer, with its status and headers.
//!
//! Neither a call under way nor its answer depends on the answer's type but in name. So what drives and drops them is
//! compiled once, and not in every program for every type that its calls return.

use std::{
    any::Any,
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use reqwest::{StatusCode, header::HeaderMap};

use crate::error::Error;

/// An answer's value, whatever its type.
pub(crate) type AnyValue = Box<dyn Any + Send + Sync>;

/// An answer with a value of whatever type.
pub(crate) struct AnyResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) value: AnyValue,
}

/// A response whose body has been read completely.
pub(crate) struct BufferedResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A call under way. It does nothing until it is awaited, and nothing more once it is dropped.
#[must_use = "a call does nothing until it is awaited"]
pub struct ResponseFuture<T> {
    /// Its value is a `T`.
    answer: BoxFuture<'static, Result<AnyResponse, Error>>,
    value: PhantomData<fn() -> T>,
}

impl<T> ResponseFuture<T> {
    /// A call whose answer has a `T` for its value.
    pub(crate) fn new(answer: BoxFuture<'static, Result<AnyResponse, Error>>) -> Self {
        Self { answer, value: PhantomData }
    }
}

impl<T> Future for ResponseFuture<T> {
    type Output = Result<ResponseValue<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.answer.as_mut().poll(context).map_ok(|answer| ResponseValue { answer, value: PhantomData })
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

/// A decoded answer, with the status and headers it came with. Dereferences to the answer.
pub struct ResponseValue<T> {
    /// Its value is a `T`.
    answer: AnyResponse,
    value: PhantomData<T>,
}

/// Why a value is of the type that it is taken for.
const TYPED: &str = "the value is of the type that the call was made with";

/// Takes the value out of its box.
pub(crate) fn downcast<T: 'static>(value: AnyValue) -> T {
    *value.downcast().expect(TYPED)
}

impl<T> ResponseValue<T> {
    /// The HTTP status: always a success.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.answer.status
    }

    /// The answer's headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.answer.headers
    }
}

impl<T: 'static> ResponseValue<T> {
    /// The answer alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        downcast(self.answer.value)
    }

    /// Changes the answer and keeps the rest.
    #[must_use]
    pub fn map<U: Send + Sync + 'static>(self, change: impl FnOnce(T) -> U) -> ResponseValue<U> {
        let (status, headers) = (self.answer.status, self.answer.headers);
        let value = change(downcast(self.answer.value));
        ResponseValue { answer: AnyResponse { status, headers, value: Box::new(value) }, value: PhantomData }
    }
}

impl<T: 'static> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.answer.value.downcast_ref().expect(TYPED)
    }
}

impl<T: 'static> DerefMut for ResponseValue<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.answer.value.downcast_mut().expect(TYPED)
    }
}

impl<T: Clone + Send + Sync + 'static> Clone for ResponseValue<T> {
    fn clone(&self) -> Self {
        let AnyResponse { status, headers, .. } = &self.answer;
        let value = Box::new(T::clone(self));
        Self { answer: AnyResponse { status: *status, headers: headers.clone(), value }, value: PhantomData }
    }
}

impl<T: fmt::Debug + 'static> fmt::Debug for ResponseValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseValue")
            .field("status", &self.answer.status)
            .field("headers", &self.answer.headers)
            .field("value", &**self)
            .finish()
    }
}
