//! Query parameters of lists.

use chrono::{DateTime, NaiveDate, Utc};

use crate::dvinci::api_error::{ApiError, FieldErrors};
use crate::dvinci::store::row::Row;
use crate::dvinci::time::from_row;
use crate::web::Query;

/// Parses an integer parameter.
pub(in crate::dvinci) fn integer(query: &Query, name: &str) -> Result<Option<i64>, ApiError> {
    match query.get(name) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| FieldErrors::single(name, "typeMismatch")),
    }
}

/// Parses a parameter with a fixed set of values.
pub(in crate::dvinci) fn one_of<'a>(
    query: &'a Query,
    name: &str,
    allowed: &[&str],
) -> Result<Option<&'a str>, ApiError> {
    match query.get(name) {
        Some(text) if !allowed.contains(&text) => Err(FieldErrors::single(name, "valueNotPermitted")),
        value => Ok(value),
    }
}

/// Parses a timestamp parameter. It must be in UTC with `Z`: the vendor supports no offsets.
pub(in crate::dvinci) fn timestamp(query: &Query, name: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
    let Some(text) = query.get(name) else {
        return Ok(None);
    };
    let instant = DateTime::parse_from_rfc3339(text).ok().filter(|_| text.ends_with('Z'));
    match instant {
        Some(instant) => Ok(Some(instant.to_utc())),
        None => Err(FieldErrors::single(name, "typeMismatch")),
    }
}

/// Parses a date parameter.
pub(in crate::dvinci) fn day(query: &Query, name: &str) -> Result<Option<NaiveDate>, ApiError> {
    let parse = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    match query.get(name) {
        None => Ok(None),
        Some(text) => parse(text).map(Some).ok_or_else(|| FieldErrors::single(name, "typeMismatch")),
    }
}

/// A time range given by two parameters, both ends included.
#[derive(Clone, Copy, Debug)]
pub(in crate::dvinci) struct TimeRange {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl TimeRange {
    /// Parses the parameters `{name}From` and `{name}To`.
    pub(in crate::dvinci) fn from_query(query: &Query, name: &str) -> Result<Self, ApiError> {
        Ok(Self { from: timestamp(query, &format!("{name}From"))?, to: timestamp(query, &format!("{name}To"))? })
    }

    /// Returns whether a timestamp of a row is in the range. A row without a timestamp matches an unlimited range only.
    pub(in crate::dvinci) fn contains(&self, row: &Row, name: &str) -> bool {
        let Some(instant) = from_row(row, name) else {
            return self.from.is_none() && self.to.is_none();
        };
        self.from.is_none_or(|from| instant >= from) && self.to.is_none_or(|to| instant <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_with_an_offset_are_rejected() {
        let parse = |text: &str| timestamp(&Query::parse(format!("x={text}").as_bytes()), "x");
        assert!(parse("2000-01-01T12:00:00.000Z").unwrap().is_some());
        assert!(parse("2000-01-01T12:00:00.000%2B03:00").is_err());
        assert!(parse("2000-01-01").is_err());
    }
}
