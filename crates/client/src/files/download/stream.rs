//! The stream of a download.

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

use crate::{
    error::{Error, ErrorKind},
    files::download::{
        source::{DownloadEvent, FileInfo, Origin, Source},
        version::Version,
    },
};

/// A download, as a stream of bytes. Only the chunk last received is buffered.
///
/// After a broken connection the download is resumed, if the service supports ranges (`Accept-Ranges`) and identifies
/// the version of the file (a strong `ETag`, or `Last-Modified`). The client's [`RetryPolicy`](crate::RetryPolicy)
/// limits the attempts. Bytes of two versions are never mixed: if the file has changed, the stream ends with
/// [`ErrorKind::Conflict`], and [`save_in`](ByteStream::save_in) and [`save_as`](ByteStream::save_as) start over, at most
/// five times. A service that sends more bytes than it announced makes the download fail with
/// [`ErrorKind::Unexpected`].
///
/// Dropping the stream cancels the download.
pub struct ByteStream {
    origin: Arc<Origin>,
    pub(super) info: FileInfo,
    pub(super) offset: u64,
    /// Never locked; the mutex makes the stream `Sync`.
    events: Mutex<BoxStream<'static, Result<DownloadEvent, Error>>>,
}

/// Position at which an interrupted download can be resumed, also by another process; returned by
/// [`ByteStream::resume_point`].
///
/// A resume point implements serde's traits and contains neither URL nor credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumePoint {
    offset: u64,
    version: Version,
}

impl ByteStream {
    pub(crate) fn new(origin: Origin, response: reqwest::Response) -> Self {
        let info = origin.file_info(&response);
        let origin = Arc::new(origin);
        Self::of(Source::new(Arc::clone(&origin), info.clone(), response), origin, info, 0)
    }

    fn of(source: Source, origin: Arc<Origin>, info: FileInfo, offset: u64) -> Self {
        let events = futures_util::stream::try_unfold(source, |mut source| async move {
            Ok(source.next().await?.map(|event| (event, source)))
        });
        Self { origin, info, offset, events: Mutex::new(events.boxed()) }
    }

    /// Returns the length of the file in bytes, if the service sends it.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.info.length
    }

    /// Returns the media type, if the service sends it.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.info.content_type.as_deref()
    }

    /// Returns the file name that the service sends (`Content-Disposition`), sanitized: the name has no directory, is
    /// valid on every file system, and is neither a device name nor hidden.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.info.file_name.as_deref()
    }

    /// Returns the offset of the next byte in the file. A download starts at 0, unless it was
    /// [resumed](Self::resume_at).
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the position for resuming the download later; `None` if the service does not support resuming.
    #[must_use]
    pub fn resume_point(&self) -> Option<ResumePoint> {
        Some(ResumePoint { offset: self.offset, version: self.info.version.clone()? })
    }

    /// Resumes an earlier download of the same file, with a second request for the rest.
    ///
    /// Truncate the existing file to the returned download's [`offset`](Self::offset) before writing. The offset is
    /// that of `point` if the file is the same, and 0 if the file was replaced or the service does not resume it.
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
    /// The errors of a call; see [`ErrorKind`].
    pub async fn resume_at(self, point: &ResumePoint) -> Result<Self, Error> {
        let Self { origin, info, .. } = self;
        let within = info.length.is_none_or(|length| point.offset < length);
        if info.version.as_ref() != Some(&point.version) || point.offset <= self.offset || !within {
            return Ok(Self { origin, info, offset: self.offset, events: self.events });
        }
        // The first response is dropped before the second request.
        drop(self.events);
        let (source, info, offset) = Source::at(Arc::clone(&origin), info, point.offset).await?;
        Ok(Self::of(source, origin, info, offset))
    }

    /// Reads the rest of the file into memory. The size is not limited.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] if the connection breaks and the download cannot be resumed, [`ErrorKind::Conflict`]
    /// if the file changes.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.try_next().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// Writes the rest of the file to `target`, flushes `target`, and returns the number of bytes written.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] if the connection breaks and the download cannot be resumed, [`ErrorKind::Conflict`]
    /// if the file changes, [`ErrorKind::Unexpected`] with the I/O error as source if `target` cannot be written.
    /// `target` then contains the bytes written before.
    pub async fn copy_to<W: AsyncWrite + Unpin + ?Sized>(mut self, target: &mut W) -> Result<u64, Error> {
        let mut written = 0;
        while let Some(chunk) = self.try_next().await? {
            target.write_all(&chunk).await.map_err(unwritable)?;
            written += chunk.len() as u64;
        }
        target.flush().await.map_err(unwritable)?;
        Ok(written)
    }

    pub(super) fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<DownloadEvent, Error>>> {
        let events = self.events.get_mut().unwrap_or_else(PoisonError::into_inner);
        let event = events.poll_next_unpin(context);
        match &event {
            Poll::Ready(Some(Ok(DownloadEvent::Bytes(bytes)))) => self.offset += bytes.len() as u64,
            Poll::Ready(Some(Ok(DownloadEvent::Restart(info)))) => (self.info, self.offset) = (info.clone(), 0),
            _ => {}
        }
        event
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context).map(|event| match event? {
            Ok(DownloadEvent::Bytes(bytes)) => Some(Ok(bytes)),
            Ok(DownloadEvent::Restart(_)) => {
                self.events = Mutex::new(futures_util::stream::empty().boxed());
                Some(Err(self.origin.changed()))
            }
            Err(error) => Some(Err(error)),
        })
    }
}

/// Converts an I/O error of the destination.
pub(super) fn unwritable(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Unexpected, "the download cannot be written").with_source(error)
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.info.length;
        f.debug_struct("ByteStream").field("length", &length).field("offset", &self.offset).finish_non_exhaustive()
    }
}
