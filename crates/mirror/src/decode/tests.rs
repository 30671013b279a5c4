//! Tests of whole pages.

use keyfob_client::table::{Column, ColumnType, PageSize, Table};
use keyfob_client::{Confidence, Idempotency, Operation, Security};

use super::*;

static LIST: Operation = Operation {
    api: "test-api",
    id: "rows",
    summary: "Lists rows.",
    method: "GET",
    path: "/rows",
    query: &["limit"],
    open_query: false,
    comma_separated: &[],
    headers: &[],
    required: &[],
    fixed_query: &[],
    body: "",
    body_required: false,
    host: "",
    idempotency: Idempotency::Idempotent,
    scope: None,
    security: Security::Client,
    confidence: Confidence::Documented,
    source: "",
};

const fn column(name: &'static str, kind: ColumnType) -> Column {
    Column { name, kind, description: "", sensitive: false }
}

static ROWS: Table = Table {
    name: "rows",
    operation: &LIST,
    version: "2026-01-01",
    paging: TablePaging::Cursor { field: "next", parameter: "cursor" },
    rows: Some("data"),
    parameters: &[],
    page_size: Some(PageSize { parameter: "limit", default: 100 }),
    key: &["id"],
    changes: ChangeDetection::ModifiedSince {
        parameter: "since",
        deleted: "isDeleted",
        mode: Some("mode"),
        overlap: 600,
    },
    window: None,
    columns: &[
        column("id", ColumnType::Text),
        column("workDate", ColumnType::Date),
        column("qty", ColumnType::Double),
        column("count", ColumnType::Integer),
        column("approved", ColumnType::Boolean),
        column("modifiedDateTime", ColumnType::Timestamp),
        column("lines", ColumnType::Json),
        Column { name: "birthDate", kind: ColumnType::Date, description: "", sensitive: true },
        column("isDeleted", ColumnType::Boolean),
    ],
    extra_is_sensitive: false,
};

fn decode(page: &str) -> DecodedPage {
    Decoder::new(&Schema::new(&ROWS, false)).decode(page.as_bytes()).unwrap()
}

fn rows(batch: &Batch) -> Vec<Vec<String>> {
    let show = |column: &ColumnData, row| format!("{:?}", column.value(row));
    let row = |row| batch.columns.iter().chain([&batch.extra]).map(|column| show(column, row)).collect();
    (0..batch.len()).map(row).collect()
}

#[test]
fn members_are_typed_in_any_order_and_absent_ones_are_null() {
    let page = decode(
        r#"{"mode":"full","data":[
            {"id":"a","workDate":"2026-01-05T00:00:00","qty":1,"count":2.0,"approved":1,"lines":[1, {"x":"é"}],"isDeleted":false},
            {"qty":"2.5","id":"b","birthDate":"1990-01-01","modifiedDateTime":"2026-01-05T07:00:00Z"},
            {}
        ],"other":{},"next":"c\"1"}"#,
    );
    assert_eq!(
        rows(&page.batch),
        [
            [
                "Text(\"a\")",
                "Date(20458)",
                "Double(1.0)",
                "Integer(2)",
                "Boolean(true)",
                "Null",
                r#"Text("[1, {\"x\":\"é\"}]")"#,
                "Boolean(false)",
                "Null"
            ],
            [
                "Text(\"b\")",
                "Null",
                "Double(2.5)",
                "Null",
                "Null",
                "Timestamp(1767596400000000)",
                "Null",
                "Null",
                "Null"
            ],
        ]
    );
    assert_eq!(page.facts, PageFacts { rows: 3, cursor: Some("c\"1".into()), total: None });
    assert_eq!((page.mode.as_deref(), page.batch.unidentified()), (Some("full"), 1));
    let reject = Reject { key: None, field: "", expected: "a row with a key", raw: "{}".into() };
    assert_eq!(page.batch.rejects(), [reject]);
}

#[test]
fn a_value_of_another_type_becomes_null_and_a_reject_with_its_text() {
    let page = decode(
        r#"{"data":[{"id":7,"qty":"much","count":5.5,"approved":"maybe","workDate":{"a": [1]},"lines":null,"x":1e400},
            {"id":"b","qty":1}]}"#,
    );
    assert_eq!(rows(&page.batch)[0][..5], ["Text(\"7\")", "Null", "Null", "Null", "Null"]);
    assert_eq!(rows(&page.batch)[0][8], r#"Text("{\"x\":1e400}")"#);
    assert_eq!(rows(&page.batch)[1][..3], ["Text(\"b\")", "Null", "Double(1.0)"]);
    let reject = |field, expected, raw: &str| Reject { key: Some("7".into()), field, expected, raw: raw.into() };
    let expected = [
        reject("qty", "a number", "\"much\""),
        reject("count", "an integer", "5.5"),
        reject("approved", "a boolean", "\"maybe\""),
        reject("workDate", "a date", "{\"a\": [1]}"),
    ];
    assert_eq!(page.batch.rejects(), expected);
    assert_eq!(page.batch.unidentified(), 0);
}

#[test]
fn an_invalid_escape_costs_one_value_and_not_the_page() {
    let page = decode(r#"{"data":[{"id":"a","modifiedDateTime":"\ud800","qty":1},{"id":"b"}]}"#);
    assert_eq!(page.batch.len(), 2);
    assert_eq!(page.batch.rejects()[0].raw, r#""\ud800""#);
    assert_eq!(rows(&page.batch)[0][2], "Double(1.0)");
}

/// The same table, whose other fields are sensitive.
static SENSITIVE: Table = Table { extra_is_sensitive: true, ..ROWS };

#[test]
fn other_fields_are_in_extra_and_sensitive_ones_are_not() {
    let page = r#"{"data":[{"id":"a","new\"field":[1,2],"birthDate":"1990-01-01","z":null}]}"#;
    let batch = decode(page).batch;
    assert_eq!(batch.extra().value(0), Value::Text(r#"{"new\"field":[1,2],"z":null}"#));
    let batch = Decoder::new(&Schema::new(&ROWS, true)).decode(page.as_bytes()).unwrap().batch;
    assert_eq!(batch.columns()[7].value(0), Value::Date(7305));
    let batch = Decoder::new(&Schema::new(&SENSITIVE, false)).decode(page.as_bytes()).unwrap().batch;
    assert_eq!(batch.extra().value(0), Value::Null);
}

#[test]
fn the_last_change_of_a_row_in_a_page_wins() {
    let page = decode(
        r#"{"data":[{"id":"a","qty":1},{"id":"b"},{"id":"a","qty":2},{"id":"b","isDeleted":true},
            {"id":"c","isDeleted":true},{"id":"c","qty":3},{"id":"d","isDeleted":true},{"id":"d","isDeleted":true}]}"#,
    );
    let batch = page.batch;
    assert_eq!((0..batch.len()).map(|row| batch.key_text(row)).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(rows(&batch)[0][2], "Double(2.0)");
    let deleted: Vec<_> = (0..batch.deleted_len()).map(|row| batch.deleted_key_text(row)).collect();
    assert_eq!(deleted, ["b", "d"]);
    assert_eq!(page.facts.rows, 8);
}

#[test]
fn a_row_with_an_unreadable_mark_of_deletions_is_neither_changed_nor_deleted() {
    let batch = decode(r#"{"data":[{"id":"a","isDeleted":"perhaps"}]}"#).batch;
    assert_eq!((batch.len(), batch.deleted_len(), batch.unidentified()), (0, 0, 1));
}

/// Copies compare the hashes of runs months apart.
#[test]
fn the_hash_of_a_row_is_that_of_its_text() {
    let regular = r#"{ "id" : "a", "new": {"x": [1 , 2]} }"#;
    let irregular = r#"{"id":"b","qty":"many", "z" : "}"}"#;
    let schema = Schema::new(&ROWS, false);
    for page in [
        format!(r#"{{"data":[{regular},{irregular}]}}"#),
        format!("\r\n{{ \"other\" : {{}} , \"data\"\t: [ {regular}\n, {irregular} ] , \"total\":7 }} "),
    ] {
        assert_eq!(decode(&page).batch.hashes(), [schema.row_hash(regular), schema.row_hash(irregular)], "{page}");
    }
}

#[test]
fn an_element_that_is_no_object_is_retained_as_a_reject() {
    let batch = decode(r#"{"data":[1,"x",null,[{"id":"a"}],{"id":""},{"id":{}},{"id":"a","id":"b"}]}"#).batch;
    assert_eq!((batch.len(), batch.unidentified()), (1, 6));
    assert_eq!(batch.key_text(0), "b");
}

#[test]
fn a_page_without_rows_is_told_from_a_page_that_cannot_be_read() {
    for page in [r#"{"data":null}"#, r#"{"data":[]}"#] {
        assert_eq!(decode(page).facts.rows, 0, "{page}");
    }
    // An object without the list is no empty page: it would end the listing, and all rows would count as deleted.
    for page in
        ["", "[]", "{}", r#"{"other":1}"#, "{", r#"{"data":[{]}"#, r#"{"data":"x"}"#, r#"{"data":[]}x"#, "\"\u{0}\""]
    {
        let error = Decoder::new(&Schema::new(&ROWS, false)).decode(page.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Api, "{page}");
    }
}

#[test]
fn equal_rows_have_equal_hashes_until_the_columns_change() {
    let page = r#"{"data":[{"id":"a","qty":1}]}"#;
    let (first, second) = (decode(page).batch, decode(page).batch);
    assert_eq!((first.keys(), first.hashes()), (second.keys(), second.hashes()));
    let other = Decoder::new(&Schema::new(&ROWS, true)).decode(page.as_bytes()).unwrap().batch;
    assert_eq!(first.keys(), other.keys());
    assert_ne!(first.hashes(), other.hashes());
}

#[test]
fn a_total_is_read_as_a_number_and_as_a_string() {
    static NUMBERED: Table =
        Table { paging: TablePaging::Offset { parameter: "offset", total: Some("total") }, ..ROWS };
    let schema = Schema::new(&NUMBERED, true);
    for (total, expected) in [("7", Some(7)), (r#""7""#, Some(7)), ("null", None), (r#""many""#, None)] {
        let page = format!(r#"{{"total":{total},"data":[{{"id":"1"}}]}}"#);
        let page = Decoder::new(&schema).decode(page.as_bytes()).unwrap();
        assert_eq!((page.facts.rows, page.facts.total), (1, expected), "{total}");
    }
}
