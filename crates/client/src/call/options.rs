//! Options of one call.

use std::{fmt, time::Duration};

use reqwest::{
    Request,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use crate::{
    call::retry::{RetryPolicy, Schedule},
    error::{Error, ErrorKind},
};

/// Options of one call, which override the settings of its client.
///
/// Typed, raw ([`RawRequest`](crate::RawRequest)) and dynamic calls ([`DynamicCall`](crate::DynamicCall)) take all of
/// them with `options`, or a single one with the setter of the same name.
///
/// ```
/// use std::time::Duration;
/// use keyfob_client::CallOptions;
///
/// let options = CallOptions::default().timeout(Duration::from_secs(5)).no_retry().header("x-request-id", "42");
/// ```
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) no_retry: bool,
    pub(crate) idempotent: bool,
    /// Boxed: few calls have one of these options, and every call moves its options.
    rare: Option<Box<RareOptions>>,
}

#[derive(Clone, Default)]
struct RareOptions {
    headers: HeaderMap,
    /// A name or value passed to [`CallOptions::header`] is not valid HTTP.
    invalid: bool,
    retry_for: Option<Duration>,
}

impl CallOptions {
    /// Limits each attempt, from connecting to the last byte of the response, to `timeout`; [`Duration::MAX`] means no
    /// limit. Token requests have limits of their own; see [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends the request once, regardless of the client's retry policy and of [`retry_for`](CallOptions::retry_for).
    /// After a rejected token the request is still sent again, with a new token.
    ///
    /// A token request that this call causes is sent once, too. Calls without a token share one fetch: it is retried if
    /// another call that waits for it permits retries.
    #[must_use]
    pub fn no_retry(mut self) -> Self {
        self.no_retry = true;
        self
    }

    /// Declares this request idempotent even if its operation is not, so that it is retried like a read.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Retries this call until `time` has passed since its start, as [`RetryPolicy::retry_for`] does, instead of the
    /// limits of the client's retry policy.
    #[must_use]
    pub fn retry_for(mut self, time: Duration) -> Self {
        self.rare.get_or_insert_default().retry_for = Some(time);
        self
    }

    /// Adds a header to the request, in place of the operation's own header of that name.
    ///
    /// A second value for the same name replaces the first. The header is sent with every attempt, but not after a
    /// redirect to another origin. The client's own `Authorization` header cannot be replaced. An invalid name or value
    /// makes the call fail with [`ErrorKind::Rejected`] before anything is sent.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let extra = self.rare.get_or_insert_default();
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => drop(extra.headers.insert(name, value)),
            _ => extra.invalid = true,
        }
        self
    }

    /// Checks the extra headers.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.rare {
            Some(extra) if extra.invalid => Err(Error::new(
                ErrorKind::Rejected,
                "an extra header is not valid HTTP: names are letters, digits and dashes, values have no line breaks",
            )),
            _ => Ok(()),
        }
    }

    /// Returns the schedule of the call's retries, with this policy of its client.
    pub(crate) fn schedule(&self, policy: &RetryPolicy) -> Schedule {
        match self.retry_time() {
            Some(time) => policy.clone().retry_for(time).schedule(),
            None => policy.schedule(),
        }
    }

    /// Returns `true` if the call has a total retry time of its own.
    pub(crate) fn has_retry_time(&self) -> bool {
        self.retry_time().is_some()
    }

    fn retry_time(&self) -> Option<Duration> {
        self.rare.as_ref()?.retry_for
    }

    /// Returns `true` if one of the extra headers has this name.
    pub(crate) fn has_header(&self, name: HeaderName) -> bool {
        self.rare.as_ref().is_some_and(|extra| extra.headers.contains_key(name))
    }

    /// Puts the extra headers into a request.
    #[inline]
    pub(crate) fn apply(&self, request: &mut Request) {
        if let Some(extra) = &self.rare {
            for (name, value) in &extra.headers {
                request.headers_mut().insert(name, value.clone());
            }
        }
    }
}

/// Shows the names of extra headers, not their values.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.rare.iter().flat_map(|extra| extra.headers.keys()).collect();
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("no_retry", &self.no_retry)
            .field("idempotent", &self.idempotent)
            .field("retry_for", &self.retry_time())
            .field("headers", &headers)
            .finish()
    }
}
