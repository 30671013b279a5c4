//! Request bodies that record their progress.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::{Body, Request};
use tokio::time::Instant;

/// Maximum size of a piece of a body, in bytes: small, so that the pieces show the progress of a slow connection. A body
/// of one piece is not tracked: the buffers of a connection take it at once.
const PIECE: usize = 64 * 1024;

/// Value of [`Progress::last`] while the body waits for its source, such as a slow reader.
const WAITING: u64 = u64::MAX;

/// Progress of a request's body, shared by the body and the attempt that waits for the response.
pub(crate) struct Progress {
    start: Instant,
    /// Time of the last progress, in milliseconds since `start`.
    last: AtomicU64,
}

impl Progress {
    /// Makes the body of a request record its progress; `None` for a request without a body or with a small one.
    pub(crate) fn track(request: &mut Request) -> Option<Arc<Self>> {
        let body = request.body_mut();
        if body.as_ref()?.as_bytes().is_some_and(|bytes| bytes.len() <= PIECE) {
            return None;
        }
        let progress = Arc::new(Self { start: Instant::now(), last: AtomicU64::new(0) });
        let tracked = TrackedBody { body: body.take()?, rest: Bytes::new(), progress: Arc::clone(&progress) };
        *body = Some(Body::wrap(tracked));
        Some(progress)
    }

    /// Returns the time since the connection last took a piece of the body, or zero while the body waits for its
    /// source.
    pub(crate) fn idle_time(&self) -> Duration {
        let last = self.last.load(Ordering::Acquire);
        if last == WAITING {
            return Duration::ZERO;
        }
        self.start.elapsed().saturating_sub(Duration::from_millis(last))
    }

    fn record(&self) {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(WAITING - 1);
        self.last.store(now, Ordering::Release);
    }

    fn wait(&self) {
        self.last.store(WAITING, Ordering::Release);
    }
}

/// A body that is sent in pieces and records when the connection takes one.
struct TrackedBody {
    body: Body,
    /// Rest of the last frame of `body`.
    rest: Bytes,
    progress: Arc<Progress>,
}

impl http_body::Body for TrackedBody {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        self.progress.record();
        if self.rest.is_empty() {
            let frame = Pin::new(&mut self.body).poll_frame(context);
            if frame.is_pending() {
                self.progress.wait();
            }
            match frame {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return other,
            }
        }
        let piece = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(piece)))))
    }

    fn size_hint(&self) -> SizeHint {
        let (mut hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(hint.lower().saturating_add(rest));
        hint
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use http_body::Body as _;
    use reqwest::{Method, Url};

    use super::*;

    fn request(body: Vec<u8>) -> Request {
        let mut request = Request::new(Method::PUT, Url::parse("http://x/").unwrap());
        *request.body_mut() = Some(body.into());
        request
    }

    #[tokio::test]
    async fn a_large_body_is_sent_unchanged_in_small_pieces_with_its_length() {
        let sent: Vec<u8> = (0..=u8::MAX).cycle().take(3 * PIECE + 1).collect();
        let mut request = request(sent.clone());
        Progress::track(&mut request).unwrap();
        let body = request.body_mut().as_mut().unwrap();
        let mut received = Vec::new();
        loop {
            assert_eq!(body.size_hint().exact(), Some((sent.len() - received.len()) as u64));
            let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await else { break };
            let piece = frame.unwrap().into_data().unwrap();
            assert!(piece.len() <= PIECE);
            received.extend_from_slice(&piece);
        }
        assert!(body.is_end_stream() && received == sent);
    }

    #[tokio::test(start_paused = true)]
    async fn a_small_body_is_not_tracked() {
        let mut request = request(vec![0; PIECE]);
        assert!(Progress::track(&mut request).is_none());
        assert!(request.body().unwrap().as_bytes().is_some());
    }

    #[cfg(feature = "files")]
    #[tokio::test(start_paused = true)]
    async fn idle_time_counts_from_the_last_piece_and_not_while_the_source_is_slow() {
        let (source, chunks) = futures::channel::mpsc::unbounded::<Result<Bytes, std::io::Error>>();
        let mut request = request(Vec::new());
        *request.body_mut() = Some(Body::wrap_stream(chunks));
        let progress = Progress::track(&mut request).unwrap();
        let second = Duration::from_secs(1);
        tokio::time::advance(second).await;
        assert_eq!(progress.idle_time(), second);
        let body = request.body_mut().as_mut().unwrap();
        assert!(futures::poll!(poll_fn(|context| Pin::new(&mut *body).poll_frame(context))).is_pending());
        tokio::time::advance(second).await;
        assert_eq!(progress.idle_time(), Duration::ZERO, "the connection waits for the source");
        source.unbounded_send(Ok(Bytes::from_static(b"piece"))).unwrap();
        poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await.unwrap().unwrap();
        tokio::time::advance(second).await;
        assert_eq!(progress.idle_time(), second);
    }
}
