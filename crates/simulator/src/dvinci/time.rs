//! Timestamps in the vendor's formats.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;

use crate::dvinci::store::row::{Row, text};

/// Formats a timestamp with milliseconds: `2017-03-14T08:14:06.129Z`.
pub(super) fn format_millis(timestamp: DateTime<Utc>) -> String {
    timestamp.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Formats a timestamp without a fraction, as in onboardings: `2020-08-20T07:53:25Z`.
pub(super) fn format_seconds(timestamp: DateTime<Utc>) -> String {
    timestamp.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Formats a timestamp as in the feed, which omits seconds and fraction if both are zero: `2025-08-03T22:00Z`.
pub(super) fn format_shortest(timestamp: DateTime<Utc>) -> String {
    if timestamp.timestamp_millis() % 60_000 == 0 {
        timestamp.format("%Y-%m-%dT%H:%MZ").to_string()
    } else {
        format_millis(timestamp)
    }
}

/// Normalizes a timestamp to `2016-01-01T00:00:00.000+01:00`; `None` for a text without fraction or offset.
pub(super) fn normalize_offset(text: &str) -> Option<String> {
    let timestamp = DateTime::parse_from_rfc3339(text).ok()?;
    let fraction = text.get(19..)?.starts_with('.');
    fraction.then(|| timestamp.format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string())
}

/// Returns a member of a row as a timestamp.
pub(super) fn from_row(row: &Row, name: &str) -> Option<DateTime<Utc>> {
    let text = row.get(name).and_then(Value::as_str)?;
    DateTime::parse_from_rfc3339(text).ok().map(|timestamp| timestamp.to_utc())
}

/// Returns whether a date of a row is not before a day; always true without a day.
pub(super) fn is_on_or_after(row: &Row, name: &str, day: Option<NaiveDate>) -> bool {
    day.is_none_or(|day| text(row, name) >= day.to_string().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_formats_full_minutes_without_seconds() {
        let at = |text: &str| format_shortest(DateTime::parse_from_rfc3339(text).unwrap().to_utc());
        assert_eq!(at("2025-08-04T00:00:00.000+02:00"), "2025-08-03T22:00Z");
        assert_eq!(at("2026-12-31T22:59:59.999Z"), "2026-12-31T22:59:59.999Z");
    }

    #[test]
    fn placements_keep_their_offset_and_require_a_fraction() {
        let timestamp = "2016-01-01T00:00:00.000+01:00";
        assert_eq!(normalize_offset(timestamp).as_deref(), Some(timestamp));
        assert_eq!(normalize_offset("2016-01-01T00:00:00+01:00"), None);
        assert_eq!(normalize_offset("2016-01-01"), None);
    }
}
