//! Decoding and encoding of structs.

#![expect(unreachable_pub, reason = "the macros implement methods of public enums")]

mod forms;
mod maps;
mod mismatches;
mod scalars;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::{
    error::DecodeTrace,
    reader::{ErasedReader, Failed},
    serde_reader::from_text,
    wire_struct::decode_object,
};
use crate::{
    encode::Canonical,
    types::{extra::Extra, number_or_string::NumberOrString, patch::Patch, timestamp::Timestamp},
    wire_form::WireForms,
};

#[derive(Clone, Default, PartialEq)]
struct Row {
    id: Option<i64>,
    name: Option<String>,
    hours: Option<f64>,
    done: Option<bool>,
    at: Option<Timestamp>,
    number: Option<NumberOrString>,
    any: Option<serde_json::Value>,
    tags: Vec<String>,
    weights: Vec<f64>,
    names: BTreeMap<String, String>,
    nested: Vec<Vec<i64>>,
    parent: Option<Box<Row>>,
    rows: Vec<Row>,
    day: Option<NaiveDate>,
    colour: Option<Colour>,
    code: Option<Code>,
    extra: Extra,
    wire: WireForms<{ Row::WIRE_WORDS }>,
}

crate::wire_struct! {
    with_default Row {
        id "id",
        name "name",
        hours "hours",
        done "done",
        at "at",
        number "number",
        any "any",
        tags "tags",
        weights "weights",
        names "names",
        nested "nested",
        parent "parent",
        rows "rows",
        day "day",
        colour "colour",
        code "code",
    } extra
}

#[derive(Clone, Default, PartialEq)]
struct Change {
    name: Patch<String>,
    tags: Option<Vec<String>>,
    size: Patch<f64>,
    wire: WireForms<{ Change::WIRE_WORDS }>,
}

crate::wire_struct! {
    with_default Change {
        name "name",
        tags "tags",
        size "size",
    }
}

/// A struct with fields that the API requires.
#[derive(Clone, PartialEq)]
struct Create {
    name: String,
    count: i64,
    day: NaiveDate,
    colour: Colour,
    rows: Vec<Row>,
    note: Option<String>,
    meta: Change,
    more: Option<Change>,
    size: Option<f64>,
    extra: Extra,
    wire: WireForms<{ Create::WIRE_WORDS }>,
}

crate::wire_struct! {
    without_default Create {
        name "name" required_or_default,
        count "count" required_or_default,
        day "day" required,
        colour "colour" required,
        rows "rows" required_or_default,
        note "note" nullable,
        meta "meta" json_text,
        more "more" optional_json_text,
        size "size",
    } extra
}

#[derive(Clone, Debug, PartialEq)]
enum Colour {
    Red,
    Unknown(String),
}

crate::open_string_enum!(Colour: Unknown { Red "red" });

#[derive(Clone, Copy, Debug, PartialEq)]
enum Code {
    One,
    Minus,
    Unknown(i64),
}

crate::open_integer_enum!(Code: Unknown { One 1, Minus -1 });

fn read(value: &serde_json::Value) -> Row {
    let row: Row = serde_json::from_str(&value.to_string()).unwrap();
    assert_eq!(serde_json::from_value::<Row>(value.clone()).unwrap(), row, "from text and from a value");
    row
}

/// Asserts that a text is the same after decoding and encoding.
#[track_caller]
fn check_trip(text: &str) {
    let row: Row = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(serde_json::to_string(&row).unwrap(), text);
    assert_eq!(serde_json::to_string(&row.clone()).unwrap(), text);
}

#[test]
fn values_are_decoded_from_several_json_types() {
    let loose = read(&json!({
        "id": "5", "name": 7, "hours": "7.50", "done": 1, "at": "", "number": "007", "any": null,
        "tags": [1, null, "x"], "weights": [1, "2.5"], "names": {"de": 1, "en": null}, "nested": [["1"], null],
        "parent": {"id": 1.0, "hours": 2}, "rows": [null, {}], "day": "2026-02-03T00:00:00", "colour": 5, "code": "1",
        "other": {"kept": [1]}
    }));
    let strict = read(&json!({
        "id": 5, "name": "7", "hours": 7.5, "done": true, "number": "007", "tags": ["1", "x"],
        "weights": [1, 2.5], "names": {"de": "1"}, "nested": [[1]], "parent": {"id": 1, "hours": 2},
        "rows": [{}], "day": "2026-02-03", "colour": "5", "code": 1, "other": {"kept": [1]}
    }));
    assert_eq!(loose, strict);
}

#[test]
fn unchanged_values_are_written_as_received() {
    for text in [
        r#"{"id":"5","name":5,"hours":"7.5","done":"true","number":5.0,"day":"2026-02-03T00:00:00","colour":5,"code":"1"}"#,
        r#"{"id":5.0,"name":1.5,"hours":0.0,"done":0,"number":true,"day":"2026-02-03T00:00:00Z","colour":2.5,"code":1.0}"#,
        r#"{"id":" 5.00 ","name":false,"hours":"−1.50","done":"TRUE","at":"","day":"","colour":true,"code":"01"}"#,
        r#"{"id":"","name":18446744073709551615,"hours":9007199254740993,"done":1.0,"at":"0001-01-01T00:00:00","code":""}"#,
        r#"{"hours":-0.0,"done":"","at":"0001-01-01T00:00:00Z","day":"0001-01-01T00:00:00"}"#,
        r#"{"hours":5,"at":"0000-00-00 00:00:00","day":"0001-01-01"}"#,
        r#"{"at":"2026-02-03 04:05","day":"02/03/2026, 00:00:00"}"#,
        r#"{"tags":[1,null,"x",true],"weights":["1",2.0,null],"names":{"de":1,"en":null},"nested":[["1"],null,[],[2.0]]}"#,
        r#"{"tags":[],"weights":[null],"names":{},"nested":[[]],"parent":{"id":null,"rows":[]},"rows":[{"id":"1"},{}]}"#,
        r#"{"any":[null,5.0],"parent":null,"rows":null,"other":[1.0,null]}"#,
    ] {
        check_trip(text);
    }
}

#[test]
fn received_values_are_written_in_canonical_form_on_request() {
    let loose = r#"{"id":"5","name":null,"hours":8.0,"tags":[1,null],"parent":{"id":5.0,"rows":[]},"x":null}"#;
    let row: Row = serde_json::from_str(loose).unwrap();
    let canonical = r#"{"id":5,"hours":8,"tags":["1"],"parent":{"id":5},"x":null}"#;
    assert_eq!(serde_json::to_string(&Canonical(&row)).unwrap(), canonical);
    assert_eq!(serde_json::to_string(&row).unwrap(), loose);
}

#[test]
fn a_changed_value_is_written_with_its_new_value() {
    let loose =
        r#"{"id":"","name":7,"hours":"7.50","done":"1","at":"0001-01-01T00:00:00","tags":[1],"rows":[],"day":null}"#;
    let mut row: Row = serde_json::from_str(loose).unwrap();
    row.id = Some(6);
    row.name = Some("x".into());
    row.hours = Some(8.0);
    row.done = Some(false);
    row.at = Some("2026-02-03T04:05:06Z".parse().unwrap());
    row.tags.push("y".into());
    row.rows.push(Row::default());
    row.day = NaiveDate::from_ymd_opt(2026, 2, 3);
    let strict = r#"{"id":6,"name":"x","hours":8,"done":false,"at":"2026-02-03T04:05:06Z","tags":["1","y"],"rows":[{}],"day":"2026-02-03"}"#;
    assert_eq!(serde_json::to_string(&row).unwrap(), strict);

    let mut row: Row = serde_json::from_str(r#"{"id":5,"hours":"7.50","tags":[1],"code":"5"}"#).unwrap();
    (row.id, row.hours, row.tags, row.code) = (None, None, vec![], None);
    assert_eq!(serde_json::to_string(&row).unwrap(), "{}");
}

#[test]
fn a_named_form_stays_with_its_field() {
    let mut row: Row = serde_json::from_str(r#"{"id":"5","hours":8.0,"done":1}"#).unwrap();
    (row.id, row.hours, row.done) = (Some(6), Some(9.0), Some(false));
    assert_eq!(serde_json::to_string(&row).unwrap(), r#"{"id":"6","hours":9.0,"done":0}"#);
}

#[test]
fn the_form_takes_no_part_in_equality_and_debug_output() {
    let row: Row = serde_json::from_str(r#"{"id":"5"}"#).unwrap();
    let same = Row { id: Some(5), ..Row::default() };
    assert_eq!(row, same);
    assert_eq!(format!("{row:?}"), format!("{same:?}"));
    assert!(format!("{row:?}").starts_with("Row { id: Some(5), name: None, hours: None,"), "{row:?}");
}

#[test]
fn null_decodes_like_an_absent_field_and_is_written_back() {
    let nulls = json!({
        "id": null, "name": null, "hours": null, "done": null, "at": null, "number": null, "any": null, "tags": null,
        "weights": null, "names": null, "nested": null, "parent": null, "rows": null,
        "day": null, "colour": null, "code": null
    });
    assert_eq!(read(&nulls), Row::default());
    assert_eq!(serde_json::to_value(read(&nulls)).unwrap(), nulls);
    assert_eq!(read(&json!({})), Row::default());
    assert_eq!(serde_json::to_string(&Row::default()).unwrap(), "{}");
}

#[test]
fn required_fields_are_always_written_and_decode_to_defaults_where_possible() {
    let text = r#"{"day":"2026-02-03","colour":"red","meta":"{}"}"#;
    let create: Create = serde_json::from_str(text).unwrap();
    let written = r#"{"name":"","count":0,"day":"2026-02-03","colour":"red","rows":[],"note":null,"meta":"{}"}"#;
    assert_eq!(serde_json::to_string(&create).unwrap(), written);
    let nulls = r#"{"name":null,"count":null,"day":"2026-02-03","colour":"red","rows":null,"meta":"{}","more":null}"#;
    assert_eq!(serde_json::from_str::<Create>(nulls).unwrap(), create);
    for (text, expected) in [
        (r#"{"colour":"red","meta":"{}"}"#, "missing field `day`"),
        (r#"{"day":"2026-02-03","meta":"{}"}"#, "missing field `colour`"),
        (r#"{"day":"2026-02-03","colour":"red"}"#, "missing field `meta`"),
        (r#"{"day":null}"#, "expected a value"),
        (r#"{"day":"","colour":null}"#, "expected a value"),
        (r#"{"meta":"canary"}"#, "expected JSON as text"),
        (r#"{"more":"canary"}"#, "expected JSON as text"),
    ] {
        let error = serde_json::from_str::<Create>(text).unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains("canary"), "{error}");
    }
}

#[test]
fn unchanged_required_fields_are_written_as_received() {
    for text in [
        r#"{"name":5,"count":"5","day":"2026-02-03T00:00:00","colour":5,"rows":[],"note":7,"meta":"{ \"name\": 5.0 }","more":"","size":"1.50","x":[null]}"#,
        r#"{"name":"","count":5.0,"day":"2026-02-03","colour":"red","rows":[{"id":"5"}],"note":null,"meta":{},"more":" {}"}"#,
    ] {
        let mut create: Create = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&create).unwrap(), text);
        create.meta.tags = Some(vec![]);
        create.more = Some(Change { name: Patch::Null, ..Change::default() });
        let changed = serde_json::to_value(&create).unwrap();
        assert!(changed["meta"].as_str().unwrap().ends_with(r#""tags":[]}"#), "{changed}");
        assert_eq!(changed["more"], r#"{"name":null}"#);
    }
}

#[test]
fn an_open_enum_lists_its_known_values_and_recognizes_unknown_ones() {
    assert_eq!((Colour::KNOWN, Code::KNOWN), (&[Colour::Red][..], &[Code::One, Code::Minus][..]));
    assert!(
        Colour::KNOWN.iter().all(|known| !known.is_unknown()) && Code::KNOWN.iter().all(|known| !known.is_unknown())
    );
    let colour: Colour = serde_json::from_str(r#""mauve""#).unwrap();
    assert!(colour.is_unknown() && colour.as_str() == "mauve", "{colour:?}");
    let (code, known): (Code, Code) = serde_json::from_str::<(Code, Code)>("[7, -1]").unwrap();
    assert!(code.is_unknown() && code.value() == 7 && known == Code::Minus, "{code:?}");
}

#[test]
fn escaped_and_repeated_keys_are_keys() {
    let row: Row = serde_json::from_str(r#"{"\u0069d": 1, "id": 2, "\"": 3}"#).unwrap();
    assert_eq!((row.id, row.extra.get("\"")), (Some(2), Some(&json!(3))));
}

#[test]
fn unknown_fields_are_skipped_by_structs_without_extra() {
    let change: Change = serde_json::from_value(json!({"x": {"y": [1, {}]}, "name": "n"})).unwrap();
    assert_eq!(serde_json::to_value(&change).unwrap(), json!({"name": "n"}));
}

#[test]
fn a_patch_distinguishes_absent_null_and_empty() {
    for text in ["{}", r#"{"name":null}"#, r#"{"name":"n","tags":[]}"#, r#"{"name":5,"tags":null,"size":""}"#] {
        let change: Change = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&change).unwrap(), text);
    }
}

#[test]
fn a_failure_names_the_path_and_the_expected_type() {
    #[track_caller]
    fn check(text: &str, path: &str, expected: &str) {
        let mut trace = DecodeTrace::default();
        let decode: &mut dyn FnMut(&mut dyn ErasedReader<'_>) -> Result<(), Failed> =
            &mut |reader| decode_object(&mut Row::default(), reader);
        let problem = from_text(text, &mut trace, decode).unwrap_err();
        let error = trace.into_error(problem);
        assert_eq!(error.path, path);
        assert_eq!(error.problem.to_string(), expected);
        let error = serde_json::from_str::<Row>(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check(r#"{"rows": [{}, null, {"parent": {"hours": "x"}}]}"#, "rows[2].parent.hours", "expected a number");
    check(r#"{"tags": "x"}"#, "tags", "expected a list");
    check(r#"{"nested": [[1], [1, {}]]}"#, "nested[1][1]", "expected an integer");
    check(r#"{"names": {"de": []}}"#, "names.de", "expected a string");
    check("[]", "", "expected an object");
}
