//! Scalars: the JSON types they are decoded from, and the errors.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{types::timestamp::Timestamp, wire_form::WireForms};

#[derive(Clone, Default, PartialEq)]
struct Row {
    count: Option<i64>,
    qty: Option<f64>,
    active: Option<bool>,
    name: Option<String>,
    at: Option<Timestamp>,
    day: Option<NaiveDate>,
    numbers: Vec<f64>,
    rows: Vec<Row>,
    map: BTreeMap<String, i64>,
    wire: WireForms<{ Row::WIRE_WORDS }>,
}

crate::wire_struct! {
    with_default Row {
        count "count",
        qty "qty",
        active "active",
        name "name",
        at "at",
        day "day",
        numbers "numbers",
        rows "rows",
        map "map",
    }
}

fn row(json: &str) -> Row {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[test]
fn every_form_of_a_value_decodes_to_the_value() {
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
fn null_absent_and_unset_values_decode_to_none() {
    let nulls = r#"{"count":null,"qty":null,"active":null,"name":null,"at":null,"day":null,"numbers":null,"rows":null,"map":null}"#;
    let unset = r#"{"count":"","qty":"","active":"","at":"0001-01-01T00:00:00Z","day":"0001-01-01"}"#;
    for json in ["{}", nulls, unset] {
        assert_eq!(row(json), Row::default());
    }
}

#[test]
fn a_mismatch_is_an_error_that_does_not_quote_the_value() {
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
    for (qty, json) in [(5.0, "5"), (7.5, "7.5"), (-0.25, "-0.25"), (1e300, "1e+300")] {
        let row = Row { qty: Some(qty), ..Row::default() };
        assert_eq!(serde_json::to_string(&row).unwrap(), format!(r#"{{"qty":{json}}}"#));
    }
}
