//! A point in time as vendors write it: with an offset, without, with a space, with any fraction.

use std::{fmt, str::FromStr};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A date and time that may or may not know its offset from UTC.
///
/// It keeps the form it was written in, so a value that is read and sent back is the same text. Equality is of the
/// moment (or of the local time, if there is no offset), not of the form.
#[derive(Clone, Debug)]
pub struct Timestamp {
    local: NaiveDateTime,
    offset: Option<FixedOffset>,
    form: Form,
}

/// How it was written.
#[derive(Clone, Debug)]
enum Form {
    /// RFC 3339, with this many digits of a second's fraction, and `Z` rather than `+00:00`.
    Standard { digits: u8, zulu: bool },
    /// Anything else, kept as it came.
    Text(Box<str>),
}

/// A text is not a date and time in any form that vendors are known to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimestampError;

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a date and time")
    }
}

impl std::error::Error for ParseTimestampError {}

impl Timestamp {
    /// The moment, if the offset is known.
    #[must_use]
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        let offset = self.offset?;
        Some(offset.from_local_datetime(&self.local).single()?.to_utc())
    }

    /// The moment, taking a value without an offset to be in `zone`; `None` where the zone skips or repeats that time.
    pub fn to_utc_in<Z: TimeZone>(&self, zone: &Z) -> Option<DateTime<Utc>> {
        self.to_utc().or_else(|| Some(zone.from_local_datetime(&self.local).single()?.to_utc()))
    }

    /// The date and time as written, whatever the offset.
    #[must_use]
    pub fn naive(&self) -> NaiveDateTime {
        self.local
    }

    /// The offset from UTC, if it was written.
    #[must_use]
    pub fn offset(&self) -> Option<FixedOffset> {
        self.offset
    }

    /// Whether it stands for "no date": the year 1 (.NET's default value).
    #[must_use]
    pub fn is_unset(&self) -> bool {
        chrono::Datelike::year(&self.local) <= 1
    }

    fn standard(local: NaiveDateTime, offset: Option<FixedOffset>, zulu: bool) -> Self {
        let nanos = chrono::Timelike::nanosecond(&local);
        let digits = match nanos {
            0 => 0,
            n if n % 1_000_000 == 0 => 3,
            n if n % 1_000 == 0 => 6,
            _ => 9,
        };
        Self { local, offset, form: Form::Standard { digits, zulu } }
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        plain(text).map_or_else(|| any_form(text), Ok)
    }
}

/// Reads the form that nearly all vendors write, `2026-02-27T07:00:00.123Z` with or without fraction and offset: several
/// times as fast as by format strings. `None` is for [`any_form`] to decide.
fn plain(text: &str) -> Option<Timestamp> {
    let (moment, rest) = text.as_bytes().split_at_checked(19)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] = *moment else {
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
            // Others would be written differently from how they were read.
            (minutes < 60 && seconds > 0).then_some(())?;
            Some(if sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    let offset = match seconds {
        Some(seconds) => Some(FixedOffset::east_opt(seconds)?),
        None => None,
    };
    Some(Timestamp { local, offset, form: Form::Standard { digits, zulu: seconds == Some(0) } })
}

/// At most nine digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

/// Reads every form there is.
fn any_form(text: &str) -> Result<Timestamp, ParseTimestampError> {
    let (local, offset) = parse(text.trim()).ok_or(ParseTimestampError)?;
    let fraction = text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let form = Form::Standard { digits: u8::try_from(fraction).unwrap_or(0), zulu: text.ends_with('Z') };
    let mut timestamp = Timestamp { local, offset, form };
    if timestamp.to_string() != text {
        timestamp.form = Form::Text(text.into());
    }
    Ok(timestamp)
}

/// Tries the forms in the order of how often they are met.
fn parse(text: &str) -> Option<(NaiveDateTime, Option<FixedOffset>)> {
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
    .find_map(|form| NaiveDateTime::parse_from_str(rest, form).ok())
    .or_else(|| Some(NaiveDate::parse_from_str(rest, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))?;
    Some((local, offset))
}

/// Takes `Z`, `+01:00`, `+0100` or `+01` from the end of a text that has a time.
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

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, zulu) = match &self.form {
            Form::Text(text) => return f.write_str(text),
            Form::Standard { digits, zulu } => (usize::from(*digits), *zulu),
        };
        // Without its fraction, this is `%Y-%m-%dT%H:%M:%S`. A leap second is the nanoseconds behind the first billion.
        let nanos = chrono::Timelike::nanosecond(&self.local);
        let fraction = nanos % 1_000_000_000;
        write!(f, "{:?}", chrono::Timelike::with_nanosecond(&self.local, nanos - fraction).unwrap_or(self.local))?;
        if digits > 0 {
            let nanos = format!("{fraction:09}");
            write!(f, ".{:0<digits$}", &nanos[..digits.min(9)])?;
        }
        match self.offset {
            None => Ok(()),
            Some(offset) if zulu && offset.local_minus_utc() == 0 => f.write_str("Z"),
            Some(offset) => write!(f, "{offset}"),
        }
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        match (self.to_utc(), other.to_utc()) {
            (Some(left), Some(right)) => left == right,
            (None, None) => self.local == other.local,
            _ => false,
        }
    }
}

impl Eq for Timestamp {}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self::standard(at.naive_utc(), FixedOffset::east_opt(0), true)
    }
}

impl From<DateTime<FixedOffset>> for Timestamp {
    fn from(at: DateTime<FixedOffset>) -> Self {
        Self::standard(at.naive_local(), Some(*at.offset()), false)
    }
}

impl From<NaiveDateTime> for Timestamp {
    fn from(local: NaiveDateTime) -> Self {
        Self::standard(local, None, false)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date and time")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, utc: Option<&str>, naive: &str) {
        let at: Timestamp = text.parse().unwrap();
        assert_eq!(at.to_utc().map(|utc| utc.to_rfc3339()).as_deref(), utc, "{text}");
        assert_eq!(at.naive().to_string(), naive, "{text}");
        assert_eq!(at.to_string(), text, "the form is kept");
    }

    #[test]
    fn every_form_that_vendors_write_is_read_and_kept() {
        check("2026-03-01T00:00:00Z", Some("2026-03-01T00:00:00+00:00"), "2026-03-01 00:00:00");
        check(
            "2026-03-01T08:15:30.1234567Z",
            Some("2026-03-01T08:15:30.123456700+00:00"),
            "2026-03-01 08:15:30.123456700",
        );
        check("2026-03-01T08:15:30+01:00", Some("2026-03-01T07:15:30+00:00"), "2026-03-01 08:15:30");
        check("2026-03-01T08:15:30.5-0330", Some("2026-03-01T11:45:30.500+00:00"), "2026-03-01 08:15:30.500");
        check("2026-03-01T08:15:30", None, "2026-03-01 08:15:30");
        check("2026-03-01 08:15:30.100", None, "2026-03-01 08:15:30.100");
        check("2026-03-01T08:15", None, "2026-03-01 08:15:00");
        check("2026-03-01", None, "2026-03-01 00:00:00");
        check("01/31/2022, 12:15:00", None, "2022-01-31 12:15:00");
        check("0001-01-01T00:00:00", None, "0001-01-01 00:00:00");
    }

    #[test]
    fn the_plain_form_is_read_in_the_short_way() {
        for text in ["2026-03-01T08:15:30", "0001-01-01T00:00:00Z", "2026-03-01T08:15:30.1234567-03:30"] {
            assert!(plain(text).is_some(), "{text}");
        }
        for text in
            ["2026-03-01T08:15:60Z", "2026-03-01T08:15:30.Z", "2026-03-01T08:15:30+00:00", "2026-03-01T08:15:30z"]
        {
            assert!(plain(text).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_short_way_leads_where_the_long_one_does(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,11})?(Z|z|[+-][0-2][0-9]:[0-9]{2})?"
        ) {
            if let Some(short) = plain(&text) {
                proptest::prop_assert_eq!(Ok(format!("{short:?}")), any_form(&text).map(|long| format!("{long:?}")));
            }
        }
    }

    #[test]
    fn what_is_no_time_is_refused_without_being_quoted() {
        for text in ["", "canary", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00+99999", "12:00+1é"] {
            assert_eq!(text.parse::<Timestamp>().unwrap_err().to_string(), "expected a date and time");
        }
    }

    #[test]
    fn equality_is_of_the_moment() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(at("2026-03-01T08:00:00+01:00"), at("2026-03-01T07:00:00.000Z"));
        assert_ne!(at("2026-03-01T08:00:00"), at("2026-03-01T08:00:00Z"));
    }

    #[test]
    fn chrono_values_become_what_one_expects() {
        let utc = "2026-03-01T08:00:00.250Z".parse::<DateTime<Utc>>().unwrap();
        assert_eq!(Timestamp::from(utc).to_string(), "2026-03-01T08:00:00.250Z");
        assert_eq!(Timestamp::from(utc.naive_utc()).to_string(), "2026-03-01T08:00:00.250");
        assert_eq!(Timestamp::from(utc.fixed_offset()).to_string(), "2026-03-01T08:00:00.250+00:00");
    }

    #[test]
    fn a_local_time_gets_its_moment_from_a_zone() {
        let at: Timestamp = "2026-03-01T08:00:00".parse().unwrap();
        let oslo = FixedOffset::east_opt(3600).unwrap();
        assert_eq!(at.to_utc_in(&oslo).unwrap().to_rfc3339(), "2026-03-01T07:00:00+00:00");
    }
}
