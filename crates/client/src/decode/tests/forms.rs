//! Rows with values in any of the forms that they are decoded from.

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
};
use serde_json::json;

use super::Row;

proptest! {
    #[test]
    fn a_struct_with_any_forms_is_written_as_received(row in row()) {
        let text = row.to_string();
        let read: Row = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap().to_string(), text);
        prop_assert_eq!(serde_json::from_value::<Row>(row).unwrap(), read);
    }
}

/// Generates some of a row's fields, each in one of the forms that it is decoded from.
fn row() -> impl Strategy<Value = serde_json::Value> {
    let integer = prop_oneof![any::<i64>().prop_map(|n| json!(n)), any::<i32>().prop_map(|n| json!(f64::from(n)))];
    let integer = also_as_text(integer.boxed());
    let number = prop_oneof![
        (-1e15..1e15).prop_map(|n| json!(n)),
        any::<i64>().prop_map(|n| json!(n)),
        any::<i32>().prop_map(|n| json!(f64::from(n) / 4.0)),
    ];
    let number = also_as_text(number.boxed());
    let scalar = prop_oneof![
        ".{0,3}".prop_map(|text| json!(text)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<u64>().prop_map(|n| json!(n)),
        number.clone(),
    ];
    let scalar = scalar.boxed();
    let map = btree_map("[a-c]", scalar.clone(), 0..3).prop_map(|map| json!(map));
    let leaf = some_of(vec![
        ("id", integer.clone()),
        ("name", scalar.clone()),
        ("hours", number.clone()),
        ("done", select(vec![json!(true), json!(0), json!(1.0), json!("false"), json!("1"), json!("TrUe")]).boxed()),
        ("at", time()),
        ("number", scalar.clone()),
        ("any", list(&scalar)),
        ("tags", list(&scalar)),
        ("weights", list(&number)),
        ("names", map.boxed()),
        ("nested", list(&list(&integer))),
        ("day", time()),
        ("colour", scalar.clone()),
        ("code", integer),
        ("unknown", scalar),
    ]);
    leaf.clone().prop_recursive(2, 8, 3, move |row| {
        let rows = vec(row.clone(), 0..3).prop_map(|rows| json!(rows));
        (leaf.clone(), some_of(vec![("parent", row), ("rows", rows.boxed())])).prop_map(|(mut leaf, rows)| {
            leaf.as_object_mut().unwrap().extend(rows.as_object().unwrap().clone());
            leaf
        })
    })
}

fn also_as_text(number: BoxedStrategy<serde_json::Value>) -> BoxedStrategy<serde_json::Value> {
    number.prop_flat_map(|number| select(vec![json!(number.to_string()), json!(format!(" {number}")), number])).boxed()
}

fn time() -> BoxedStrategy<serde_json::Value> {
    let texts = [
        "2026-02-03T04:05:06.700Z",
        "2026-02-03T04:05:06+00:00",
        "2026-02-03 04:05",
        "03.02.2026 04:05:06",
        "2026-02-03",
        "2026-02-03T00:00:00",
        "2026-02-03T00:00:00Z",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01",
        "0000-00-00",
        " ",
    ];
    select(texts.map(serde_json::Value::from).to_vec()).boxed()
}

fn list(of: &BoxedStrategy<serde_json::Value>) -> BoxedStrategy<serde_json::Value> {
    vec(prop_oneof![9 => of.clone(), 1 => Just(serde_json::Value::Null)], 0..4).prop_map(|list| json!(list)).boxed()
}

/// Generates an object with some of the fields, some of them `null`.
fn some_of(fields: Vec<(&'static str, BoxedStrategy<serde_json::Value>)>) -> BoxedStrategy<serde_json::Value> {
    let field = |(key, value): (&'static str, BoxedStrategy<serde_json::Value>)| {
        let value = prop_oneof![2 => Just(None), 1 => Just(Some(serde_json::Value::Null)), 6 => value.prop_map(Some)];
        value.prop_map(move |value| value.map(|value| (key.to_owned(), value)))
    };
    let fields: Vec<_> = fields.into_iter().map(field).collect();
    fields.prop_map(|fields| serde_json::Value::Object(fields.into_iter().flatten().collect())).boxed()
}
