//! Text of days, times and decimal numbers in SQLite, which has no types for them.

use crate::destination::text::{UNITS, civil, push_digits};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Appends a day, given in days since 1970-01-01, as `YYYY-MM-DD`.
pub(super) fn push_date(text: &mut String, days: i32) {
    let (year, month, day) = civil(i64::from(days));
    if year < 0 {
        text.push('-');
    }
    push_digits(text, year.unsigned_abs(), 4);
    text.push('-');
    push_digits(text, month, 2);
    text.push('-');
    push_digits(text, day, 2);
}

/// Appends a time, given in microseconds since 1970-01-01, as `YYYY-MM-DD HH:MM:SS`, with six decimals unless they are
/// zero. Such texts are in the order of the times.
pub(super) fn push_timestamp(text: &mut String, micros: i64) {
    let (days, rest) = (micros.div_euclid(MICROS_PER_DAY), micros.rem_euclid(MICROS_PER_DAY).unsigned_abs());
    let days = i32::try_from(days).expect("64 bits of microseconds are less than 2³¹ days");
    let (seconds, micros) = (rest / MICROS_PER_SECOND.unsigned_abs(), rest % MICROS_PER_SECOND.unsigned_abs());
    push_date(text, days);
    for (separator, number) in [(' ', seconds / 3600), (':', seconds / 60 % 60), (':', seconds % 60)] {
        text.push(separator);
        push_digits(text, number, 2);
    }
    if micros != 0 {
        text.push('.');
        push_digits(text, micros, 6);
    }
}

/// Parses the text of [`push_date`].
pub(super) fn parse_date(text: &str) -> Option<i32> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    i32::try_from(days(if negative { -year } else { year }, month, day)).ok()
}

/// Parses the text of [`push_timestamp`].
pub(super) fn parse_timestamp(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let (time, micros) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = time.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let seconds = (hours * 60 + minutes) * 60 + seconds;
    let micros = seconds * MICROS_PER_SECOND + micros.parse::<i64>().ok()?;
    // Together in 128 bits, because the start of the first day does not fit in 64.
    i64::try_from(i128::from(parse_date(date)?) * i128::from(MICROS_PER_DAY) + i128::from(micros)).ok()
}

/// Parses the text of [`push_decimal`](crate::destination::text::push_decimal).
pub(super) fn parse_decimal(text: &str) -> Option<i128> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let scale = 10_u128.pow(u32::try_from(9_usize.checked_sub(fraction.len())?).ok()?);
    let fraction = if fraction.is_empty() { 0 } else { fraction.parse::<u128>().ok()? * scale };
    let value = whole.parse::<u128>().ok()?.checked_mul(UNITS)?.checked_add(fraction)?;
    if negative { 0_i128.checked_sub_unsigned(value) } else { i128::try_from(value).ok() }
}

/// Returns days since 1970-01-01: the reverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate, TimeDelta};

    use super::*;
    use crate::destination::text::push_decimal;

    fn text(push: impl FnOnce(&mut String)) -> String {
        let mut text = String::new();
        push(&mut text);
        text
    }

    #[test]
    fn days_have_the_text_of_the_calendar() {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        for days in (-719_000..2_900_000).step_by(97) {
            let date = text(|text| push_date(text, days));
            assert_eq!(date, (epoch + TimeDelta::days(days.into())).to_string());
            assert_eq!(parse_date(&date), Some(days));
        }
        for days in [i32::MIN, -1_000_000, i32::MAX] {
            assert_eq!(parse_date(&text(|text| push_date(text, days))), Some(days));
        }
        assert_eq!(text(|text| push_date(text, 0)), "1970-01-01");
    }

    #[test]
    fn times_have_six_decimals_or_none_and_sort() {
        let times = [
            (-1, "1969-12-31 23:59:59.999999"),
            (0, "1970-01-01 00:00:00"),
            (1, "1970-01-01 00:00:00.000001"),
            (1_500_000, "1970-01-01 00:00:01.500000"),
            (1_772_466_330_000_000, "2026-03-02 15:45:30"),
        ];
        for (micros, expected) in times {
            assert_eq!(text(|text| push_timestamp(text, micros)), expected);
            assert_eq!(parse_timestamp(expected), Some(micros));
        }
        assert!(times.is_sorted_by_key(|(_, text)| *text));
        let now = DateTime::from_timestamp_micros(1_772_466_330_123_456).unwrap();
        assert_eq!(text(|text| push_timestamp(text, 1_772_466_330_123_456)), now.format("%F %T%.6f").to_string());
        for micros in [i64::MIN, i64::MAX] {
            assert_eq!(parse_timestamp(&text(|text| push_timestamp(text, micros))), Some(micros));
        }
    }

    #[test]
    fn decimal_numbers_are_exact() {
        let numbers = [
            (0, "0"),
            (1, "0.000000001"),
            (-1_500_000_000, "-1.5"),
            (7_000_000_000, "7"),
            (10_000_000_000, "10"),
            (
                12_345_678_901_234_567_890_123_456_789_i128 * 1_000_000_000 + 10,
                "12345678901234567890123456789.00000001",
            ),
        ];
        for (value, expected) in numbers {
            assert_eq!(text(|text| push_decimal(text, value)), expected);
            assert_eq!(parse_decimal(expected), Some(value));
        }
        for value in [i128::MIN, i128::MAX] {
            assert_eq!(parse_decimal(&text(|text| push_decimal(text, value))), Some(value));
        }
    }
}
