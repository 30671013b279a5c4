//! The retry loop of a call: attempt, classify the error, renew the token or back off, repeat.

use std::time::Duration;

use keyfob_auth::Rejection;
use reqwest::Method;
use tracing::Instrument;

use crate::{
    call::{
        attempt::{BodyMode, Received},
        attempt_error::{AttemptError, Retryable},
        context::CallContext,
        options::CallOptions,
        retry::Schedule,
    },
    connection::Connection,
    error::Error,
    operation::{Idempotency, Operation},
    request::prepared::{PreparedRequest, RequestParts},
};

/// Sends a request until an attempt succeeds or the call fails. `mode` selects how the response body is read.
pub(crate) async fn execute(
    connection: &Connection,
    operation: &'static Operation,
    request: Result<PreparedRequest, Error>,
    options: CallOptions,
    mut mode: BodyMode<'_>,
) -> Result<Received, Error> {
    let host = request.as_ref().ok().and_then(|request| request.parts.host).unwrap_or(operation.host);
    let context = CallContext::new(connection, operation, host, options, matches!(mode, BodyMode::Buffer(_)));
    let result = match request {
        Ok(request) => {
            let result = context.attempts(&request.parts, &mut mode).instrument(context.span.clone()).await;
            result.map_err(|error| error.through(|| connection.proxy_for(&request.parts.url)))
        }
        Err(error) => Err(error),
    };
    let result = result.map_err(|error| error.at(connection.api, operation));
    context.record(result.as_ref().err());
    result
}

/// State of the retry loop after the first attempt.
#[derive(Default)]
struct RetryState {
    /// The token was renewed for this call.
    renewed: bool,
    /// Number of attempts after the first.
    resends: u32,
    schedule: Option<Box<Schedule>>,
}

impl CallContext<'_> {
    async fn attempts(&self, parts: &RequestParts, mode: &mut BodyMode<'_>) -> Result<Received, Error> {
        self.options.check()?;
        let mut state = RetryState::default();
        loop {
            let error = match self.attempt(parts, mode).await {
                Ok(received) => {
                    self.connection.budget.deposit();
                    return Ok(received);
                }
                Err(error) => error,
            };
            let delay = self.next_attempt(parts, error, &mut state)?;
            if let Some(delay) = delay {
                self.connection.clock.sleep(delay).await;
            }
        }
    }

    /// Decides whether to retry after a failed attempt.
    ///
    /// Returns the delay before the next attempt (`None` to retry at once with a renewed token), or the error to return
    /// to the caller.
    fn next_attempt(
        &self,
        parts: &RequestParts,
        error: AttemptError,
        state: &mut RetryState,
    ) -> Result<Option<Duration>, Error> {
        let repeatable = parts.is_repeatable();
        // Every rejection is reported to the authenticator, even if this request cannot be replayed, so that the next
        // call has a new token.
        let replay = match (error.rejected_token, self.authenticator) {
            (Some(generation), Some(authenticator)) => authenticator.reject(generation) == Rejection::Replay,
            _ => false,
        };
        let delay = if replay && repeatable && !state.renewed {
            state.renewed = true;
            None
        } else {
            let schedule = || Box::new(self.options.schedule(&self.connection.retry));
            let schedule = state.schedule.get_or_insert_with(schedule);
            let idempotent = self.operation.idempotency == Idempotency::Idempotent || self.options.idempotent;
            let permitted = match error.retryable {
                Retryable::Never => false,
                Retryable::WithRetryTime => schedule.is_batch(),
                Retryable::Reads => idempotent && !matches!(parts.method, Method::PUT | Method::DELETE),
                Retryable::Idempotent => idempotent,
                Retryable::Always => true,
            };
            let may_retry = repeatable && !self.options.no_retry && permitted;
            let delay = if may_retry { schedule.next(self.elapsed(), error.error.retry_after()) } else { None };
            let within_budget = |_: &Duration| schedule.is_batch() || self.connection.budget.withdraw();
            let Some(delay) = delay.filter(within_budget) else { return Err(error.error) };
            tracing::debug!(reason = ?error.error.kind(), delay_ms = delay.as_secs_f64() * 1e3, "retrying");
            Some(delay)
        };
        state.resends += 1;
        self.span.record("http.request.resend_count", state.resends);
        Ok(delay)
    }
}
