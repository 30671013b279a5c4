//! Instants as the vendor writes and reads them.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;

use super::call::Row;
use super::reply::{Errors, Refusal};
use super::table::text;
use crate::web::Query;

/// `2017-03-14T08:14:06.129Z`.
pub(super) fn millis(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `2020-08-20T07:53:25Z`, as onboardings have it.
pub(super) fn seconds(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `2025-08-03T22:00Z`: the feed leaves out seconds and fraction when they are zero.
pub(super) fn shortest(instant: DateTime<Utc>) -> String {
    if instant.timestamp_millis() % 60_000 == 0 {
        instant.format("%Y-%m-%dT%H:%MZ").to_string()
    } else {
        millis(instant)
    }
}

/// `2016-01-01T00:00:00.000+01:00`, if the text is an instant with fraction and offset.
pub(super) fn with_offset(text: &str) -> Option<String> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    let fraction = text.get(19..)?.starts_with('.');
    fraction.then(|| instant.format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string())
}

/// A row's member as an instant.
pub(super) fn of(row: &Row, name: &str) -> Option<DateTime<Utc>> {
    let text = row.get(name).and_then(Value::as_str)?;
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

/// A query's instant. It must be in UTC and say so by `Z`: offsets are not supported.
pub(super) fn asked(query: &Query, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(text) = query.get(name) else {
        return Ok(None);
    };
    let instant = DateTime::parse_from_rfc3339(text).ok().filter(|_| text.ends_with('Z'));
    match instant {
        Some(instant) => Ok(Some(instant.to_utc())),
        None => Err(Errors::only(name, "typeMismatch")),
    }
}

/// A query's day.
pub(super) fn asked_day(query: &Query, name: &str) -> Result<Option<NaiveDate>, Refusal> {
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    match query.get(name) {
        None => Ok(None),
        Some(text) => day(text).map(Some).ok_or_else(|| Errors::only(name, "typeMismatch")),
    }
}

/// A span of time that a query asks for by two parameters, both ends included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl Span {
    /// `{name}From` and `{name}To`.
    pub(super) fn asked(query: &Query, name: &str) -> Result<Self, Refusal> {
        Ok(Self { from: asked(query, &format!("{name}From"))?, to: asked(query, &format!("{name}To"))? })
    }

    /// Whether a row's instant is inside.
    pub(super) fn has(&self, row: &Row, name: &str) -> bool {
        let Some(instant) = of(row, name) else {
            return self.from.is_none() && self.to.is_none();
        };
        self.from.is_none_or(|from| instant >= from) && self.to.is_none_or(|to| instant <= to)
    }
}

/// Whether a row's day is the asked one or later; every row when none was asked.
pub(super) fn is_since(row: &Row, name: &str, day: Option<NaiveDate>) -> bool {
    day.is_none_or(|day| text(row, name) >= day.to_string().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_writes_full_minutes_without_seconds() {
        let at = |text: &str| shortest(DateTime::parse_from_rfc3339(text).unwrap().to_utc());
        assert_eq!(at("2025-08-04T00:00:00.000+02:00"), "2025-08-03T22:00Z");
        assert_eq!(at("2026-12-31T22:59:59.999Z"), "2026-12-31T22:59:59.999Z");
    }

    #[test]
    fn placements_keep_their_offset_and_need_a_fraction() {
        let kept = "2016-01-01T00:00:00.000+01:00";
        assert_eq!(with_offset(kept).as_deref(), Some(kept));
        assert_eq!(with_offset("2016-01-01T00:00:00+01:00"), None);
        assert_eq!(with_offset("2016-01-01"), None);
    }

    #[test]
    fn filters_take_no_offset() {
        let ask = |text: &str| asked(&Query::parse(format!("x={text}").as_bytes()), "x");
        assert!(ask("2000-01-01T12:00:00.000Z").unwrap().is_some());
        assert!(ask("2000-01-01T12:00:00.000%2B03:00").is_err());
        assert!(ask("2000-01-01").is_err());
    }
}
