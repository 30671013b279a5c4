//! Downloads: the bytes of an answer as they arrive, resumed where the service lets us.

mod disposition;
mod file_name;
mod save;
mod source;
mod version;

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use self::{
    source::{About, Piece, Source},
    version::Version,
};
use crate::error::{Error, ErrorKind};

pub(crate) use source::Origin;

/// The bytes of a download, as they arrive. Nothing is buffered beyond what the network brings at once.
///
/// A connection that breaks is replaced, and the download goes on where it was, if the service says that it gives parts
/// (`Accept-Ranges`) and names the version of the file (a strong `ETag`, or `Last-Modified`). How often and how soon is
/// the client's [`RetryPolicy`](crate::RetryPolicy). Bytes of two versions are never mixed: a file that changed meanwhile
/// ends the download with [`ErrorKind::Conflict`], or is begun anew by those methods that can undo what they did.
///
/// Dropping it ends the download.
pub struct ByteStream {
    origin: Arc<Origin>,
    about: About,
    offset: u64,
    /// Behind a lock that is never taken, so that the download can be referred to from several threads.
    pieces: Mutex<BoxStream<'static, Result<Piece, Error>>>,
}

/// Where an interrupted download can go on, in another process if need be. From [`ByteStream::resume_point`].
///
/// It holds no address and no credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumePoint {
    offset: u64,
    version: Version,
}

impl ByteStream {
    pub(crate) fn new(origin: Origin, response: reqwest::Response) -> Self {
        let about = origin.about(&response);
        let origin = Arc::new(origin);
        Self::of(Source::new(Arc::clone(&origin), about.clone(), response, 0), origin, about, 0)
    }

    fn of(source: Source, origin: Arc<Origin>, about: About, offset: u64) -> Self {
        let pieces = futures_util::stream::try_unfold(source, |mut source| async move {
            Ok(source.next().await?.map(|piece| (piece, source)))
        });
        Self { origin, about, offset, pieces: Mutex::new(pieces.boxed()) }
    }

    /// How many bytes the whole file has, if the service says so.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.about.length
    }

    /// The media type, if the service says so.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.about.content_type.as_deref()
    }

    /// The name that the service gives the file (`Content-Disposition`), made safe: it has no path, means no device, is
    /// not hidden, and any file system can hold it.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.about.file_name.as_deref()
    }

    /// Where in the file the next byte belongs: 0 at first, unless it was [resumed](Self::resume_at).
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Where another download of the same file could go on; `None` if the service does not let downloads be resumed.
    #[must_use]
    pub fn resume_point(&self) -> Option<ResumePoint> {
        Some(ResumePoint { offset: self.offset, version: self.about.version.clone()? })
    }

    /// Goes on where an earlier download of this file ended: a second request for the rest.
    ///
    /// Look at [`offset`](Self::offset) before writing: it is the point's if the file is still the same, and 0 if it
    /// was replaced or the service does not resume it. What was kept of it beyond that is to be cut off.
    ///
    /// ```no_run
    /// # async fn example(download: keyfob_client::ByteStream, point: keyfob_client::ResumePoint)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// use tokio::io::AsyncSeekExt;
    ///
    /// let mut file = tokio::fs::OpenOptions::new().write(true).open("large.zip").await?;
    /// let download = download.resume_at(&point).await?;
    /// file.set_len(download.offset()).await?;
    /// file.seek(std::io::SeekFrom::End(0)).await?;
    /// download.copy_to(&mut file).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As every call; see [`ErrorKind`].
    pub async fn resume_at(self, point: &ResumePoint) -> Result<Self, Error> {
        let Self { origin, about, .. } = self;
        let within = about.length.is_none_or(|length| point.offset < length);
        if about.version.as_ref() != Some(&point.version) || point.offset <= self.offset || !within {
            return Ok(Self { origin, about, offset: self.offset, pieces: self.pieces });
        }
        // The answer at hand is given up before another one is asked for.
        drop(self.pieces);
        let (source, about, offset) = Source::at(Arc::clone(&origin), about, point.offset).await?;
        Ok(Self::of(source, origin, about, offset))
    }

    /// Waits for the rest and gives all of it at once. For what is known to be small.
    ///
    /// # Errors
    ///
    /// If the connection breaks before the end and the download cannot be resumed.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.try_next().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// Writes the rest to `target` as it arrives, flushes it, and says how many bytes there were.
    ///
    /// # Errors
    ///
    /// If the connection breaks before the end ([`ErrorKind::Unavailable`]) or the file changes ([`ErrorKind::Conflict`]),
    /// or `target` cannot be written to ([`ErrorKind::Unexpected`], with the I/O error as its source). `target` then
    /// holds what came before.
    pub async fn copy_to<W: AsyncWrite + Unpin + ?Sized>(mut self, target: &mut W) -> Result<u64, Error> {
        let mut written = 0;
        while let Some(chunk) = self.try_next().await? {
            target.write_all(&chunk).await.map_err(unwritable)?;
            written += chunk.len() as u64;
        }
        target.flush().await.map_err(unwritable)?;
        Ok(written)
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Piece, Error>>> {
        let pieces = self.pieces.get_mut().unwrap_or_else(PoisonError::into_inner);
        let piece = pieces.poll_next_unpin(context);
        match &piece {
            Poll::Ready(Some(Ok(Piece::Bytes(bytes)))) => self.offset += bytes.len() as u64,
            Poll::Ready(Some(Ok(Piece::Restart(about)))) => (self.about, self.offset) = (about.clone(), 0),
            _ => {}
        }
        piece
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_piece(context).map(|piece| match piece? {
            Ok(Piece::Bytes(bytes)) => Some(Ok(bytes)),
            Ok(Piece::Restart(_)) => {
                self.pieces = Mutex::new(futures_util::stream::empty().boxed());
                Some(Err(self.origin.changed()))
            }
            Err(error) => Some(Err(error)),
        })
    }
}

fn unwritable(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Unexpected, "the download cannot be written").with_source(error)
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.about.length;
        f.debug_struct("ByteStream").field("length", &length).field("offset", &self.offset).finish_non_exhaustive()
    }
}
