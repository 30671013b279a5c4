//! Reading what vendors send: plain types for users, tolerance in the reading.
//!
//! Vendors write numbers as strings, integers as `5.0`, booleans as `1`, lists as `null`. Generated types name these
//! functions in `#[serde(deserialize_with = "…")]`, so their fields are plain Rust types. What cannot be understood is
//! still an error, and the error never quotes the value.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serializer, de};

use crate::Timestamp;

/// A type that can be read from more forms than its own; `None` stands for "nothing there".
trait Lenient: Sized {
    const EXPECTED: &'static str;

    fn from_i64(value: i64) -> Option<Option<Self>>;
    fn from_f64(value: f64) -> Option<Option<Self>>;
    fn from_bool(value: bool) -> Option<Option<Self>>;
    fn from_text(value: &str) -> Option<Option<Self>>;
    fn from_owned(value: String) -> Option<Option<Self>> {
        Self::from_text(&value)
    }
    /// What stands for `null` in a field that has to be there.
    fn nothing() -> Option<Self>;
}

struct LenientVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient> de::Visitor<'de> for LenientVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Option<T>, E> {
        T::from_bool(value).ok_or_else(|| mismatch::<T, E>())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Option<T>, E> {
        T::from_i64(value).ok_or_else(|| mismatch::<T, E>())
    }

    #[expect(clippy::cast_precision_loss, reason = "beyond 64 signed bits only the nearest number can be kept")]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Option<T>, E> {
        i64::try_from(value).map_or_else(|_| T::from_f64(value as f64), T::from_i64).ok_or_else(|| mismatch::<T, E>())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Option<T>, E> {
        T::from_f64(value).ok_or_else(|| mismatch::<T, E>())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Option<T>, E> {
        T::from_text(value).ok_or_else(|| mismatch::<T, E>())
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Option<T>, E> {
        T::from_owned(value).ok_or_else(|| mismatch::<T, E>())
    }
}

fn mismatch<T: Lenient, E: de::Error>() -> E {
    E::custom(format_args!("expected {}", T::EXPECTED))
}

fn option<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(LenientVisitor(PhantomData))
}

fn required<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    option(deserializer)?.or_else(T::nothing).ok_or_else(mismatch::<T, D::Error>)
}

/// An element that is read leniently.
struct Element<T>(Option<T>);

impl<'de, T: Lenient> Deserialize<'de> for Element<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        option(deserializer).map(Self)
    }
}

/// Collects a sequence; `null` is empty, and so is every element that is `null`.
struct ListVisitor<E, T>(PhantomData<(E, T)>);

impl<'de, E: Deserialize<'de> + Into<Option<T>>, T> de::Visitor<'de> for ListVisitor<E, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<R: de::Error>(self) -> Result<Vec<T>, R> {
        Ok(Vec::new())
    }

    fn visit_none<R: de::Error>(self) -> Result<Vec<T>, R> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
        // A hint from outside is not trusted with memory.
        let mut list = Vec::with_capacity(sequence.size_hint().unwrap_or(0).min(4096));
        while let Some(element) = sequence.next_element::<E>()? {
            list.extend(element.into());
        }
        Ok(list)
    }
}

impl<T> From<Element<T>> for Option<T> {
    fn from(element: Element<T>) -> Self {
        element.0
    }
}

fn lenient_list<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_any(ListVisitor::<Element<T>, T>(PhantomData))
}

/// Reads a list of anything; `null` is the empty list, and elements that are `null` are left out.
///
/// # Errors
///
/// If an element cannot be read.
pub fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_any(ListVisitor::<Option<T>, T>(PhantomData))
}

/// Reads a list of anything, or nothing: for updates, where no list and an empty list are two things.
///
/// # Errors
///
/// If an element cannot be read.
pub fn option_list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
    let list = Option::<Vec<Option<T>>>::deserialize(deserializer)?;
    Ok(list.map(|list| list.into_iter().flatten().collect()))
}

/// Reads a string, or a number or boolean as its text: for enumerations that may grow.
///
/// # Errors
///
/// If there is something else, or nothing.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    option(deserializer)?.ok_or_else(mismatch::<String, D::Error>)
}

/// Reads a map of anything; `null` is the empty map, and entries that are `null` are left out.
///
/// # Errors
///
/// If an entry cannot be read.
pub fn map<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error> {
    let entries = Option::<BTreeMap<String, Option<T>>>::deserialize(deserializer)?.unwrap_or_default();
    Ok(entries.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

/// A list as the whole of an answer, read like [`list`].
#[derive(Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        list(deserializer).map(Self)
    }
}

macro_rules! functions {
    ($type:ty: $what:literal, $required:ident, $option:ident, $list:ident) => {
        #[doc = concat!("Reads ", $what, " that has to be there.")]
        ///
        /// # Errors
        ///
        /// If there is something else, or nothing.
        pub fn $required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
            required(deserializer)
        }

        #[doc = concat!("Reads ", $what, ", or nothing.")]
        ///
        /// # Errors
        ///
        /// If there is something else.
        pub fn $option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<$type>, D::Error> {
            option(deserializer)
        }

        #[doc = concat!("Reads a list whose elements are each ", $what, "; `null` is the empty list.")]
        ///
        /// # Errors
        ///
        /// If there is something else.
        pub fn $list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<$type>, D::Error> {
            lenient_list(deserializer)
        }
    };
}

functions!(i64: "an integer (also `5.0` or `\"5\"`)", integer, option_integer, list_integer);
functions!(bool: "a boolean (also 0, 1, `\"true\"` or `\"false\"`)", boolean, option_boolean, list_boolean);
functions!(String: "a string (a number or boolean becomes its text)", string, option_string, list_string);
functions!(Timestamp: "a date and time (the year 1 and the empty string are nothing)", timestamp, option_timestamp, list_timestamp);
functions!(NaiveDate: "a date (a time behind it is ignored; the year 1 and the empty string are nothing)", date, option_date, list_date);

/// The largest integers that a floating-point number holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "checked to be integral and within the exact range")]
fn integral(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

/// A number that has to be there; written without a fraction if it has none, as vendors do.
pub mod number {
    use serde::{Deserializer, Serializer};

    /// Reads a number, also from a string.
    ///
    /// # Errors
    ///
    /// If there is something else.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        super::required(deserializer)
    }

    /// Writes `5.0` as `5`, and `7.5` as it is.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        match super::integral(*value) {
            Some(value) => serializer.serialize_i64(value),
            None => serializer.serialize_f64(*value),
        }
    }
}

/// A number or nothing; otherwise like [`number`].
pub mod option_number {
    use serde::{Deserializer, Serializer};

    /// Reads a number, also from a string.
    ///
    /// # Errors
    ///
    /// If there is something else.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        super::option(deserializer)
    }

    /// Writes `5.0` as `5`, and nothing as `null`.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => super::number::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }
}

/// A list of numbers; otherwise like [`number`].
pub mod list_number {
    use serde::{Deserializer, Serialize, Serializer};

    struct Number(f64);

    impl Serialize for Number {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            super::number::serialize(&self.0, serializer)
        }
    }

    /// Reads numbers, also from strings; `null` is the empty list.
    ///
    /// # Errors
    ///
    /// If there is something else.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        super::lenient_list(deserializer)
    }

    /// Writes each number without a fraction if it has none.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().copied().map(Number))
    }
}

impl Lenient for i64 {
    const EXPECTED: &'static str = "an integer";

    fn from_i64(value: i64) -> Option<Option<Self>> {
        Some(Some(value))
    }

    fn from_f64(value: f64) -> Option<Option<Self>> {
        integral(value).map(Some)
    }

    fn from_bool(_: bool) -> Option<Option<Self>> {
        None
    }

    fn from_text(value: &str) -> Option<Option<Self>> {
        match value.trim() {
            "" => Some(None),
            text => text.parse().ok().or_else(|| integral(text.parse().ok()?)).map(Some),
        }
    }

    fn nothing() -> Option<Self> {
        Some(0)
    }
}

impl Lenient for f64 {
    const EXPECTED: &'static str = "a number";

    #[expect(clippy::cast_precision_loss, reason = "a floating-point number is what the API's description promises")]
    fn from_i64(value: i64) -> Option<Option<Self>> {
        Some(Some(value as Self))
    }

    fn from_f64(value: f64) -> Option<Option<Self>> {
        Some(Some(value))
    }

    fn from_bool(_: bool) -> Option<Option<Self>> {
        None
    }

    fn from_text(value: &str) -> Option<Option<Self>> {
        match value.trim() {
            "" => Some(None),
            // U+2212 is the minus sign of typographers; some exports use it.
            text => text.replace('\u{2212}', "-").parse::<Self>().ok().filter(|value| value.is_finite()).map(Some),
        }
    }

    fn nothing() -> Option<Self> {
        Some(0.0)
    }
}

impl Lenient for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_i64(value: i64) -> Option<Option<Self>> {
        match value {
            0 => Some(Some(false)),
            1 => Some(Some(true)),
            _ => None,
        }
    }

    fn from_f64(value: f64) -> Option<Option<Self>> {
        integral(value).and_then(Self::from_i64)
    }

    fn from_bool(value: bool) -> Option<Option<Self>> {
        Some(Some(value))
    }

    fn from_text(value: &str) -> Option<Option<Self>> {
        match value.trim() {
            "" => Some(None),
            "0" => Some(Some(false)),
            "1" => Some(Some(true)),
            text if text.eq_ignore_ascii_case("true") => Some(Some(true)),
            text if text.eq_ignore_ascii_case("false") => Some(Some(false)),
            _ => None,
        }
    }

    fn nothing() -> Option<Self> {
        Some(false)
    }
}

impl Lenient for String {
    const EXPECTED: &'static str = "a string";

    fn from_i64(value: i64) -> Option<Option<Self>> {
        Some(Some(value.to_string()))
    }

    fn from_f64(value: f64) -> Option<Option<Self>> {
        Some(Some(value.to_string()))
    }

    fn from_bool(value: bool) -> Option<Option<Self>> {
        Some(Some(value.to_string()))
    }

    fn from_text(value: &str) -> Option<Option<Self>> {
        Some(Some(value.to_owned()))
    }

    fn from_owned(value: String) -> Option<Option<Self>> {
        Some(Some(value))
    }

    fn nothing() -> Option<Self> {
        Some(Self::new())
    }
}

impl Lenient for Timestamp {
    const EXPECTED: &'static str = "a date and time";

    fn from_i64(_: i64) -> Option<Option<Self>> {
        None
    }

    fn from_f64(_: f64) -> Option<Option<Self>> {
        None
    }

    fn from_bool(_: bool) -> Option<Option<Self>> {
        None
    }

    fn from_text(value: &str) -> Option<Option<Self>> {
        // A database's zero date is nothing, like the empty string.
        if value.trim().is_empty() || value.starts_with("0000-00-00") {
            return Some(None);
        }
        value.parse().ok().map(|time: Self| (!time.is_unset()).then_some(time))
    }

    fn nothing() -> Option<Self> {
        None
    }
}

impl Lenient for NaiveDate {
    const EXPECTED: &'static str = "a date";

    fn from_i64(_: i64) -> Option<Option<Self>> {
        None
    }

    fn from_f64(_: f64) -> Option<Option<Self>> {
        None
    }

    fn from_bool(_: bool) -> Option<Option<Self>> {
        None
    }

    fn from_text(value: &str) -> Option<Option<Self>> {
        let time = Timestamp::from_text(value)?;
        Some(time.map(|time| time.naive().date()))
    }

    fn nothing() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(default)]
    #[derive(Default)]
    struct Row {
        #[serde(deserialize_with = "option_integer")]
        count: Option<i64>,
        #[serde(deserialize_with = "option_number::deserialize")]
        qty: Option<f64>,
        #[serde(deserialize_with = "option_boolean")]
        active: Option<bool>,
        #[serde(deserialize_with = "option_string")]
        name: Option<String>,
        #[serde(deserialize_with = "option_timestamp")]
        at: Option<Timestamp>,
        #[serde(deserialize_with = "option_date")]
        day: Option<NaiveDate>,
        #[serde(deserialize_with = "list_number::deserialize")]
        numbers: Vec<f64>,
        #[serde(deserialize_with = "list")]
        rows: Vec<Row>,
        #[serde(deserialize_with = "map")]
        map: BTreeMap<String, i64>,
    }

    fn row(json: &str) -> Row {
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
    }

    #[test]
    fn every_form_of_a_value_is_the_value() {
        for (json, count) in [("5", 5), ("5.0", 5), (r#""5""#, 5), (r#"" 5.00 ""#, 5), ("-3", -3)] {
            assert_eq!(row(&format!(r#"{{"count":{json}}}"#)).count, Some(count));
        }
        for (json, qty) in [("7.5", 7.5), ("7", 7.0), (r#""7.5""#, 7.5), ("\"\u{2212}1.5\"", -1.5)] {
            assert_eq!(row(&format!(r#"{{"qty":{json}}}"#)).qty, Some(qty));
        }
        for (json, active) in [("true", true), ("1", true), ("0", false), (r#""False""#, false), (r#""1""#, true)] {
            assert_eq!(row(&format!(r#"{{"active":{json}}}"#)).active, Some(active));
        }
        for (json, name) in [(r#""Åse""#, "Åse"), ("12", "12"), ("1.5", "1.5"), ("true", "true")] {
            assert_eq!(row(&format!(r#"{{"name":{json}}}"#)).name.as_deref(), Some(name));
        }
        assert_eq!(row(r#"{"day":"2026-02-03T00:00:00Z"}"#).day.unwrap().to_string(), "2026-02-03");
        assert_eq!(row(r#"{"numbers":[1,"2.5",null]}"#).numbers, [1.0, 2.5]);
        assert_eq!(row(r#"{"rows":[null,{"count":1}]}"#).rows.len(), 1);
        assert_eq!(row(r#"{"map":{"a":1,"b":null}}"#).map.len(), 1);
    }

    #[test]
    fn null_absent_and_unset_are_nothing() {
        let nulls = r#"{"count":null,"qty":null,"active":null,"name":null,"at":null,"day":null,"numbers":null,"rows":null,"map":null}"#;
        let unset = r#"{"count":"","qty":"","active":"","at":"0001-01-01T00:00:00Z","day":"0001-01-01"}"#;
        for json in ["{}", nulls, unset] {
            assert_eq!(row(json), Row::default());
        }
    }

    #[test]
    fn what_cannot_be_understood_is_an_error_that_does_not_quote_it() {
        for (json, expected) in [
            (r#"{"count":"canary"}"#, "an integer"),
            (r#"{"count":1.5}"#, "an integer"),
            (r#"{"qty":"canary"}"#, "a number"),
            (r#"{"active":"canary"}"#, "a boolean"),
            (r#"{"at":"canary"}"#, "a date and time"),
            (r#"{"day":"canary"}"#, "a date"),
        ] {
            let error = serde_json::from_str::<Row>(json).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn integral_numbers_are_written_without_a_fraction() {
        #[derive(serde::Serialize)]
        struct Qty(#[serde(serialize_with = "number::serialize")] f64);
        for (value, json) in [(5.0, "5"), (7.5, "7.5"), (-0.25, "-0.25"), (1e300, "1e300")] {
            assert_eq!(serde_json::to_string(&Qty(value)).unwrap(), json);
        }
    }
}
