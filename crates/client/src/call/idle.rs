//! The read timeout: the maximum time in which a service sends nothing while it has the whole request.
//!
//! reqwest's own read timeout also runs while the request's body is sent, so that long uploads would fail.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use bytes::Bytes;
use reqwest::Response;
use tokio::time::timeout;

use crate::call::{attempt_error::AttemptError, progress::Progress};

/// Waits for the headers of a response. Progress of the request's body starts the read timeout anew.
pub(crate) async fn response(
    read_timeout: Option<Duration>,
    progress: Option<Arc<Progress>>,
    sent: impl Future<Output = Result<Response, reqwest::Error>>,
) -> Result<Response, AttemptError> {
    let Some(limit) = read_timeout else { return sent.await.map_err(AttemptError::transport) };
    let mut sent = pin!(sent);
    let mut wait = limit;
    loop {
        if let Ok(result) = timeout(wait, sent.as_mut()).await {
            return result.map_err(AttemptError::transport);
        }
        let idle = progress.as_ref().map_or(limit, |progress| progress.idle_time());
        wait = limit.saturating_sub(idle);
        if wait.is_zero() {
            return Err(AttemptError::read_timeout());
        }
    }
}

/// Waits for the next chunk of a response's body; `None` at its end.
pub(crate) async fn chunk(
    read_timeout: Option<Duration>,
    response: &mut Response,
) -> Result<Option<Bytes>, AttemptError> {
    let mut next = pin!(response.chunk());
    // Most chunks have arrived, and need no timer.
    let ready = poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
    let chunk = match (ready, read_timeout) {
        (Poll::Ready(chunk), _) => chunk,
        (Poll::Pending, None) => next.await,
        (Poll::Pending, Some(limit)) => timeout(limit, next).await.map_err(|_| AttemptError::read_timeout())?,
    };
    chunk.map_err(AttemptError::body)
}
