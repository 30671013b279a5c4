//! What a call gives back: the decoded answer, with its status and headers, or the answer's bytes as they arrive.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, TryStreamExt, future::BoxFuture, stream::BoxStream};
use reqwest::{
    StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap},
};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::{Error, ErrorKind};

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

/// The bytes of a download, as they arrive. Nothing is buffered beyond what the network brings at once.
///
/// Dropping it ends the download.
pub struct ByteStream {
    length: Option<u64>,
    content_type: Option<String>,
    inner: BoxStream<'static, Result<Bytes, Error>>,
}

impl ByteStream {
    pub(crate) fn new(response: reqwest::Response, broken: impl Fn(Error) -> Error + Send + 'static) -> Self {
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        Self {
            length: header(CONTENT_LENGTH).and_then(|value| value.parse().ok()),
            content_type: header(CONTENT_TYPE).map(str::to_owned),
            inner: response.bytes_stream().map_err(move |error| broken(Error::from_transport(error))).boxed(),
        }
    }

    /// How many bytes there will be, if the service says so.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.length
    }

    /// The media type, if the service says so.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Waits for the rest and gives all of it at once. For what is known to be small.
    ///
    /// # Errors
    ///
    /// If the connection breaks before the end.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.inner.try_next().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// Writes the rest to `target` as it arrives, flushes it, and says how many bytes there were.
    ///
    /// # Errors
    ///
    /// If the connection breaks before the end ([`ErrorKind::Unavailable`]) or `target` cannot be written to
    /// ([`ErrorKind::Unexpected`], with the I/O error as its source). `target` then holds what came before.
    pub async fn copy_to<W: AsyncWrite + Unpin + ?Sized>(mut self, target: &mut W) -> Result<u64, Error> {
        let failed = |error: std::io::Error| {
            Error::new(ErrorKind::Unexpected, "the download cannot be written").with_source(error)
        };
        let mut written = 0;
        while let Some(chunk) = self.inner.try_next().await? {
            target.write_all(&chunk).await.map_err(failed)?;
            written += chunk.len() as u64;
        }
        target.flush().await.map_err(failed)?;
        Ok(written)
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.poll_next_unpin(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").field("length", &self.length).finish_non_exhaustive()
    }
}
