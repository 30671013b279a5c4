//! Values of an unexpected type in responses.

use std::{collections::BTreeMap, error::Error as _};

use reqwest::{StatusCode, header::HeaderMap};

use super::{Change, Create, Row};
use crate::{
    decode::{
        body::{AnyStruct, BodyDecoder, DecodeOptions, Leniency, empty_slot, empty_struct},
        mismatch::Mismatches,
        undecoded_fields,
    },
    encode::Canonical,
    response::{BufferedResponse, downcast},
    wire_form::WireForms,
};

/// A page of a listing.
#[derive(Clone, Default, PartialEq)]
struct Page {
    data: Vec<Keyed>,
    next: Option<String>,
    total: Option<i64>,
    wire: WireForms<{ Page::WIRE_WORDS }>,
}

crate::wire_struct! {
    with_default Page {
        data "data" (strict),
        next "next" (strict),
        total "total" (strict),
    }
}

/// A row of a listing.
#[derive(Clone, Default, PartialEq)]
struct Keyed {
    id: Option<i64>,
    deleted: Option<bool>,
    qty: Option<f64>,
    tags: Vec<String>,
    parent: Option<Box<Keyed>>,
    wire: WireForms<{ Keyed::WIRE_WORDS }>,
}

crate::wire_struct! {
    with_default Keyed {
        id "id" (strict),
        deleted "deleted" (strict),
        qty "qty",
        tags "tags",
        parent "parent",
    }
}

/// Structs with required fields, in every place where a struct can be.
#[derive(Clone, Default, PartialEq)]
struct Orders {
    list: Vec<Create>,
    first: Option<Create>,
    by_name: BTreeMap<String, Create>,
    change: Option<Change>,
    wire: WireForms<{ Orders::WIRE_WORDS }>,
}

crate::wire_struct! {
    with_default Orders {
        list "list",
        first "first",
        by_name "by_name",
        change "change",
    }
}

fn response(body: &str) -> BufferedResponse {
    BufferedResponse { status: StatusCode::OK, headers: HeaderMap::new(), body: body.to_owned().into() }
}

/// Decodes a response; an error is its source's message.
fn decode_as<T: AnyStruct>(body: &str, leniency: Leniency) -> Result<(T, Mismatches), String> {
    match BodyDecoder::Struct(empty_struct::<T>)
        .decode(&mut response(body), DecodeOptions { leniency, ..DecodeOptions::default() })
    {
        Ok(decoded) => Ok((downcast(decoded.value), decoded.mismatches.map(|found| *found).unwrap_or_default())),
        Err(error) => Err(error.source().map(ToString::to_string).unwrap_or_default()),
    }
}

#[track_caller]
fn decode<T: AnyStruct>(body: &str) -> (T, Mismatches) {
    decode_as(body, Leniency::Lenient).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn shown(mismatches: &Mismatches) -> Vec<String> {
    mismatches.listed.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn check_error<T: AnyStruct>(body: &str, message: &str) {
    assert_eq!(decode_as::<T>(body, Leniency::Lenient).map(drop), Err(message.to_owned()), "{body}");
}

/// A row in which every field has a value of an unexpected type, except `any`.
const ODD: &str = r#"{"id":2019.5,"name":{"a":[1.0,null]},"hours":"n/a","done":2,"at":"soon","number":[1],"any":1,"tags":"x","weights":{},"names":[],"nested":5,"parent":"p","rows":7.0,"day":"x","colour":[],"code":"c","other":[1]}"#;

#[test]
fn a_value_of_an_unexpected_type_is_absent_and_sent_back_as_received() {
    let (mut row, mismatches) = decode::<Row>(ODD);
    let expected = Row {
        any: Some(1.into()),
        extra: [("other".to_owned(), serde_json::json!([1]))].into_iter().collect(),
        ..Row::default()
    };
    assert_eq!(row, expected);
    assert_eq!(
        shown(&mismatches),
        [
            "id: expected an integer",
            "name: expected a string",
            "hours: expected a number",
            "done: expected a boolean",
            "at: expected a date and time",
            "number: expected a number or a string",
            "tags: expected a list",
            "weights: expected a list",
            "names: expected an object",
            "nested: expected a list",
            "parent: expected an object",
            "rows: expected a list",
            "day: expected a date",
            "colour: expected a string",
            "code: expected an integer",
        ]
    );
    assert!(mismatches.listed.iter().all(|mismatch| mismatch.left_out().is_none()) && !mismatches.is_incomplete());
    row.any = Some(2.into());
    assert_eq!(serde_json::to_string(&row).unwrap(), ODD.replace(r#""any":1"#, r#""any":2"#));
    assert_eq!(serde_json::to_string(&row.clone()).unwrap(), serde_json::to_string(&row).unwrap());
    assert_eq!(serde_json::to_string(&Canonical(&row)).unwrap(), r#"{"any":2,"other":[1]}"#);
    let odd = undecoded_fields(&row);
    assert_eq!((odd.len(), odd[2].0, odd[2].1.as_str()), (15, "hours", Some("n/a")));
}

#[test]
fn a_field_that_is_set_replaces_its_odd_value() {
    let (mut row, _) = decode::<Row>(r#"{"id":"n/a","name":[],"tags":5,"names":"n","parent":1}"#);
    (row.id, row.tags, row.parent) = (Some(1), vec!["t".into()], Some(Box::default()));
    row.names.insert("de".into(), "a".into());
    let written = r#"{"id":1,"name":[],"tags":["t"],"names":{"de":"a"},"parent":{}}"#;
    assert_eq!(serde_json::to_string(&row).unwrap(), written);
}

#[test]
fn an_odd_value_in_a_nested_struct_leaves_the_rest_of_the_struct() {
    let body = r#"{"parent":{"id":1,"hours":[],"rows":[{"name":"a","done":"maybe"}]},"rows":[{"id":"7","at":5}]}"#;
    let (row, mismatches) = decode::<Row>(body);
    let paths: Vec<_> = mismatches.listed.iter().map(crate::Mismatch::path).collect();
    assert_eq!(paths, ["parent.hours", "parent.rows[0].done", "rows[0].at"]);
    let parent = row.parent.as_deref().unwrap();
    assert_eq!((parent.id, parent.rows[0].name.as_deref(), row.rows[0].id), (Some(1), Some("a"), Some(7)));
    assert_eq!(serde_json::to_string(&row).unwrap(), body);
    assert!(!mismatches.is_incomplete());
}

#[test]
fn an_element_that_cannot_be_read_is_left_out_and_sent_back_in_its_place() {
    let body = r#"{"tags":["a",{"b":1},"c"],"weights":["1","n/a",2.0],"names":{"de":"x","en":[1]},"nested":[[1],[2,"x"],"y"],"rows":["odd",{"id":"5"},7,[],{"name":"n"}]}"#;
    let (mut row, mismatches) = decode::<Row>(body);
    assert_eq!((&row.tags, &row.weights), (&vec!["a".to_owned(), "c".to_owned()], &vec![1.0, 2.0]));
    assert_eq!((row.names.len(), &row.nested, row.rows.len()), (1, &vec![vec![1], vec![2]], 2));
    let paths: Vec<_> = mismatches.listed.iter().map(crate::Mismatch::path).collect();
    let expected = ["tags[1]", "weights[1]", "names.en", "nested[1][1]", "nested[2]", "rows[0]", "rows[2]", "rows[3]"];
    assert_eq!(paths, expected);
    assert_eq!(mismatches.listed[6].left_out(), Some(&7.into()));
    assert!(mismatches.is_incomplete());
    assert_eq!(serde_json::to_string(&row).unwrap(), body);
    row.id = Some(1);
    assert_eq!(serde_json::to_string(&row).unwrap(), body.replacen('{', r#"{"id":1,"#, 1));
    row.rows.remove(0);
    row.rows.push(Row::default());
    let changed = serde_json::to_value(&row).unwrap();
    assert_eq!(changed["rows"].to_string(), r#"["odd",{"name":"n"},7,[],{}]"#);
    row.rows.clear();
    assert_eq!(serde_json::to_value(&row).unwrap().get("rows"), None);
}

#[test]
fn a_list_of_odd_elements_only_is_sent_back() {
    for body in [r#"{"rows":[1,"x"]}"#, r#"{"tags":[[]]}"#, r#"{"names":{"a":[]}}"#] {
        let (row, mismatches) = decode::<Row>(body);
        assert_eq!(row, Row::default());
        assert!(!mismatches.listed.is_empty());
        assert_eq!(serde_json::to_string(&row).unwrap(), body);
    }
}

#[test]
fn a_struct_without_a_required_field_cannot_be_read() {
    let good = r#"{"name":"n","count":1,"day":"2026-02-03","colour":"red","rows":[],"note":null,"meta":"{}"}"#;
    let bad = [
        (good.replace('1', "\"x\""), "count: expected an integer"),
        (good.replace("[]", "5"), "rows: expected a list"),
        (good.replace("2026-02-03", "soon"), "day: expected a date"),
        (good.replace(r#""colour":"red","#, ""), "missing field `colour`"),
        (good.replace("{}", "{"), "meta: expected JSON as text"),
    ];
    for (bad, message) in &bad {
        check_error::<Create>(bad, message);
        let body = format!(r#"{{"list":[{good},{bad}],"first":{bad},"by_name":{{"a":{bad},"b":{good}}}}}"#);
        let (orders, mismatches) = decode::<Orders>(&body);
        assert_eq!((orders.list.len(), orders.first.is_none(), orders.by_name.len()), (1, true, 1), "{body}");
        assert_eq!((mismatches.listed.len(), mismatches.is_incomplete()), (3, true));
        assert!(mismatches.listed[0].path().starts_with("list[1]"), "{:?}", mismatches.listed);
        assert_eq!(serde_json::to_value(&orders).unwrap(), serde_json::from_str::<serde_json::Value>(&body).unwrap());
    }
    let (mut create, _) = decode::<Create>(&good.replace(r#""note":null"#, r#""note":[],"more":"{","size":"x""#));
    assert!(create.note.is_none() && create.more.is_none() && create.size.is_none());
    create.name = "m".into();
    let written = serde_json::to_value(&create).unwrap();
    assert_eq!(written["note"], serde_json::json!([]));
    assert_eq!((&written["more"], &written["size"]), (&"{".into(), &"x".into()));
}

#[test]
fn a_change_keeps_odd_values_and_its_members_of_a_map_can_be_set() {
    let (mut orders, _) = decode::<Orders>(r#"{"by_name":{"a":1,"b":2},"change":{"name":[],"size":"x","tags":[{}]}}"#);
    let text = r#"{"by_name":{"a":1,"b":2},"change":{"name":[],"tags":[{}],"size":"x"}}"#;
    assert_eq!(serde_json::to_string(&orders).unwrap(), text);
    let good = r#"{"name":"n","count":1,"day":"2026-02-03","colour":"red","rows":[],"note":null,"meta":"{}"}"#;
    orders.by_name.insert("a".into(), serde_json::from_str(good).unwrap());
    let written = serde_json::to_value(&orders).unwrap();
    assert_eq!((&written["by_name"]["a"]["name"], &written["by_name"]["b"]), (&"n".into(), &2.into()));
}

#[test]
fn cursors_totals_keys_and_marks_of_deletions_must_have_their_types() {
    check_error::<Page>(r#"{"data":[],"next":{}}"#, "next: expected a string");
    check_error::<Page>(r#"{"data":[],"total":"many"}"#, "total: expected an integer");
    check_error::<Page>(r#"{"data":{}}"#, "data: expected a list");
    check_error::<Page>(r#"{"data":[{"id":1},{"id":"a","qty":"n/a"}]}"#, "data[1].id: expected an integer");
    check_error::<Page>(r#"{"data":[{"qty":"n/a","deleted":"maybe"}]}"#, "data[0].deleted: expected a boolean");
    check_error::<Keyed>(r#"{"id":1.5}"#, "id: expected an integer");
    let mut rows = response(r#"[{"id":1},{"id":[]}]"#);
    let error = BodyDecoder::Value(empty_slot::<Vec<Keyed>>).decode(&mut rows, DecodeOptions::default()).err().unwrap();
    assert_eq!(error.source().unwrap().to_string(), "[1].id: expected an integer");
    // A nested record is not a row.
    let (page, mismatches) = decode::<Page>(r#"{"data":[{"id":1,"parent":{"id":"x","qty":2}}]}"#);
    assert_eq!(page.data[0].parent.as_ref().unwrap().qty, Some(2.0));
    assert_eq!(shown(&mismatches), ["data[0].parent.id: expected an integer"]);
}

#[test]
fn a_listing_is_incomplete_if_a_row_is_left_out_and_not_if_a_part_of_a_row_is() {
    let (page, mismatches) = decode::<Page>(r#"{"data":[{"id":1},"x",{"id":2}],"total":3}"#);
    assert_eq!((page.data.len(), page.total, mismatches.is_incomplete()), (2, Some(3), true));
    assert!(mismatches.listed[0].is_row() && mismatches.listed[0].left_out() == Some(&"x".into()));
    let (page, mismatches) = decode::<Page>(r#"{"data":[{"id":1,"tags":["a",[]],"qty":"n/a"}]}"#);
    assert!(mismatches.listed.iter().all(|mismatch| !mismatch.is_row()));
    assert_eq!((page.data[0].tags.len(), mismatches.listed.len(), mismatches.is_incomplete()), (1, 2, false));
    let mut rows = response(r#"[{"id":1},5]"#);
    let rows = BodyDecoder::Value(empty_slot::<Vec<Keyed>>).decode(&mut rows, DecodeOptions::default()).ok().unwrap();
    assert!(rows.mismatches.is_some_and(|mismatches| mismatches.is_incomplete()));
    assert_eq!(downcast::<Vec<Keyed>>(rows.value).len(), 1);
}

#[test]
fn a_strict_client_fails_on_every_mismatch() {
    for body in [r#"{"hours":"n/a"}"#, r#"{"rows":[{},{"hours":"n/a"}]}"#, r#"{"tags":[{}]}"#] {
        assert!(decode_as::<Row>(body, Leniency::Strict).is_err());
    }
    let error = decode_as::<Row>(r#"{"rows":[{},{"hours":"n/a"}]}"#, Leniency::Strict).map(drop).unwrap_err();
    assert_eq!(error, "rows[1].hours: expected a number");
}

#[test]
fn broken_json_is_an_error_despite_an_earlier_mismatch() {
    check_error::<Row>(r#"{"id":[],"name":"#, "truncated JSON, at line 1, column 16");
    check_error::<Row>(r#"{"id":[]} x"#, "unexpected text after the end of the JSON");
    check_error::<Row>(r#"{"id":[],"name":nul}"#, "not valid JSON, at line 1, column 20");
    check_error::<Row>("5", "expected an object");
    check_error::<Row>("", "expected an object");
}

#[test]
fn whitespace_and_escapes_are_read_like_in_other_responses() {
    let body = " {\n\t\"hours\" : \"n/a\" ,\r\n \"n\\u0061me\": \"\\u00e5\\\"\" , \"rows\" : [ { \"id\" : 1 } , 2 ] , \"\\\"\": [ ] } ";
    let (row, mismatches) = decode::<Row>(body);
    assert_eq!((row.name.as_deref(), row.rows.len()), (Some("å\""), 1));
    assert_eq!(shown(&mismatches), ["hours: expected a number", "rows[1]: expected an object"]);
    assert_eq!(serde_json::to_string(&row).unwrap(), r#"{"name":"å\"","hours":"n/a","rows":[{"id":1},2],"\"":[]}"#);
}

#[test]
fn mismatches_are_bounded() {
    let page = |rows: usize, row: &str| format!(r#"{{"data":[{}]}}"#, vec![row; rows].join(","));
    let (read, mismatches) = decode::<Page>(&page(5000, r#"{"qty":"n/a"}"#));
    assert_eq!((read.data.len(), mismatches.listed.len()), (5000, 100));
    let (read, mismatches) = decode::<Page>(&page(1000, "5"));
    assert_eq!((read.data.len(), mismatches.listed.len()), (0, 1000));
    check_error::<Page>(&page(1001, "5"), "data[1000]: expected an object");
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    let nested =
        |depth: usize| format!(r#"{{"id":[],"parent":{}5{}}}"#, r#"{"parent":"#.repeat(depth), "}".repeat(depth));
    let (row, mismatches) = decode::<Row>(&nested(100));
    assert_eq!(mismatches.listed.len(), 2);
    assert_eq!(serde_json::to_string(&row).unwrap(), nested(100));
    assert!(decode_as::<Row>(&nested(100_000), Leniency::Lenient).is_err());
}

#[test]
fn mismatches_show_no_value_and_no_control_characters() {
    let key = format!("\\u001b[31m{}", "k".repeat(1000));
    let body = format!(r#"{{"names":{{"{key}":["canary"]}},"rows":["canary"],"id":"canary"}}"#);
    let (row, mismatches) = decode::<Row>(&body);
    let shown = format!("{mismatches:?} {:?}", shown(&mismatches));
    assert!(!shown.contains("canary") && !shown.contains('\u{1b}') && shown.len() < 1500, "{shown}");
    assert!(!format!("{row:?}").contains("canary"), "{row:?}");
}
