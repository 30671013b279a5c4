//! The date and time type of all APIs.

mod text;

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, SubsecRound, TimeZone, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use self::text::DateTimeText;

/// A date and time with an optional offset from UTC.
///
/// Services send times with or without an offset, with a space instead of `T`, and with any number of fractional
/// digits. A `Timestamp` retains the format, so a value that is sent back unchanged has the same text.
///
/// ```
/// use keyfob_client::Timestamp;
///
/// let start: Timestamp = "2026-03-01T08:00:00+01:00".parse()?;
/// assert!(start < Timestamp::now());
/// assert_eq!(start.to_utc().unwrap().to_rfc3339(), "2026-03-01T07:00:00+00:00");
/// # Ok::<_, keyfob_client::ParseTimestampError>(())
/// ```
///
/// # Comparison
///
/// Two values with an offset are compared as instants, two values without an offset as local times. The format is
/// ignored. A value without an offset is compared with a value with an offset as if the local time were UTC; if the
/// times are equal, the value without an offset is less. If the time zone is known, compare the results of
/// [`to_utc_in`](Self::to_utc_in) instead.
#[derive(Clone)]
pub struct Timestamp(DateTimeText);

/// Error of parsing a text that is not a date and time in any known format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimestampError;

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a date and time")
    }
}

impl std::error::Error for ParseTimestampError {}

/// Error of converting a [`Timestamp`] without an offset from UTC into an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingOffsetError;

impl fmt::Display for MissingOffsetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time has no offset from UTC; convert it with `Timestamp::to_utc_in`")
    }
}

impl std::error::Error for MissingOffsetError {}

impl Timestamp {
    /// Returns the current time of the system's clock in UTC, rounded down to milliseconds.
    #[must_use]
    pub fn now() -> Self {
        Self::from(utc(SystemTime::now()).trunc_subsecs(3))
    }

    /// Returns the instant in UTC, or `None` if the offset is not known.
    #[must_use]
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        Some(self.to_fixed_offset()?.to_utc())
    }

    /// Returns the instant in UTC, and interprets a value without an offset as local time in `zone`.
    ///
    /// Returns `None` for a local time that the zone skips or repeats, when clocks are set forward or back.
    pub fn to_utc_in<Z: TimeZone>(&self, zone: &Z) -> Option<DateTime<Utc>> {
        self.to_utc().or_else(|| Some(zone.from_local_datetime(&self.0.local).single()?.to_utc()))
    }

    /// Returns the date and time as written, without the offset.
    #[must_use]
    pub fn naive(&self) -> NaiveDateTime {
        self.0.local
    }

    /// Returns the offset from UTC, or `None` if the text has no offset.
    #[must_use]
    pub fn offset(&self) -> Option<FixedOffset> {
        self.0.offset()
    }

    /// Returns `true` if the value means "no date": a time in the year 1, which is .NET's default value.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        self.0.local.year() <= 1
    }

    fn to_fixed_offset(&self) -> Option<DateTime<FixedOffset>> {
        self.0.offset()?.from_local_datetime(&self.0.local).single()
    }

    /// Returns the key of comparisons: the instant and `true`, or else the local time and `false`.
    fn key(&self) -> (NaiveDateTime, bool) {
        self.to_utc().map_or((self.0.local, false), |utc| (utc.naive_utc(), true))
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        DateTimeText::parse(text).map(Self).ok_or(ParseTimestampError)
    }
}

impl TryFrom<&str> for Timestamp {
    type Error = ParseTimestampError;

    fn try_from(text: &str) -> Result<Self, ParseTimestampError> {
        text.parse()
    }
}

/// Writes the text in the format in which it was parsed; RFC 3339 for a value made from chrono's types.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Writes the same text as `Display`.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(DateTimeText::rfc3339(at.naive_utc(), FixedOffset::east_opt(0), true))
    }
}

impl From<DateTime<FixedOffset>> for Timestamp {
    fn from(at: DateTime<FixedOffset>) -> Self {
        Self(DateTimeText::rfc3339(at.naive_local(), Some(*at.offset()), false))
    }
}

impl From<NaiveDateTime> for Timestamp {
    fn from(local: NaiveDateTime) -> Self {
        Self(DateTimeText::rfc3339(local, None, false))
    }
}

/// Converts to UTC. A time outside chrono's range, about 262,000 years before and after the year 0, becomes the nearest
/// time within the range.
impl From<SystemTime> for Timestamp {
    fn from(at: SystemTime) -> Self {
        Self::from(utc(at))
    }
}

impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = MissingOffsetError;

    fn try_from(at: Timestamp) -> Result<Self, MissingOffsetError> {
        at.to_utc().ok_or(MissingOffsetError)
    }
}

impl TryFrom<Timestamp> for DateTime<FixedOffset> {
    type Error = MissingOffsetError;

    fn try_from(at: Timestamp) -> Result<Self, MissingOffsetError> {
        at.to_fixed_offset().ok_or(MissingOffsetError)
    }
}

/// Converts to the date and time as written, without the offset.
impl From<Timestamp> for NaiveDateTime {
    fn from(at: Timestamp) -> Self {
        at.naive()
    }
}

/// Converts without the panic of chrono's own conversion.
fn utc(at: SystemTime) -> DateTime<Utc> {
    let since = |duration: Duration| {
        let seconds = i64::try_from(duration.as_secs()).ok()?;
        DateTime::from_timestamp(seconds, duration.subsec_nanos())
    };
    match at.duration_since(UNIX_EPOCH) {
        Ok(after) => since(after).unwrap_or(DateTime::<Utc>::MAX_UTC),
        Err(error) => {
            let before = chrono::TimeDelta::from_std(error.duration()).ok();
            before
                .and_then(|before| DateTime::UNIX_EPOCH.checked_sub_signed(before))
                .unwrap_or(DateTime::<Utc>::MIN_UTC)
        }
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
                text.parse().map_err(|_| E::invalid_value(de::Unexpected::Other("value not shown"), &self))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(text: &str, utc: Option<&str>, naive: &str) {
        let at = at(text);
        assert_eq!(at.to_utc().map(|utc| utc.to_rfc3339()).as_deref(), utc, "{text}");
        assert_eq!(at.naive().to_string(), naive, "{text}");
        assert_eq!(at.to_string(), text, "the format is retained");
    }

    #[test]
    fn every_format_that_vendors_write_is_parsed_and_retained() {
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
    fn a_text_that_is_no_time_is_rejected_without_being_quoted() {
        for text in ["", "canary", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00+99999", "12:00+1é"] {
            assert_eq!(text.parse::<Timestamp>().unwrap_err().to_string(), "expected a date and time");
            assert_eq!(Timestamp::try_from(text), Err(ParseTimestampError));
            let error = serde_json::from_value::<Timestamp>(text.into()).unwrap_err().to_string();
            assert_eq!(error, "invalid value: value not shown, expected a date and time");
        }
    }

    #[test]
    fn values_with_an_offset_are_equal_if_their_instants_are() {
        assert_eq!(at("2026-03-01T08:00:00+01:00"), at("2026-03-01T07:00:00.000Z"));
        assert_ne!(at("2026-03-01T08:00:00"), at("2026-03-01T08:00:00Z"));
        let texts =
            ["2026-03-01T08:00:00+01:00", "2026-03-01T07:00:00.000Z", "2026-03-01T07:00:00", "2026-03-01 07:00"];
        assert_eq!(texts.into_iter().map(at).collect::<HashSet<_>>().len(), 2, "equal values have equal hashes");
    }

    #[test]
    fn values_are_totally_ordered_by_their_instants() {
        let sorted = [
            "2026-03-01T07:30:00+01:00",
            "2026-03-01T07:00:00",
            "2026-03-01T07:00:00Z",
            "2026-03-01T07:00:00.001Z",
            "2026-03-01 07:01",
            "2026-03-01T00:00:00-08:00",
        ];
        for (index, text) in sorted.iter().enumerate() {
            for (other_index, other) in sorted.iter().enumerate() {
                assert_eq!(at(text).cmp(&at(other)), index.cmp(&other_index), "{text} and {other}");
            }
        }
    }

    #[test]
    fn chrono_values_are_converted_both_ways() {
        let utc = "2026-03-01T08:00:00.250Z".parse::<DateTime<Utc>>().unwrap();
        assert_eq!(Timestamp::from(utc).to_string(), "2026-03-01T08:00:00.250Z");
        assert_eq!(Timestamp::from(utc.naive_utc()).to_string(), "2026-03-01T08:00:00.250");
        assert_eq!(Timestamp::from(utc.fixed_offset()).to_string(), "2026-03-01T08:00:00.250+00:00");

        let oslo = at("2026-03-01T09:00:00.250+01:00");
        assert_eq!(DateTime::<Utc>::try_from(oslo.clone()), Ok(utc));
        assert_eq!(DateTime::<FixedOffset>::try_from(oslo.clone()).unwrap().to_rfc3339(), oslo.to_string());
        assert_eq!(NaiveDateTime::from(oslo.clone()), oslo.naive());
        let local = at("2026-03-01T09:00:00");
        assert_eq!(DateTime::<Utc>::try_from(local.clone()), Err(MissingOffsetError));
        assert_eq!(DateTime::<FixedOffset>::try_from(local), Err(MissingOffsetError));
    }

    #[test]
    fn all_digits_of_a_chrono_value_are_written() {
        for text in [
            "2026-03-01T08:00:00Z",
            "2026-03-01T08:00:00.250Z",
            "2026-03-01T08:00:00.250001Z",
            "2026-03-01T08:00:00.000001Z",
            "2026-03-01T08:00:00.250001002Z",
        ] {
            let utc = text.parse::<DateTime<Utc>>().unwrap();
            assert_eq!(Timestamp::from(utc).to_string(), text);
            assert_eq!(serde_json::to_value(Timestamp::from(utc)).unwrap(), text);
            assert_eq!(Timestamp::from(utc.naive_utc()).to_string(), text.trim_end_matches('Z'));
        }
    }

    #[test]
    fn system_times_are_converted_without_a_panic() {
        assert_eq!(Timestamp::from(UNIX_EPOCH).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp::from(UNIX_EPOCH + Duration::from_millis(1_500)).to_string(), "1970-01-01T00:00:01.500Z");
        assert_eq!(Timestamp::from(UNIX_EPOCH - Duration::from_millis(500)).to_string(), "1969-12-31T23:59:59.500Z");
        for far in [UNIX_EPOCH.checked_add(Duration::MAX / 4), UNIX_EPOCH.checked_sub(Duration::MAX / 4)] {
            let converted = far.map(|far| Timestamp::from(far).to_utc());
            assert!(
                converted
                    .is_none_or(|utc| utc == Some(DateTime::<Utc>::MAX_UTC) || utc == Some(DateTime::<Utc>::MIN_UTC))
            );
        }
    }

    #[test]
    fn now_is_in_utc_and_has_milliseconds() {
        let before = SystemTime::now();
        let now = Timestamp::now();
        assert!(now <= Timestamp::from(SystemTime::now()));
        assert!(Timestamp::from(before) < Timestamp::from(now.to_utc().unwrap() + chrono::TimeDelta::milliseconds(1)));
        assert!(now.to_string().len() <= "2026-03-01T08:00:00.250Z".len() && now.to_string().ends_with('Z'), "{now}");
    }

    #[test]
    fn debug_output_reads_as_a_time() {
        assert_eq!(format!("{:?}", Some(at("2026-03-01T08:00:00.250Z"))), "Some(2026-03-01T08:00:00.250Z)");
    }

    #[test]
    fn a_local_time_is_converted_to_utc_with_a_zone() {
        let oslo = FixedOffset::east_opt(3600).unwrap();
        assert_eq!(at("2026-03-01T08:00:00").to_utc_in(&oslo).unwrap().to_rfc3339(), "2026-03-01T07:00:00+00:00");
    }
}
