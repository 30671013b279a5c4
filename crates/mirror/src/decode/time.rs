//! Dates and times, in the forms in which services send them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use keyfob_client::Timestamp;
use keyfob_client::table::ColumnType;

use crate::batch::Value;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Parses a date or time for a column of this type. A time in the year 1 is null: it is the default value of .NET, which
/// some services send for a time that is not set.
pub(super) fn parse(kind: ColumnType, text: &str) -> Option<Value<'static>> {
    let time = Time::parse(text)?;
    if time.is_unset {
        return Some(Value::Null);
    }
    Some(match kind {
        ColumnType::Date => Value::Date(time.day),
        ColumnType::TimestampTz => Value::Timestamp(time.local_micros().checked_sub(time.offset_micros)?),
        _ => Value::Timestamp(time.local_micros()),
    })
}

/// A date and time as written.
struct Time {
    /// Days since 1970-01-01.
    day: i32,
    micros_of_day: i64,
    /// Zero for a time without an offset.
    offset_micros: i64,
    is_unset: bool,
}

impl Time {
    fn parse(text: &str) -> Option<Self> {
        Self::parse_common(text.as_bytes()).or_else(|| Self::parse_any(text))
    }

    fn local_micros(&self) -> i64 {
        i64::from(self.day) * MICROS_PER_DAY + self.micros_of_day
    }

    /// Parses `yyyy-MM-ddTHH:mm:ss` with an optional fraction and an optional `Z`.
    fn parse_common(text: &[u8]) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| {
            text.get(range)?
                .iter()
                .try_fold(0_u32, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
        };
        if text.get(4)? != &b'-' || text.get(7)? != &b'-' || !matches!(text.get(10)?, b'T' | b' ') {
            return None;
        }
        if text.get(13)? != &b':' || text.get(16)? != &b':' {
            return None;
        }
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let mut rest = &text[19..];
        let mut micros = 0;
        if let Some(fraction) = rest.strip_prefix(b".") {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            // .NET sends seven digits; the seventh is below a microsecond.
            let used = digits.min(6);
            micros = number(20..20 + used)? * 10_u32.pow(6 - u32::try_from(used).ok()?);
            rest = &fraction[digits..];
        }
        if !matches!(rest, b"" | b"Z") {
            return None;
        }
        let day = days(i32::try_from(year).ok()?, month, day)?;
        let micros_of_day = i64::from(hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + i64::from(micros);
        Some(Self { day, micros_of_day, offset_micros: 0, is_unset: year == 1 })
    }

    /// Parses every format that the API clients accept.
    fn parse_any(text: &str) -> Option<Self> {
        let time: Timestamp = text.trim().parse().ok()?;
        let naive = time.naive();
        let since = |at: NaiveDateTime| at.and_utc().signed_duration_since(DateTime::<Utc>::UNIX_EPOCH);
        let micros = since(naive).num_microseconds()?;
        let offset = time.offset().map_or(0, |offset| i64::from(offset.local_minus_utc()));
        Some(Self {
            day: i32::try_from(micros.div_euclid(MICROS_PER_DAY)).ok()?,
            micros_of_day: micros.rem_euclid(MICROS_PER_DAY),
            offset_micros: offset * MICROS_PER_SECOND,
            is_unset: naive.year() == 1,
        })
    }
}

/// Returns the number of days since 1970-01-01, if the date exists.
fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    // Days since 0000-12-31, less those of 1970-01-01.
    Some(date.num_days_from_ce() - 719_163)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: ColumnType, text: &str, value: Option<&str>) {
        let shown = match parse(kind, text) {
            None => None,
            Some(Value::Null) => Some("null".to_owned()),
            Some(Value::Date(day)) => Some((NaiveDate::default() + chrono::TimeDelta::days(day.into())).to_string()),
            Some(Value::Timestamp(micros)) => {
                Some(DateTime::from_timestamp_micros(micros).unwrap().naive_utc().to_string())
            }
            Some(other) => panic!("{other:?}"),
        };
        assert_eq!(shown.as_deref(), value, "{kind:?} {text}");
    }

    #[test]
    fn a_column_without_a_zone_has_the_time_as_written() {
        use ColumnType::{Date, Timestamp, TimestampTz};
        for (text, local, instant, date) in [
            ("2026-01-05T07:00:00", "2026-01-05 07:00:00", "2026-01-05 07:00:00", "2026-01-05"),
            ("2026-01-05T07:00:00Z", "2026-01-05 07:00:00", "2026-01-05 07:00:00", "2026-01-05"),
            ("2026-01-05T00:30:00+01:00", "2026-01-05 00:30:00", "2026-01-04 23:30:00", "2026-01-05"),
            ("2026-01-05 07:00:00.5", "2026-01-05 07:00:00.500", "2026-01-05 07:00:00.500", "2026-01-05"),
            ("2026-01-15T05:00:05.6000000", "2026-01-15 05:00:05.600", "2026-01-15 05:00:05.600", "2026-01-15"),
            ("2026-01-05", "2026-01-05 00:00:00", "2026-01-05 00:00:00", "2026-01-05"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999", "1969-12-31"),
            ("0001-01-01T00:00:00", "null", "null", "null"),
        ] {
            check(Timestamp, text, Some(local));
            check(TimestampTz, text, Some(instant));
            check(Date, text, Some(date));
        }
        for text in ["", "yesterday", "2026-02-30T00:00:00", "2026-01-05T25:00:00", "20260105"] {
            check(Timestamp, text, None);
        }
    }
}
