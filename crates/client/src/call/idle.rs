//! The read timeout: the maximum time in which a service sends nothing while it has the whole request.
//!
//! reqwest's own read timeout also runs while the request's body is sent, so that long uploads would fail.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use reqwest::Response;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::call::{attempt_error::AttemptError, progress::Progress};

/// Timer of one attempt, for its headers and its body.
///
/// The timer stays registered between the waits of an attempt: setting a registered timer to a later time takes no lock,
/// but the first timer of an idle runtime wakes the thread that waits for sockets.
pub(crate) struct IdleTimer {
    limit: Option<Duration>,
    /// Boxed, so that the state of a call stays small; `None` before the first wait.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl IdleTimer {
    /// Creates a timer with this read timeout; `None` waits without limit.
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { limit, sleep: None }
    }

    /// Waits for the headers of a response. Progress of the request's body starts the read timeout anew.
    pub(crate) async fn response(
        &mut self,
        progress: Option<Arc<Progress>>,
        sent: impl Future<Output = Result<Response, reqwest::Error>>,
    ) -> Result<Response, AttemptError> {
        let mut sent = pin!(sent);
        let mut wait = self.limit;
        loop {
            if let Some(result) = self.wait(wait, sent.as_mut()).await {
                return result.map_err(AttemptError::transport);
            }
            let rest = self.limit.zip(progress.as_ref()).map(|(limit, body)| limit.saturating_sub(body.idle_time()));
            wait = rest.filter(|rest| !rest.is_zero());
            if wait.is_none() {
                return Err(AttemptError::read_timeout());
            }
        }
    }

    /// Waits for the next chunk of a response's body; `None` at its end.
    pub(crate) async fn chunk(&mut self, response: &mut Response) -> Result<Option<Bytes>, AttemptError> {
        let next = pin!(response.chunk());
        let chunk = self.wait(self.limit, next).await.ok_or_else(AttemptError::read_timeout)?;
        chunk.map_err(AttemptError::body)
    }

    /// Waits for a future, at most this time from now on; `None` if the time has passed.
    async fn wait<F: Future>(&mut self, mut limit: Option<Duration>, mut future: Pin<&mut F>) -> Option<F::Output> {
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            // Most chunks have arrived, and need no timer. A limit beyond the end of time is none.
            if let Some(deadline) = limit.take().and_then(|limit| Instant::now().checked_add(limit)) {
                match &mut self.sleep {
                    Some(sleep) => sleep.as_mut().reset(deadline),
                    None => self.sleep = Some(Box::pin(sleep_until(deadline))),
                }
            }
            match &mut self.sleep {
                Some(sleep) => sleep.as_mut().poll(context).map(|()| None),
                None => Poll::Pending,
            }
        })
        .await
    }
}
