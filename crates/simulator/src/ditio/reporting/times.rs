//! Instants in milliseconds since the Unix epoch, and the vendor's formats.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// The .NET default of an unset time.
pub(in crate::ditio) const UNSET: &str = "0001-01-01T00:00:00";

pub(in crate::ditio) const SECOND: i64 = 1_000;
pub(in crate::ditio) const MINUTE: i64 = 60 * SECOND;
pub(in crate::ditio) const HOUR: i64 = 60 * MINUTE;
pub(in crate::ditio) const DAY: i64 = 24 * HOUR;

/// Parses a date, a time without a zone (as UTC) or a time with a zone.
pub(in crate::ditio) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(midnight(date));
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.timestamp_millis());
    }
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"));
    naive.ok().map(|naive| naive.and_utc().timestamp_millis())
}

pub(in crate::ditio) fn midnight(date: NaiveDate) -> i64 {
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()
}

pub(in crate::ditio) fn date_time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// Formats as `2026-02-27T07:00:00Z`, with milliseconds if they are not zero.
pub(in crate::ditio) fn utc(millis: i64) -> String {
    crate::state::clock::format_iso(date_time(millis))
}

/// Formats as `2026-02-27T07:00:00`, without a zone.
pub(in crate::ditio) fn naive(millis: i64) -> String {
    date_time(millis).format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Formats as `2026-02-27T07:00:00.1230000`, with seven decimals and no zone.
pub(in crate::ditio) fn ticks(millis: i64) -> String {
    date_time(millis).format("%Y-%m-%dT%H:%M:%S%.3f0000").to_string()
}

/// Formats in the Norwegian winter zone: `2026-02-27T08:00:00+01:00`.
pub(in crate::ditio) fn offset(millis: i64) -> String {
    date_time(millis + HOUR).format("%Y-%m-%dT%H:%M:%S+01:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_format_of_a_time_is_parsed() {
        for text in [
            "2026-06-01",
            "2026-06-01T00:00:00",
            "2026-06-01T00:00:00Z",
            "2026-06-01T00:00:00.000Z",
            "2026-06-01T02:00:00+02:00",
            "2026-06-01T00:00:00.0000000",
        ] {
            assert_eq!(parse(text), Some(1_780_272_000_000), "{text}");
        }
        assert_eq!(parse("yesterday"), None);
        assert!(parse(UNSET).is_some());
    }

    #[test]
    fn every_format_parses_back_to_the_same_instant() {
        let instant = 1_772_438_400_123;
        assert_eq!(parse(&utc(instant)), Some(instant));
        assert_eq!(parse(&ticks(instant)), Some(instant));
        assert_eq!(parse(&naive(instant)), Some(instant - 123));
        assert_eq!(parse(&offset(instant)), Some(instant - 123));
    }
}
