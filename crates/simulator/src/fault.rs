//! Faults: the failure to inject, the requests it applies to, and the number of times.

mod apply;
mod glob;
mod kind;
mod list;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use apply::{Outcome, after, before};
use kind::{KINDS, Kind};
pub(crate) use list::Faults;

use crate::control::known_members;
use crate::vendor::Vendor;

/// Members of every fault, besides those of its kind.
const COMMON_MEMBERS: [&str; 8] = ["kind", "vendor", "method", "path", "delayMs", "times", "every", "always"];

/// A failure to inject into matching requests; by default into the next matching request only.
///
/// `POST /_control/faults` takes a fault as JSON:
///
/// ```
/// # use keyfob_simulator::{Fault, Vendor};
/// let vendor = Vendor::ALL[0];
/// let fault = Fault::status(503).retry_after("1").on(vendor).method("GET").path("*/projects").times(2);
/// let json = format!(
///     r#"{{"kind": "status", "status": 503, "retryAfter": "1", "vendor": "{vendor}", "method": "GET",
///         "path": "*/projects", "times": 2}}"#
/// );
/// assert_eq!(fault, serde_json::from_str(&json).unwrap());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    #[serde(flatten)]
    pub(crate) kind: Kind,
    /// Delay before all other effects, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) vendor: Option<Vendor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// A path prefix; with `*`, a pattern for the whole path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// Number of hits after which the fault is removed; 1 if neither `every` nor `always` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u64>,
    /// Hits every n-th matching request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) every: Option<u64>,
    /// Hits every matching request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) always: bool,
}

impl Fault {
    /// Does not apply the request; responds with this status and a short JSON body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(Kind::Status { status, retry_after: None, retry_after_date: None, body: None })
    }

    /// Delays the request and changes nothing else.
    #[must_use]
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::Delay).delayed(delay)
    }

    /// Sends the response body in chunks of `bytes` bytes, with a pause before each.
    #[must_use]
    pub fn drip(bytes: usize, pause: Duration) -> Self {
        Self::new(Kind::Drip { bytes, pause_ms: millis(pause) })
    }

    /// Does not apply the request; resets the connection.
    #[must_use]
    pub fn reset_before() -> Self {
        Self::new(Kind::ResetBefore)
    }

    /// Applies the request, then resets the connection instead of sending the response.
    #[must_use]
    pub fn reset_after() -> Self {
        Self::new(Kind::ResetAfter)
    }

    /// Sends the full `Content-Length` with half of the body, then closes the connection.
    #[must_use]
    pub fn truncated() -> Self {
        Self::new(Kind::Truncated)
    }

    /// Does not apply the request; responds with an HTML page, as a proxy would.
    #[must_use]
    pub fn html(status: u16) -> Self {
        Self::new(Kind::Html { status })
    }

    /// Replaces the `Content-Type` of the response.
    #[must_use]
    pub fn content_type(value: impl Into<String>) -> Self {
        Self::new(Kind::ContentType { value: value.into() })
    }

    /// Adds this header to the response, even if it is present.
    #[must_use]
    pub fn duplicate_header(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(Kind::DuplicateHeader { name: name.into(), value: value.into() })
    }

    /// Appends `bytes` spaces to the response body.
    #[must_use]
    pub fn oversized(bytes: u64) -> Self {
        Self::new(Kind::Oversized { bytes })
    }

    /// Sends the response's status and headers without a body.
    #[must_use]
    pub fn empty_body() -> Self {
        Self::new(Kind::EmptyBody)
    }

    /// Sets `Retry-After` of a [`Fault::status`]: seconds, a date or an invalid value.
    #[must_use]
    pub fn retry_after(mut self, value: impl Into<String>) -> Self {
        if let Kind::Status { retry_after, .. } = &mut self.kind {
            *retry_after = Some(value.into());
        }
        self
    }

    /// Sets `Retry-After` of a [`Fault::status`] to an HTTP date, counted from the real time of the response.
    #[must_use]
    pub fn retry_after_date(mut self, from_now: Duration) -> Self {
        if let Kind::Status { retry_after_date, .. } = &mut self.kind {
            *retry_after_date = Some(from_now.as_secs());
        }
        self
    }

    /// Sets the body of a [`Fault::status`], sent as JSON.
    #[must_use]
    pub fn body(mut self, text: impl Into<String>) -> Self {
        if let Kind::Status { body, .. } = &mut self.kind {
            *body = Some(text.into());
        }
        self
    }

    /// Delays the request before all other effects; valid for every kind.
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay_ms = Some(millis(delay));
        self
    }

    /// Matches only requests to this vendor, its token endpoint included.
    #[must_use]
    pub fn on(mut self, vendor: Vendor) -> Self {
        self.vendor = Some(vendor);
        self
    }

    /// Matches only this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Matches only paths with this prefix. With `*`, a pattern for the whole path. Paths include the vendor's prefix.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Hits the next `times` matching requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Hits every n-th matching request until removed; with [`Fault::times`], until that number of hits.
    #[must_use]
    pub fn every(mut self, every: u64) -> Self {
        self.every = Some(every.max(1));
        self
    }

    /// Hits every matching request until removed.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }

    /// Decodes a fault of the control API. Fails for unknown members, and if a status is not that of a response.
    pub(crate) fn from_json(body: Value) -> Result<Self, String> {
        let kind = KINDS.iter().find(|(kind, _)| body["kind"] == *kind);
        if let (Value::Object(members), Some((kind, own))) = (&body, kind) {
            let known: Vec<&str> = COMMON_MEMBERS.iter().chain(*own).copied().collect();
            known_members(members, &known, &format!("a fault of the kind `{kind}`"))?;
        }
        let fault: Self = serde_json::from_value(body).map_err(|error| error.to_string())?;
        match fault.kind {
            Kind::Status { status, .. } | Kind::Html { status } if !(200..1000).contains(&status) => {
                Err("`status` must be from 200 to 999".to_owned())
            }
            _ => Ok(fault),
        }
    }

    /// Returns the kinds in the control API, with the members of each.
    pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        KINDS.into_iter()
    }

    /// Returns the name of the kind in the control API.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(fault: Fault) {
        let json = serde_json::to_value(&fault).unwrap();
        assert_eq!(Fault::from_json(json.clone()), Ok(fault), "{json}");
    }

    #[test]
    fn every_member_of_every_kind_is_known() {
        let pause = Duration::from_secs(1);
        check(Fault::status(503).retry_after("1").retry_after_date(pause).body("{}").delayed(pause).method("GET"));
        check(Fault::html(502).on(Vendor::ALL[0]).path("/").times(2).every(3).always());
        check(Fault::drip(1, pause));
        check(Fault::content_type("text/html"));
        check(Fault::duplicate_header("a", "b"));
        check(Fault::oversized(1));
        for fault in [Fault::delay(pause), Fault::reset_before(), Fault::reset_after(), Fault::truncated()] {
            check(fault);
        }
        check(Fault::empty_body());
        let error = Fault::from_json(json!({ "kind": "delay", "delayMs": 1, "status": 500 })).unwrap_err();
        assert!(error.starts_with("unknown member `status`: the members of a fault of the kind `delay`"), "{error}");
    }
}
