//! Lists: filtered, ordered, in pages or only counted.

use std::cmp::Ordering;

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::engine;
use super::filter::Filter;
use super::schema::Resource;
use super::store::{Row, Store};
use crate::web::Query;

/// What the newest generation gives when nothing is said.
const LIMIT: usize = 1_000;
const RESERVED: [&str; 6] = ["limit", "page", "offset", "countOnly", "orderBy", "oderBy"];

/// A list of a resource as a query asks for it.
pub(super) fn list(store: &mut Store, resource: &'static Resource, query: &Query, now: NaiveDateTime) -> Value {
    // What is no number, or none that makes sense, is as good as nothing said.
    let limit = whole(query, "limit").filter(|limit| *limit > 0).unwrap_or(LIMIT);
    let (page, offset) = (whole(query, "page"), whole(query, "offset"));
    let filters = filters(store, resource, query);
    let seen = store.table_mut(resource.path).visible(now);
    let mut rows: Vec<&Row> = seen.filter(|row| filters.iter().all(|filter| filter.accepts(row, now))).collect();
    if query.get("countOnly").is_some_and(|only| only.eq_ignore_ascii_case("true") || only == "1") {
        return json!({ "count": rows.len() });
    }
    order(&mut rows, query.get("orderBy").or_else(|| query.get("oderBy")).unwrap_or_default());
    let skipped = page.map_or(offset.unwrap_or_default(), |page| page.saturating_mul(limit));
    let rows: Vec<Row> = rows.into_iter().skip(skipped).take(limit).cloned().collect();
    let rows: Vec<Value> = rows.iter().map(|row| Value::Object(engine::view(store, resource, row))).collect();
    json!({ resource.many: rows })
}

fn whole(query: &Query, name: &str) -> Option<usize> {
    query.non_blank(name).and_then(|text| text.parse().ok())
}

/// The filters among the parameters. What no row has is passed over.
fn filters(store: &Store, resource: &Resource, query: &Query) -> Vec<Filter> {
    let table = store.table(resource.path);
    let names = |asked: &str| {
        let hidden = format!("~{asked}");
        if let Some(field) = resource.field(asked).or_else(|| resource.field(&hidden)) {
            return Some(field.name.to_owned());
        }
        let custom = |row: &Row| row.keys().find(|name| name.eq_ignore_ascii_case(asked)).cloned();
        if resource.dynamic { table.rows().find_map(custom) } else { None }
    };
    query
        .iter()
        .filter(|(name, _)| !RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)))
        .filter_map(|(name, value)| Filter::parse(resource.path, name, value).resolve(&names))
        .collect()
}

/// Orders by members, joined by commas; `-name` and `name desc` turn the order round.
fn order(rows: &mut [&Row], by: &str) {
    let keys: Vec<(&str, bool)> = by.split(',').map(str::trim).filter(|key| !key.is_empty()).map(key).collect();
    rows.sort_by(|left, right| {
        let each = keys.iter().map(|(name, descending)| {
            let order = compare(left.get(*name), right.get(*name));
            if *descending { order.reverse() } else { order }
        });
        each.fold(Ordering::Equal, Ordering::then)
    });
}

fn key(written: &str) -> (&str, bool) {
    if let Some(name) = written.strip_prefix('-') {
        return (name, true);
    }
    match written.split_once(' ') {
        Some((name, direction)) => (name, direction.trim().eq_ignore_ascii_case("desc")),
        None => (written, false),
    }
}

/// Nothing comes before numbers, and numbers before texts.
fn compare(left: Option<&Value>, right: Option<&Value>) -> Ordering {
    let rank = |value: Option<&Value>| match value {
        None | Some(Value::Null) => 0,
        Some(Value::Bool(_)) => 1,
        Some(Value::Number(_)) => 2,
        Some(_) => 3,
    };
    rank(left).cmp(&rank(right)).then_with(|| match (left, right) {
        (Some(Value::Bool(left)), Some(Value::Bool(right))) => left.cmp(right),
        (Some(Value::Number(left)), Some(Value::Number(right))) => {
            left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Some(Value::String(left)), Some(Value::String(right))) => left.to_lowercase().cmp(&right.to_lowercase()),
        _ => Ordering::Equal,
    })
}
