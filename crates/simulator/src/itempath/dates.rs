//! Dates and times without a zone: formatting, and parsing of full, shortened and relative forms.

use chrono::{Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// Formats the time of a write, such as `creationDate`, always with six fractional digits.
pub(super) fn format_timestamp(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// Formats a date set by a client, such as `deadline`, without a fraction if it is zero.
pub(super) fn format_date(at: NaiveDateTime) -> String {
    if at.and_utc().timestamp_subsec_micros() == 0 {
        at.format("%Y-%m-%dT%H:%M:%S").to_string()
    } else {
        format_timestamp(at)
    }
}

/// Formats the expiry of a token in a login response.
pub(super) fn format_login_expiry(at: NaiveDateTime) -> String {
    at.format("%m/%d/%Y, %H:%M:%S").to_string()
}

/// Parses the date of a filter: any form of [`parse`], or a word relative to now.
pub(super) fn parse_filter(text: &str, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let today = now.date().and_time(NaiveTime::MIN);
    match text.trim() {
        "now" => Some(now),
        "today" => Some(today),
        "yesterday" => Some(today - TimeDelta::days(1)),
        "lastDay" => Some(now - TimeDelta::days(1)),
        "lastWeek" => Some(now - TimeDelta::weeks(1)),
        "lastMonth" => now.checked_sub_months(Months::new(1)),
        "lastYear" => now.checked_sub_months(Months::new(12)),
        date => parse(date),
    }
}

/// Parses a date. Missing parts are zero; `Z` is ignored, because times have no zone.
pub(super) fn parse(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time.strip_suffix('Z').unwrap_or(time)),
        None => (text, ""),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2)?;
    let day = parts.next().map_or(Some(1), |day| digits(day, 2))?;
    if parts.next().is_some() || (date.len() < 10 && !time.is_empty()) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    if time.is_empty() {
        return Some(date.and_time(NaiveTime::MIN));
    }
    let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = whole.split(':').map(|part| digits(part, 2));
    let mut next = || parts.next().unwrap_or(Some(0));
    let (hour, minute, second) = (next()?, next()?, next()?);
    if parts.next().is_some() || fraction.len() > 6 {
        return None;
    }
    let micro = if fraction.is_empty() { 0 } else { digits(&format!("{fraction:0<6}"), 6)? };
    date.and_hms_micro_opt(hour, minute, second, micro)
}

fn digits(text: &str, length: usize) -> Option<u32> {
    if text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> NaiveDateTime {
        parse("2026-03-31T08:00").unwrap()
    }

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(parse_filter(text, now()).map(format_date).as_deref(), expected, "{text}");
    }

    #[test]
    fn missing_parts_are_zero() {
        check("2026-02", Some("2026-02-01T00:00:00"));
        check("2026-02-03", Some("2026-02-03T00:00:00"));
        check("2026-02-03T04", Some("2026-02-03T04:00:00"));
        check("2026-02-03T04:05", Some("2026-02-03T04:05:00"));
        check("2026-02-03T04:05:06", Some("2026-02-03T04:05:06"));
        check("2026-02-03T04:05:06.7", Some("2026-02-03T04:05:06.700000"));
        check("2026-02-03T04:05:06.700Z", Some("2026-02-03T04:05:06.700000"));
    }

    #[test]
    fn words_are_relative_to_now() {
        check("today", Some("2026-03-31T00:00:00"));
        check("yesterday", Some("2026-03-30T00:00:00"));
        check("lastDay", Some("2026-03-30T08:00:00"));
        check("lastMonth", Some("2026-02-28T08:00:00"));
    }

    #[test]
    fn other_texts_are_not_dates() {
        for text in ["", "2026", "2026-2-3", "2026-02-30", "03/02/2026", "2026-02-03T25", "2026-02-03T04:05:06.1234567"]
        {
            check(text, None);
        }
    }
}
