//! Texts of dates and times: parsing every format that vendors write, and formatting in the format that was parsed.

use std::fmt;

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// A date and time, and the format of its text. Occupies 24 bytes, because rows have many times.
#[derive(Clone)]
pub(super) struct DateTimeText {
    pub(super) local: NaiveDateTime,
    format: Rfc3339,
    /// Text in any format other than RFC 3339.
    verbatim: Option<Box<Verbatim>>,
}

/// Format of an RFC 3339 text, and the offset from UTC, in one word: from the lowest bit, four bits of digits, a bit each
/// for `Z` and for the presence of an offset, and the seconds of the offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rfc3339(i32);

/// A text that is retained.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verbatim(Box<str>);

impl Rfc3339 {
    /// Maximum number of digits of the fraction of a second.
    const MAX_DIGITS: u8 = 0xf;
    const ZULU: i32 = 1 << 4;
    const HAS_OFFSET: i32 = 1 << 5;
    const OFFSET_SHIFT: u32 = 6;

    /// `zulu` writes `Z` instead of `+00:00`.
    fn new(digits: u8, offset: Option<FixedOffset>, zulu: bool) -> Self {
        let zulu = if zulu { Self::ZULU } else { 0 };
        let offset = offset.map_or(0, |offset| offset.local_minus_utc() << Self::OFFSET_SHIFT | Self::HAS_OFFSET);
        Self(offset | zulu | i32::from(digits.min(Self::MAX_DIGITS)))
    }

    fn digits(self) -> usize {
        usize::try_from(self.0 & i32::from(Self::MAX_DIGITS)).unwrap_or(0)
    }

    fn is_zulu(self) -> bool {
        self.0 & Self::ZULU != 0
    }

    fn offset(self) -> Option<FixedOffset> {
        if self.0 & Self::HAS_OFFSET == 0 { None } else { FixedOffset::east_opt(self.0 >> Self::OFFSET_SHIFT) }
    }
}

impl DateTimeText {
    /// Returns the RFC 3339 text with as many digits of the fraction as needed: 0, 3, 6 or 9.
    pub(super) fn rfc3339(local: NaiveDateTime, offset: Option<FixedOffset>, zulu: bool) -> Self {
        let digits = match local.nanosecond() {
            0 => 0,
            n if n % 1_000_000 == 0 => 3,
            n if n % 1_000 == 0 => 6,
            _ => 9,
        };
        Self { local, format: Rfc3339::new(digits, offset, zulu), verbatim: None }
    }

    /// Returns the offset from UTC; `None` if the text has no offset.
    pub(super) fn offset(&self) -> Option<FixedOffset> {
        self.format.offset()
    }

    /// Parses a text in any known format.
    pub(super) fn parse(text: &str) -> Option<Self> {
        parse_rfc3339(text).or_else(|| parse_any(text))
    }
}

impl fmt::Display for DateTimeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = &self.verbatim {
            return f.write_str(&text.0);
        }
        let digits = self.format.digits();
        // chrono's `Debug` is `%Y-%m-%dT%H:%M:%S` for a whole second. Nanoseconds from 10^9 on are a leap second.
        let nanos = self.local.nanosecond();
        let fraction = nanos % 1_000_000_000;
        write!(f, "{:?}", self.local.with_nanosecond(nanos - fraction).unwrap_or(self.local))?;
        if digits > 0 {
            let nanos = format!("{fraction:09}");
            write!(f, ".{:0<digits$}", &nanos[..digits.min(9)])?;
        }
        match self.offset() {
            None => Ok(()),
            Some(offset) if self.format.is_zulu() && offset.local_minus_utc() == 0 => f.write_str("Z"),
            Some(offset) => write!(f, "{offset}"),
        }
    }
}

/// Parses `2026-02-27T07:00:00.123Z`, with or without fraction and offset.
///
/// Nearly all services send this format, and this parser is several times as fast as chrono's format strings. Returns
/// `None` for any other format, and for texts that would be formatted differently from how they were parsed.
fn parse_rfc3339(text: &str) -> Option<DateTimeText> {
    let (date_time, rest) = text.as_bytes().split_at_checked(19)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] = *date_time else {
        return None;
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    let (fraction, zone) = match rest.strip_prefix(b".") {
        Some(rest) => rest.split_at(rest.iter().take_while(|byte| byte.is_ascii_digit()).count()),
        None => rest.split_at(0),
    };
    if fraction.is_empty() && rest.first() == Some(&b'.') || fraction.len() > 9 {
        return None;
    }
    let digits = u8::try_from(fraction.len()).ok()?;
    let nanos = number(fraction)? * 10_u32.pow(9 - u32::from(digits));
    let local = date.and_hms_nano_opt(number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?, nanos)?;
    let seconds = match *zone {
        [] => None,
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
            let seconds = i32::try_from((hours * 60 + minutes) * 60).ok()?;
            // Other offsets are formatted differently from how they were parsed.
            (minutes < 60 && seconds > 0).then_some(())?;
            Some(if sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    let offset = match seconds {
        Some(seconds) => Some(FixedOffset::east_opt(seconds)?),
        None => None,
    };
    Some(DateTimeText { local, format: Rfc3339::new(digits, offset, seconds == Some(0)), verbatim: None })
}

/// Parses at most nine digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

/// Parses every known format.
fn parse_any(text: &str) -> Option<DateTimeText> {
    let (local, offset) = parse_parts(text.trim())?;
    let fraction = text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let digits = u8::try_from(fraction).unwrap_or(Rfc3339::MAX_DIGITS);
    let format = Rfc3339::new(digits, offset, text.ends_with('Z'));
    let mut parsed = DateTimeText { local, format, verbatim: None };
    if parsed.to_string() != text {
        parsed.verbatim = Some(Box::new(Verbatim(text.into())));
    }
    Some(parsed)
}

/// Parses a date with an optional time and offset. The formats are tried from the most to the least frequent one.
fn parse_parts(text: &str) -> Option<(NaiveDateTime, Option<FixedOffset>)> {
    let (rest, offset) = split_offset(text)?;
    let local = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%m/%d/%Y, %H:%M:%S",
        "%d.%m.%Y %H:%M:%S",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
        "%Y%m%dT%H%M%S",
    ]
    .iter()
    .find_map(|format| NaiveDateTime::parse_from_str(rest, format).ok())
    .or_else(|| Some(NaiveDate::parse_from_str(rest, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))?;
    Some((local, offset))
}

/// Splits `Z`, `+01:00`, `+0100` or `+01` off the end of a text that contains a time.
fn split_offset(text: &str) -> Option<(&str, Option<FixedOffset>)> {
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return Some((rest, FixedOffset::east_opt(0)));
    }
    let Some(colon) = text.find(':') else {
        return Some((text, None));
    };
    let Some(sign) = text[colon..].find(['+', '-']).map(|at| at + colon) else {
        return Some((text, None));
    };
    let (rest, offset) = text.split_at(sign);
    let digits: String = offset[1..].chars().filter(|c| *c != ':').collect();
    let (hours, minutes): (i32, i32) = match digits.len() {
        2 => (digits.parse().ok()?, 0),
        4 if digits.is_ascii() => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    let seconds = (hours * 60 + minutes) * 60;
    let east = if offset.starts_with('-') { -seconds } else { seconds };
    Some((rest.trim_end(), Some(FixedOffset::east_opt(east)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_and_an_optional_time_occupy_24_bytes() {
        assert_eq!((size_of::<DateTimeText>(), size_of::<Option<DateTimeText>>()), (24, 24));
    }

    #[test]
    fn offsets_and_digits_are_packed_without_loss() {
        let zero = || FixedOffset::east_opt(0);
        for offset in [None, zero(), FixedOffset::east_opt(86_399), FixedOffset::west_opt(86_399)] {
            for (digits, zulu) in [(0, false), (9, true), (15, false)] {
                let format = Rfc3339::new(digits, offset, zulu);
                assert_eq!((format.digits(), format.is_zulu(), format.offset()), (digits.into(), zulu, offset));
            }
        }
        for text in ["2026-03-01T08:15:30.1000000000000000Z", "2026-03-01T08:15:30.100000000000000Z"] {
            assert_eq!(DateTimeText::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn rfc_3339_is_parsed_by_the_fast_parser() {
        for text in ["2026-03-01T08:15:30", "0001-01-01T00:00:00Z", "2026-03-01T08:15:30.1234567-03:30"] {
            assert!(parse_rfc3339(text).is_some(), "{text}");
        }
        for text in
            ["2026-03-01T08:15:60Z", "2026-03-01T08:15:30.Z", "2026-03-01T08:15:30+00:00", "2026-03-01T08:15:30z"]
        {
            assert!(parse_rfc3339(text).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_fast_parser_agrees_with_the_general_one(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,11})?(Z|z|[+-][0-2][0-9]:[0-9]{2})?"
        ) {
            let parts = |parsed: DateTimeText| (parsed.local, parsed.format, parsed.verbatim);
            if let Some(fast) = parse_rfc3339(&text) {
                proptest::prop_assert_eq!(Some(parts(fast)), parse_any(&text).map(parts));
            }
        }
    }
}
