//! Responses: the decoded value with status and headers, and the future that returns them.
//!
//! compile-time: the value is boxed, so a call in flight and its response are not generic over the type of the value.
//! Polling and dropping them is compiled once, not for every response type of a program.

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

use crate::{
    decode::mismatch::{Mismatch, Mismatches},
    error::Error,
};

/// A value of any type.
pub(crate) type AnyValue = Box<dyn Any + Send + Sync>;

/// A response with a value of any type.
pub(crate) struct AnyResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) value: AnyValue,
    /// `None` if all values have the types that the API's description declares.
    pub(crate) mismatches: Option<Box<Mismatches>>,
}

/// A response whose body has been read completely.
pub(crate) struct BufferedResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Future of a call. The request is sent when the future is awaited; dropping the future cancels the call.
#[must_use = "a call does nothing until it is awaited"]
pub struct ResponseFuture<T> {
    /// The value is a `T`.
    response: BoxFuture<'static, Result<AnyResponse, Error>>,
    value: PhantomData<fn() -> T>,
}

impl<T> ResponseFuture<T> {
    /// Wraps a call whose value is a `T`.
    pub(crate) fn new(response: BoxFuture<'static, Result<AnyResponse, Error>>) -> Self {
        Self { response, value: PhantomData }
    }
}

impl<T> Future for ResponseFuture<T> {
    type Output = Result<ResponseValue<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.response.as_mut().poll(context).map_ok(|response| ResponseValue { response, value: PhantomData })
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

/// The decoded body of a response, with its status and headers.
///
/// A response dereferences to the body, so its fields can be read and borrowed directly. To move a field out, take the
/// body with [`into_inner`](ResponseValue::into_inner) first: a field cannot be moved out of a dereferenced value.
/// Fields are optional, because services may omit them; [`OptionExt::required`](crate::OptionExt::required) turns a
/// missing field into an error.
///
/// ```
/// # struct Project { id: Option<String>, name: Option<String> }
/// # fn example(response: keyfob_client::ResponseValue<Project>) -> Result<(), keyfob_client::Error> {
/// use keyfob_client::OptionExt;
///
/// println!("{} {:?}", response.status(), response.name); // borrow
/// let project = response.into_inner();
/// let id: String = project.id.required("id")?; // move
/// # Ok(())
/// # }
/// ```
///
/// Tests create responses with [`new`](ResponseValue::new) and the body's own constructors:
///
/// ```
/// use keyfob_client::{ResponseValue, StatusCode};
///
/// let response = ResponseValue::new(StatusCode::CREATED, vec![1, 2]);
/// assert_eq!(response.len(), 2);
/// ```
pub struct ResponseValue<T> {
    /// The value is a `T`.
    response: AnyResponse,
    value: PhantomData<T>,
}

/// Invariant of [`ResponseFuture::new`].
const TYPED: &str = "the value is of the type that the call was made with";

/// Takes the value out of its box.
pub(crate) fn downcast<T: 'static>(value: AnyValue) -> T {
    *value.downcast().expect(TYPED)
}

impl<T> ResponseValue<T> {
    /// Returns the HTTP status, which is always a success status (2xx).
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.response.headers
    }

    /// Returns the values that do not have the type that the API's description declares, at most 100 fields and 1,000
    /// list elements.
    ///
    /// The fields that have such a value are absent; the JSON is retained and sent back with the struct. See
    /// [`ClientBuilder::strict`](crate::ClientBuilder::strict).
    ///
    /// ```
    /// # fn example(response: keyfob_client::ResponseValue<Vec<i64>>) {
    /// for mismatch in response.mismatches() {
    ///     eprintln!("{}: expected {}", mismatch.path(), mismatch.expected());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn mismatches(&self) -> &[Mismatch] {
        self.response.mismatches.as_ref().map_or(&[], |mismatches| &mismatches.listed)
    }

    /// Returns `true` if a list in the response lacks an element that could not be read. Do not take a row that is absent
    /// from such a listing for deleted. The list is the response itself or one of its fields.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.response.mismatches.as_ref().is_some_and(|mismatches| mismatches.is_incomplete())
    }
}

impl<T: Send + Sync + 'static> ResponseValue<T> {
    /// Creates a response without headers, for tests of code that takes one.
    #[must_use]
    pub fn new(status: StatusCode, value: T) -> Self {
        Self::with_headers(status, HeaderMap::new(), value)
    }

    /// Creates a response, for tests of code that reads headers.
    #[must_use]
    pub fn with_headers(status: StatusCode, headers: HeaderMap, value: T) -> Self {
        let response = AnyResponse { status, headers, value: Box::new(value), mismatches: None };
        Self { response, value: PhantomData }
    }
}

impl<T: 'static> ResponseValue<T> {
    /// Returns the body.
    #[must_use]
    pub fn into_inner(self) -> T {
        downcast(self.response.value)
    }

    /// Converts the body, and preserves status, headers and mismatches.
    #[must_use]
    pub fn map<U: Send + Sync + 'static>(self, convert: impl FnOnce(T) -> U) -> ResponseValue<U> {
        let AnyResponse { status, headers, value, mismatches } = self.response;
        let value = Box::new(convert(downcast(value)));
        ResponseValue { response: AnyResponse { status, headers, value, mismatches }, value: PhantomData }
    }
}

impl<T: 'static> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.response.value.downcast_ref().expect(TYPED)
    }
}

impl<T: 'static> DerefMut for ResponseValue<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.response.value.downcast_mut().expect(TYPED)
    }
}

impl<T: Clone + Send + Sync + 'static> Clone for ResponseValue<T> {
    fn clone(&self) -> Self {
        let AnyResponse { status, headers, mismatches, .. } = &self.response;
        let (headers, mismatches, value) = (headers.clone(), mismatches.clone(), Box::new(T::clone(self)));
        Self { response: AnyResponse { status: *status, headers, value, mismatches }, value: PhantomData }
    }
}

/// Shows the names of the headers, not their values: a cookie is a secret.
impl<T: fmt::Debug + 'static> fmt::Debug for ResponseValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.response.headers.keys().collect();
        f.debug_struct("ResponseValue")
            .field("status", &self.response.status)
            .field("headers", &headers)
            .field("value", &**self)
            .finish()
    }
}
