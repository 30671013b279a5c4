//! What log lines and metrics tell. Never a secret, a token, or the server's own words.

use std::time::Duration;

use crate::authorization::Generation;
use crate::error::Error;
use crate::source::FetchReason;

pub(crate) fn fetched(
    label: &str,
    reason: FetchReason,
    shared: bool,
    took: Duration,
    generation: Generation,
    life: Option<Duration>,
) {
    let outcome = if shared { "shared" } else { "ok" };
    tracing::debug!(
        source = label,
        reason = reason.as_str(),
        outcome,
        duration = ?took,
        generation = generation.0,
        lifetime = ?life,
        "token fetched"
    );
    #[cfg(feature = "metrics")]
    metered::fetched(label, reason, outcome, took);
    #[cfg(feature = "metrics")]
    metered::remaining(label, life);
}

pub(crate) fn failed(label: &str, reason: FetchReason, took: Duration, error: &Error, rest: Duration) {
    let outcome = outcome(error);
    tracing::warn!(
        source = label,
        reason = reason.as_str(),
        outcome,
        duration = ?took,
        next_attempt_in = ?rest,
        error = %error,
        "no token"
    );
    #[cfg(feature = "metrics")]
    metered::fetched(label, reason, outcome, took);
}

pub(crate) fn attempt_failed(label: &str, attempt: u32, error: &Error, pause: Duration) {
    tracing::debug!(source = label, attempt, error = %error, next_attempt_in = ?pause, "token request failed");
    #[cfg(feature = "metrics")]
    metered::retried(label);
}

pub(crate) fn rejected(label: &str, generation: Generation, outcome: &'static str) {
    tracing::info!(source = label, generation = generation.0, outcome, "token rejected by the server");
    #[cfg(feature = "metrics")]
    metered::rejected(label, outcome);
}

pub(crate) fn abandoned(label: &str) {
    tracing::info!(source = label, "the runtime of a token fetch is gone or stuck; fetching anew");
}

/// Tells how long the token in use will last. Called about once a second where there is traffic.
pub(crate) fn remaining(label: &str, remaining: Option<Duration>) {
    #[cfg(feature = "metrics")]
    metered::remaining(label, remaining);
    #[cfg(not(feature = "metrics"))]
    let _ = (label, remaining);
}

fn outcome(error: &Error) -> &'static str {
    use crate::error::ErrorKind::{Configuration, Malformed, Refused, Unavailable};
    match error.kind() {
        Unavailable => "unavailable",
        Refused => "refused",
        Malformed => "malformed",
        Configuration => "configuration",
    }
}

#[cfg(feature = "metrics")]
mod metered {
    //! The same, as counters.

    use std::time::Duration;

    use crate::source::FetchReason;

    pub(super) fn fetched(label: &str, reason: FetchReason, outcome: &'static str, took: Duration) {
        let reason = reason.as_str();
        metrics::counter!("keyfob_auth_fetches_total", "source" => label.to_owned(), "reason" => reason, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("keyfob_auth_fetch_seconds", "source" => label.to_owned(), "outcome" => outcome)
            .record(took);
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
