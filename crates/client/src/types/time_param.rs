//! Dates and times in query parameters.

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};
use serde::{Serialize, Serializer};

use super::timestamp::Timestamp;
use crate::encode::{Encode, ErasedWriter, Failed};

/// A date, or a date and time, in a query parameter.
///
/// Setters of such parameters take `impl Into<TimeParam>`: chrono's types, a [`Timestamp`], a [`SystemTime`], or a
/// text. A text is sent unchanged, without validation.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use keyfob_client::TimeParam;
///
/// let day = Duration::from_secs(24 * 60 * 60);
/// assert_eq!(TimeParam::from(UNIX_EPOCH + day).as_str(), "1970-01-02T00:00:00Z");
/// assert_eq!(TimeParam::from("2026-03-01").as_str(), "2026-03-01");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TimeParam(String);

impl TimeParam {
    /// Returns the text that is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for TimeParam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for TimeParam {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Encode for TimeParam {
    fn encode(&self, writer: &mut dyn ErasedWriter) -> Result<(), Failed> {
        writer.string(&self.0)
    }
}

impl From<&str> for TimeParam {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for TimeParam {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<NaiveDate> for TimeParam {
    fn from(date: NaiveDate) -> Self {
        Self(date.to_string())
    }
}

impl From<NaiveDateTime> for TimeParam {
    fn from(time: NaiveDateTime) -> Self {
        Self(Timestamp::from(time).to_string())
    }
}

impl From<DateTime<Utc>> for TimeParam {
    fn from(time: DateTime<Utc>) -> Self {
        Self(Timestamp::from(time).to_string())
    }
}

impl From<DateTime<FixedOffset>> for TimeParam {
    fn from(time: DateTime<FixedOffset>) -> Self {
        Self(Timestamp::from(time).to_string())
    }
}

/// Converts to UTC, in RFC 3339, as [`Timestamp`] does.
impl From<SystemTime> for TimeParam {
    fn from(time: SystemTime) -> Self {
        Self(Timestamp::from(time).to_string())
    }
}

impl From<Timestamp> for TimeParam {
    fn from(time: Timestamp) -> Self {
        Self(time.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_sent_as_rfc_3339_and_dates_as_dates() {
        let utc = "2026-03-01T08:00:00Z".parse::<DateTime<Utc>>().unwrap();
        assert_eq!(TimeParam::from(utc).as_str(), "2026-03-01T08:00:00Z");
        let half = utc + chrono::TimeDelta::milliseconds(500);
        assert_eq!(TimeParam::from(half).as_str(), "2026-03-01T08:00:00.500Z");
        let oslo = utc.with_timezone(&FixedOffset::east_opt(3600).unwrap());
        assert_eq!(TimeParam::from(oslo).as_str(), "2026-03-01T09:00:00+01:00");
        assert_eq!(TimeParam::from(utc.fixed_offset()).as_str(), "2026-03-01T08:00:00+00:00");
        assert_eq!(TimeParam::from(utc.date_naive()).as_str(), "2026-03-01");
        assert_eq!(TimeParam::from(utc.naive_utc()).as_str(), "2026-03-01T08:00:00");
        assert_eq!(TimeParam::from(SystemTime::from(utc)).as_str(), "2026-03-01T08:00:00Z");
        assert_eq!(TimeParam::from("yesterday").as_str(), "yesterday");
    }
}
