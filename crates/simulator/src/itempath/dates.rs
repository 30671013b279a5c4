//! Times without a zone: how they are written, and the shortened forms and words in which they are read.

use chrono::{Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// As `creationDate` and the like are written: always with six digits.
pub(super) fn stamp(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// As deadlines and the like are written: no fraction when there is none.
pub(super) fn plain(at: NaiveDateTime) -> String {
    if at.and_utc().timestamp_subsec_micros() == 0 { at.format("%Y-%m-%dT%H:%M:%S").to_string() } else { stamp(at) }
}

/// As the lifetimes of a login are written.
pub(super) fn login(at: NaiveDateTime) -> String {
    at.format("%m/%d/%Y, %H:%M:%S").to_string()
}

/// Reads a date in any of the forms, or one of the words that count from now.
pub(super) fn read(text: &str, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let today = now.date().and_time(NaiveTime::MIN);
    match text.trim() {
        "now" => Some(now),
        "today" => Some(today),
        "yesterday" => Some(today - TimeDelta::days(1)),
        "lastDay" => Some(now - TimeDelta::days(1)),
        "lastWeek" => Some(now - TimeDelta::weeks(1)),
        "lastMonth" => now.checked_sub_months(Months::new(1)),
        "lastYear" => now.checked_sub_months(Months::new(12)),
        written => parse(written),
    }
}

/// Reads a date whose missing parts are 0, and whose zone, if it says `Z`, is the site's.
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
        assert_eq!(read(text, now()).map(plain).as_deref(), expected, "{text}");
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
    fn words_count_from_now() {
        check("today", Some("2026-03-31T00:00:00"));
        check("yesterday", Some("2026-03-30T00:00:00"));
        check("lastDay", Some("2026-03-30T08:00:00"));
        check("lastMonth", Some("2026-02-28T08:00:00"));
    }

    #[test]
    fn anything_else_is_no_date() {
        for text in ["", "2026", "2026-2-3", "2026-02-30", "03/02/2026", "2026-02-03T25", "2026-02-03T04:05:06.1234567"]
        {
            check(text, None);
        }
    }
}
