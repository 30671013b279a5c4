//! Uploads from memory, files, readers and streams.

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

/// Capacity of the chunks in which files and readers are read, in bytes.
const CHUNK: usize = 64 * 1024;

/// Content to send: bytes, text, a file, a reader or a stream.
///
/// Uploads from memory and from files are read again for every attempt of a call. A reader or a stream can be read only
/// once, so its call is not retried, not even after a rejected token.
///
/// Strings have no conversion, because a string could be a text or a path:
///
/// ```
/// use keyfob_client::Upload;
///
/// let text = Upload::text("name;hours\n");
/// let file = Upload::path("/var/export/hours.csv");
/// let bytes: Upload = vec![0x25, 0x50].into();
/// ```
///
/// ```compile_fail
/// let ambiguous: keyfob_client::Upload = "/var/export/hours.csv".into();
/// ```
#[derive(Clone)]
pub struct Upload(Source);

#[derive(Clone)]
enum Source {
    Bytes(Bytes),
    File(PathBuf),
    /// Content, taken by the first attempt, and its length in bytes.
    Stream(Arc<Mutex<Option<Chunks>>>, Option<u64>),
}

impl Upload {
    /// Creates an upload of bytes.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Source::Bytes(bytes.into()))
    }

    /// Creates an upload of a text, as UTF-8.
    pub fn text(text: impl Into<String>) -> Self {
        Self::bytes(text.into())
    }

    /// Creates an upload of the file at `path`. Each attempt opens the file and reads it while it is sent.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// Creates an upload of a stream, with its length in bytes if known. Without a length it is sent with chunked
    /// encoding.
    pub fn stream<S, B>(stream: S, length: Option<u64>) -> Self
    where
        S: Stream<Item = std::io::Result<B>> + Send + 'static,
        B: Into<Bytes> + 'static,
    {
        Self(Source::Stream(Arc::new(Mutex::new(Some(stream.map_ok(Into::into).boxed()))), length))
    }

    /// Creates an upload of a reader's content, with its length in bytes if known. Without a length it is sent with
    /// chunked encoding.
    pub fn reader<R: AsyncRead + Send + Unpin + 'static>(reader: R, length: Option<u64>) -> Self {
        Self::stream(chunks(reader), length)
    }

    /// Opens the body of one attempt and returns it with its length.
    async fn open(&self) -> Result<(Body, Option<u64>), Error> {
        if let Source::Bytes(bytes) = &self.0 {
            return Ok((bytes.clone().into(), Some(bytes.len() as u64)));
        }
        let (chunks, length) = self.chunks().await?;
        Ok((Body::wrap_stream(chunks), length))
    }

    /// Opens the content for one attempt and returns it with its length.
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
                // A file may grow while it is sent, but the body must have the announced length.
                Ok((chunks(file.take(length)).boxed(), Some(length)))
            }
            Source::Stream(stream, length) => {
                let taken = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                let stream = taken.ok_or_else(|| {
                    Error::new(
                        ErrorKind::Rejected,
                        "the stream to upload was already sent: create the call with a new stream",
                    )
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
            set_body(request, body, length);
            Ok(())
        })
    }
}

/// Sets the body of a request, and its length if known.
pub(super) fn set_body(request: &mut Request, body: Body, length: Option<u64>) {
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

impl From<&Path> for Upload {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Bytes(_) => "Upload::bytes(..)",
            Source::File(_) => "Upload::path(..)",
            Source::Stream(..) => "Upload::stream(..)",
        })
    }
}
