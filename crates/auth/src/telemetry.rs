//! Log events and metrics. They contain no secret, no token and no text of a server.

use std::time::Duration;

use crate::credentials::custom::FetchReason;
use crate::error::Error;
use crate::token::authorization::Generation;

pub(crate) fn fetched(
    label: &str,
    reason: FetchReason,
    shared: bool,
    elapsed: Duration,
    generation: Generation,
    lifetime: Option<Duration>,
) {
    let outcome = if shared { "shared" } else { "ok" };
    tracing::debug!(
        source = label,
        reason = reason.as_str(),
        outcome,
        duration = ?elapsed,
        generation = generation.0,
        lifetime = ?lifetime,
        "token fetched"
    );
    #[cfg(feature = "metrics")]
    metered::fetched(label, reason, outcome, elapsed);
    #[cfg(feature = "metrics")]
    metered::remaining(label, lifetime);
}

pub(crate) fn failed(label: &str, reason: FetchReason, elapsed: Duration, error: &Error, wait: Duration) {
    let outcome = error.kind().as_str();
    tracing::warn!(
        source = label,
        reason = reason.as_str(),
        outcome,
        duration = ?elapsed,
        next_attempt_in = ?wait,
        error = %error,
        "token fetch failed"
    );
    #[cfg(feature = "metrics")]
    metered::fetched(label, reason, outcome, elapsed);
}

pub(crate) fn attempt_failed(label: &str, attempt: u32, error: &Error, delay: Duration) {
    tracing::debug!(source = label, attempt, error = %error, next_attempt_in = ?delay, "token request failed");
    #[cfg(feature = "metrics")]
    metered::retried(label);
}

pub(crate) fn rejected(label: &str, generation: Generation, outcome: &'static str) {
    tracing::info!(source = label, generation = generation.0, outcome, "token rejected by the server");
    #[cfg(feature = "metrics")]
    metered::rejected(label, outcome);
}

pub(crate) fn abandoned(label: &str) {
    tracing::info!(source = label, "the runtime of a token fetch was shut down or is stuck; starting a new fetch");
}

/// Records the remaining lifetime of the token in use. Called about once a second under load.
pub(crate) fn remaining(label: &str, remaining: Option<Duration>) {
    #[cfg(feature = "metrics")]
    metered::remaining(label, remaining);
    #[cfg(not(feature = "metrics"))]
    let _ = (label, remaining);
}

#[cfg(feature = "metrics")]
mod metered {
    //! Metrics through the `metrics` facade.

    use std::time::Duration;

    use crate::credentials::custom::FetchReason;

    pub(super) fn fetched(label: &str, reason: FetchReason, outcome: &'static str, elapsed: Duration) {
        let reason = reason.as_str();
        let source = label.to_owned();
        metrics::counter!("keyfob_auth_fetches_total", "source" => source, "reason" => reason, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("keyfob_auth_fetch_seconds", "source" => label.to_owned(), "outcome" => outcome)
            .record(elapsed);
    }

    pub(super) fn retried(label: &str) {
        metrics::counter!("keyfob_auth_fetch_retries_total", "source" => label.to_owned()).increment(1);
    }

    pub(super) fn rejected(label: &str, outcome: &'static str) {
        metrics::counter!("keyfob_auth_rejections_total", "source" => label.to_owned(), "outcome" => outcome)
            .increment(1);
    }

    pub(super) fn remaining(label: &str, remaining: Option<Duration>) {
        if let Some(remaining) = remaining {
            metrics::gauge!("keyfob_auth_token_remaining_seconds", "source" => label.to_owned())
                .set(remaining.as_secs_f64());
        }
    }
}
