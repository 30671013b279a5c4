//! What is sent that is not JSON: bytes, files and streams.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures_util::{
    Stream, StreamExt, TryStreamExt,
    future::{self, BoxFuture},
    stream::{self, BoxStream},
};
use reqwest::{Body, Request, header::CONTENT_LENGTH};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{
    error::{Error, ErrorKind},
    request::prepared::StreamingBody,
};

type Chunks = BoxStream<'static, std::io::Result<Bytes>>;

/// The pieces in which files and readers are sent.
const CHUNK: usize = 64 * 1024;

/// Bytes to send, from memory, from a file, or from a stream.
///
/// Bytes and files can be sent again when an attempt fails before the service has taken them (an expired token, a
/// refused connection); a stream is read once, so such a call fails instead.
#[derive(Clone)]
pub struct Upload(Source);

#[derive(Clone)]
enum Source {
    Bytes(Bytes),
    File(PathBuf),
    /// Taken by the first attempt.
    Stream(Arc<Mutex<Option<Chunks>>>, Option<u64>),
}

impl Upload {
    /// Sends these bytes.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Source::Bytes(bytes.into()))
    }

    /// Sends this file, which is opened anew for every attempt and read as it is sent.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// Sends what the stream gives; `length` in bytes, if it is known.
    pub fn stream<S, B>(stream: S, length: Option<u64>) -> Self
    where
        S: Stream<Item = std::io::Result<B>> + Send + 'static,
        B: Into<Bytes> + 'static,
    {
        Self(Source::Stream(Arc::new(Mutex::new(Some(stream.map_ok(Into::into).boxed()))), length))
    }

    /// Sends what the reader gives; `length` in bytes, if it is known.
    pub fn reader<R: AsyncRead + Send + Unpin + 'static>(reader: R, length: Option<u64>) -> Self {
        Self::stream(chunks(reader), length)
    }

    /// The body of one attempt, and its length.
    async fn open(&self) -> Result<(Body, Option<u64>), Error> {
        if let Source::Bytes(bytes) = &self.0 {
            return Ok((bytes.clone().into(), Some(bytes.len() as u64)));
        }
        let (chunks, length) = self.chunks().await?;
        Ok((Body::wrap_stream(chunks), length))
    }

    /// The pieces of one attempt, and their length.
    pub(super) async fn chunks(&self) -> Result<(Chunks, Option<u64>), Error> {
        match &self.0 {
            Source::Bytes(bytes) => {
                let length = bytes.len() as u64;
                Ok((stream::once(future::ready(Ok(bytes.clone()))).boxed(), Some(length)))
            }
            Source::File(path) => {
                let unreadable = |error: std::io::Error| {
                    Error::new(ErrorKind::Rejected, "the file to upload cannot be read").with_source(error)
                };
                let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
                let length = file.metadata().await.map_err(unreadable)?.len();
                // A file that grows while it is sent must not outgrow its announced length.
                Ok((chunks(file.take(length)).boxed(), Some(length)))
            }
            Source::Stream(stream, length) => {
                let taken = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                let stream = taken.ok_or_else(|| {
                    Error::new(ErrorKind::Rejected, "the stream to upload was sent before and cannot be sent again")
                })?;
                Ok((stream, *length))
            }
        }
    }
}

impl StreamingBody for Upload {
    fn is_repeatable(&self) -> bool {
        !matches!(self.0, Source::Stream(..))
    }

    fn open_into<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            let (body, length) = self.open().await?;
            put(request, body, length);
            Ok(())
        })
    }
}

/// Puts a body into a request, with its length if that is known.
pub(super) fn put(request: &mut Request, body: Body, length: Option<u64>) {
    *request.body_mut() = Some(body);
    if let Some(length) = length {
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
}

fn chunks<R: AsyncRead + Send + Unpin + 'static>(reader: R) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    stream::try_unfold(reader, |mut reader| async move {
        let mut chunk = bytes::BytesMut::with_capacity(CHUNK);
        let read = reader.read_buf(&mut chunk).await?;
        Ok((read > 0).then(|| (chunk.freeze(), reader)))
    })
}

impl From<Bytes> for Upload {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for Upload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl From<String> for Upload {
    fn from(text: String) -> Self {
        Self::bytes(text)
    }
}

impl From<&'static str> for Upload {
    fn from(text: &'static str) -> Self {
        Self::bytes(text)
    }
}

impl From<&Path> for Upload {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Bytes(_) => "Upload::bytes(..)",
            Source::File(_) => "Upload::file(..)",
            Source::Stream(..) => "Upload::stream(..)",
        })
    }
}
