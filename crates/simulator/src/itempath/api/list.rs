//! Lists: filters, sorting, pages and counts.

use std::cmp::Ordering;

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use crate::itempath::api::crud;
use crate::itempath::api::filter::Filter;
use crate::itempath::schema::Resource;
use crate::itempath::store::Store;
use crate::itempath::store::row::Row;
use crate::web::Query;

/// Default limit of the vendor's newest version.
const DEFAULT_LIMIT: usize = 1_000;
/// Parameters that are not filters. `oderBy` is the vendor's misspelling.
const RESERVED: [&str; 6] = ["limit", "page", "offset", "countOnly", "orderBy", "oderBy"];

/// Returns the rows of a resource selected by the query, or their count.
pub(in crate::itempath) fn list(
    store: &mut Store,
    resource: &'static Resource,
    query: &Query,
    now: NaiveDateTime,
) -> Value {
    // Invalid numbers are ignored.
    let limit = parse_number(query, "limit").filter(|limit| *limit > 0).unwrap_or(DEFAULT_LIMIT);
    let (page, offset) = (parse_number(query, "page"), parse_number(query, "offset"));
    let filters = parse_filters(store, resource, query);
    let visible = store.table_mut(resource.path).list(now);
    let mut rows: Vec<&Row> = visible.filter(|row| filters.iter().all(|filter| filter.matches(row, now))).collect();
    if query.get("countOnly").is_some_and(|only| only.eq_ignore_ascii_case("true") || only == "1") {
        return json!({ "count": rows.len() });
    }
    sort(&mut rows, query.get("orderBy").or_else(|| query.get("oderBy")).unwrap_or_default());
    let skipped = page.map_or(offset.unwrap_or_default(), |page| page.saturating_mul(limit));
    let rows: Vec<Row> = rows.into_iter().skip(skipped).take(limit).cloned().collect();
    let rows: Vec<Value> = rows.iter().map(|row| Value::Object(crud::render(store, resource, row))).collect();
    json!({ resource.plural_key: rows })
}

fn parse_number(query: &Query, name: &str) -> Option<usize> {
    query.non_blank(name).and_then(|text| text.parse().ok())
}

/// Parses the filters of a query. Members that no row has are ignored.
fn parse_filters(store: &Store, resource: &Resource, query: &Query) -> Vec<Filter> {
    let table = store.table(resource.path);
    let names = |parameter: &str| {
        let internal = format!("~{parameter}");
        if let Some(field) = resource.field(parameter).or_else(|| resource.field(&internal)) {
            return Some(field.name.to_owned());
        }
        let custom = |row: &Row| row.keys().find(|name| name.eq_ignore_ascii_case(parameter)).cloned();
        if resource.custom_fields { table.rows().find_map(custom) } else { None }
    };
    query
        .iter()
        .filter(|(name, _)| !RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)))
        .filter_map(|(name, value)| Filter::parse(resource.path, name, value).resolve(&names))
        .collect()
}

/// Sorts by comma-separated members; `-name` and `name desc` sort in descending order.
fn sort(rows: &mut [&Row], by: &str) {
    let keys: Vec<(&str, bool)> = by.split(',').map(str::trim).filter(|key| !key.is_empty()).map(sort_key).collect();
    rows.sort_by(|left, right| {
        let each = keys.iter().map(|(name, descending)| {
            let order = compare(left.get(*name), right.get(*name));
            if *descending { order.reverse() } else { order }
        });
        each.fold(Ordering::Equal, Ordering::then)
    });
}

fn sort_key(text: &str) -> (&str, bool) {
    if let Some(name) = text.strip_prefix('-') {
        return (name, true);
    }
    match text.split_once(' ') {
        Some((name, direction)) => (name, direction.trim().eq_ignore_ascii_case("desc")),
        None => (text, false),
    }
}

/// Orders absent values before booleans, booleans before numbers, and numbers before texts.
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
