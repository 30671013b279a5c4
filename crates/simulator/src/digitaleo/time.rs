//! Timestamps in the vendor's format: `YYYY-MM-DD HH:MM:SS`, Paris time without a zone.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};

/// Converts an instant to Paris time.
fn in_paris(instant: DateTime<Utc>) -> NaiveDateTime {
    let offset = if is_summer(instant.naive_utc()) { 2 } else { 1 };
    instant.naive_utc() + TimeDelta::hours(offset)
}

pub(super) fn format(instant: DateTime<Utc>) -> String {
    in_paris(instant).format("%Y-%m-%d %H:%M:%S").to_string()
}

pub(super) fn paris_date(instant: DateTime<Utc>) -> NaiveDate {
    in_paris(instant).date()
}

/// Returns whether summer time applies: from the last Sunday of March to the last Sunday of October, 01:00 UTC.
fn is_summer(utc: NaiveDateTime) -> bool {
    let change = |month| {
        let last = NaiveDate::from_ymd_opt(utc.year(), month, 31).expect("March and October have 31 days");
        let back = last.weekday().days_since(Weekday::Sun);
        let sunday = last - TimeDelta::days(i64::from(back));
        sunday.and_hms_opt(1, 0, 0).expect("one o'clock")
    };
    (change(3)..change(10)).contains(&utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(utc: &str, paris: &str) {
        assert_eq!(format(utc.parse().unwrap()), paris);
    }

    #[test]
    fn paris_is_one_hour_ahead_in_winter_and_two_in_summer() {
        check("2026-03-02T08:00:00Z", "2026-03-02 09:00:00");
        check("2026-03-29T00:59:59Z", "2026-03-29 01:59:59");
        check("2026-03-29T01:00:00Z", "2026-03-29 03:00:00");
        check("2026-10-25T00:59:59Z", "2026-10-25 02:59:59");
        check("2026-10-25T01:00:00Z", "2026-10-25 02:00:00");
    }
}
