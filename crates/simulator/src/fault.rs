//! Faults: what goes wrong, for which requests, and how often.

mod apply;
mod glob;
mod kind;
mod list;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(crate) use apply::{Outcome, after, before};
use kind::Kind;
pub(crate) use list::Faults;

use crate::vendor::Vendor;

/// Something that goes wrong with requests of the caller's choice; once, unless it says otherwise.
///
/// The same text in JSON is what `POST /_control/faults` takes:
///
/// ```
/// # use keyfob_simulator::{Fault, Vendor};
/// let fault = Fault::status(503).retry_after("1").on(Vendor::Ditio).method("GET").path("/ditio/core/*").times(2);
/// let json = r#"{"kind":"status","status":503,"retryAfter":"1","vendor":"ditio","method":"GET",
///                "path":"/ditio/core/*","times":2}"#;
/// assert_eq!(fault, serde_json::from_str(json).unwrap());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    #[serde(flatten)]
    pub(crate) kind: Kind,
    /// Waited before anything else happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) vendor: Option<Vendor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// A prefix, or with `*` in it a pattern for the whole path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// It ends after so many hits; once when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u64>,
    /// It hits every so manieth matching request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) every: Option<u64>,
    /// It hits every matching request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) always: bool,
}

impl Fault {
    /// The request is not applied; the answer has this status and a short JSON body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(Kind::Status { status, retry_after: None, retry_after_date: None, body: None })
    }

    /// The request is only slow.
    #[must_use]
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::Delay).delayed(delay)
    }

    /// The body of the answer comes in pieces of so many bytes, with a pause before each.
    #[must_use]
    pub fn drip(bytes: usize, pause: Duration) -> Self {
        Self::new(Kind::Drip { bytes, pause_ms: millis(pause) })
    }

    /// The connection is reset and the request is not applied.
    #[must_use]
    pub fn reset_before() -> Self {
        Self::new(Kind::ResetBefore)
    }

    /// The request is applied, then the connection is reset instead of an answer.
    #[must_use]
    pub fn reset_after() -> Self {
        Self::new(Kind::ResetAfter)
    }

    /// The answer promises its whole length, sends half of the body, and the connection is closed.
    #[must_use]
    pub fn truncated() -> Self {
        Self::new(Kind::Truncated)
    }

    /// The request is not applied; the answer is an HTML page, as of a proxy in the way.
    #[must_use]
    pub fn html(status: u16) -> Self {
        Self::new(Kind::Html { status })
    }

    /// The answer is right but for its `Content-Type`.
    #[must_use]
    pub fn content_type(value: impl Into<String>) -> Self {
        Self::new(Kind::ContentType { value: value.into() })
    }

    /// The answer has this header once more.
    #[must_use]
    pub fn duplicate_header(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(Kind::DuplicateHeader { name: name.into(), value: value.into() })
    }

    /// The body of the answer is followed by blanks up to so many bytes.
    #[must_use]
    pub fn oversized(bytes: u64) -> Self {
        Self::new(Kind::Oversized { bytes })
    }

    /// The answer has its status and headers, and no body.
    #[must_use]
    pub fn empty_body() -> Self {
        Self::new(Kind::EmptyBody)
    }

    /// `Retry-After` of a [`Fault::status`]: seconds, a date, or nonsense.
    #[must_use]
    pub fn retry_after(mut self, value: impl Into<String>) -> Self {
        if let Kind::Status { retry_after, .. } = &mut self.kind {
            *retry_after = Some(value.into());
        }
        self
    }

    /// `Retry-After` of a [`Fault::status`] as an HTTP date so far from the real now.
    #[must_use]
    pub fn retry_after_date(mut self, from_now: Duration) -> Self {
        if let Kind::Status { retry_after_date, .. } = &mut self.kind {
            *retry_after_date = Some(from_now.as_secs());
        }
        self
    }

    /// The body of a [`Fault::status`]; sent as JSON.
    #[must_use]
    pub fn body(mut self, text: impl Into<String>) -> Self {
        if let Kind::Status { body, .. } = &mut self.kind {
            *body = Some(text.into());
        }
        self
    }

    /// Waits before anything else happens; goes with every kind.
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay_ms = Some(millis(delay));
        self
    }

    /// Only requests to this vendor, its token endpoint included.
    #[must_use]
    pub fn on(mut self, vendor: Vendor) -> Self {
        self.vendor = Some(vendor);
        self
    }

    /// Only this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only paths that begin with this; with `*` in it, a pattern for the whole path, vendor's prefix included.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The next so many matching requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Every so manieth matching request, until cleared; together with [`Fault::times`], so many hits.
    #[must_use]
    pub fn every(mut self, every: u64) -> Self {
        self.every = Some(every.max(1));
        self
    }

    /// Every matching request, until cleared.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }

    /// The kind, as the control API names it.
    pub(crate) fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn new(kind: Kind) -> Self {
        Self { kind, delay_ms: None, vendor: None, method: None, path: None, times: None, every: None, always: false }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
