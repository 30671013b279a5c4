//! Parsing of HTTP dates and `Retry-After` headers.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDateTime};
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Obsolete date formats that a recipient must accept: those of RFC 850 and of C's `asctime`.
const OBSOLETE: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// Parses a date in any of the three formats of RFC 9110, section 5.6.7.
#[must_use]
pub fn http_date(text: &str) -> Option<SystemTime> {
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.into());
    }
    let date = OBSOLETE.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(date.and_utc().into())
}

/// Parses a `Retry-After` header, in seconds or as a date relative to `now` (RFC 9110, section 10.2.3).
///
/// A number of seconds that `Duration` cannot represent is `Duration::MAX`.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<f64>() {
        Ok(seconds) if seconds >= 0.0 => Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)),
        Ok(_) => None,
        Err(_) => Some(http_date(text)?.duration_since(now).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_parsed_in_all_three_formats() {
        let time = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777));
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", time),
            ("Sunday, 06-Nov-94 08:49:37 GMT", time),
            ("Sun Nov  6 08:49:37 1994", time),
            ("Mon, 06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49", None),
            ("1994-11-06T08:49:37Z", None),
            ("", None),
        ] {
            assert_eq!(http_date(text), expected, "{text}");
        }
    }

    #[test]
    fn retry_after_is_parsed_as_seconds_and_as_a_date() {
        let now = http_date("Fri, 20 Nov 2026 12:00:00 GMT").expect("a date");
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Fri, 20 Nov 2026 12:00:07 GMT", Some(7)),
            ("Fri, 20 Nov 2026 11:00:00 GMT", Some(0)),
            ("-1", None),
            ("NaN", None),
            ("1e309", Some(u64::MAX)),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().expect("a header"))]);
            let expected = seconds.map(|seconds| match seconds {
                u64::MAX => Duration::MAX,
                seconds => Duration::from_secs(seconds),
            });
            assert_eq!(retry_after(&headers, now), expected, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
