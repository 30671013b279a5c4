//! Reading what vendors send: plain types for users, tolerance in the reading.
//!
//! Vendors write numbers as strings, integers as `5.0`, booleans as `1`, lists as `null`. Generated types name these
//! functions in `#[serde(deserialize_with = "…")]`, so their fields are plain Rust types. What cannot be understood is
//! still an error, and the error never quotes the value.

mod json_text;
mod lenient;
mod numbers;

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, de};

pub use self::json_text::{json_string, option_json_string};
use self::lenient::{Element, Lenient, option, present, required};
pub use self::numbers::{list_number, number, option_number};
use crate::Timestamp;

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
pub fn option_list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let list = Option::<Vec<Option<T>>>::deserialize(deserializer)?;
    Ok(list.map(|list| list.into_iter().flatten().collect()))
}

/// Reads a string, or a number or boolean as its text: for enumerations that may grow.
///
/// # Errors
///
/// If there is something else, or nothing.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    present(deserializer)
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

fn lenient_list<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_any(ListVisitor::<Element<T>, T>(PhantomData))
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
        for (value, json) in [(5.0, "5"), (7.5, "7.5"), (-0.25, "-0.25"), (1e300, "1e+300")] {
            assert_eq!(serde_json::to_string(&Qty(value)).unwrap(), json);
        }
    }
}
