//! Recognizes paged listings by the names of parameters and fields, and proposes `x-keyfob-paging`.

use super::report::{Effect, Report};
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt, map};

/// Query parameters with the cursor of a page.
const CURSORS: [&str; 11] = [
    "page_token",
    "pagetoken",
    "cursor",
    "after",
    "starting_after",
    "next_token",
    "nexttoken",
    "continuation_token",
    "continuationtoken",
    "next_cursor",
    "nextcursor",
];

/// Fields with the cursor of the next page.
const NEXT: [&str; 14] = [
    "next_page",
    "nextpage",
    "next_page_token",
    "nextpagetoken",
    "next_cursor",
    "nextcursor",
    "next_token",
    "nexttoken",
    "continuation_token",
    "continuationtoken",
    "end_cursor",
    "endcursor",
    "next",
    "cursor",
];

const PAGES: [&str; 7] = ["page", "page_number", "pagenumber", "pageindex", "page_index", "pageno", "p"];
const OFFSETS: [&str; 5] = ["offset", "skip", "$skip", "start", "startindex"];
const SIZES: [&str; 13] = [
    "per_page",
    "perpage",
    "page_size",
    "pagesize",
    "limit",
    "size",
    "take",
    "top",
    "$top",
    "max_results",
    "maxresults",
    "pagelimit",
    "count",
];
const TOTALS: [&str; 9] = [
    "total",
    "total_count",
    "totalcount",
    "count",
    "totalitems",
    "total_items",
    "totalelements",
    "totalrecords",
    "@odata.count",
];
const ITEMS: [&str; 9] = ["items", "data", "results", "value", "values", "content", "records", "rows", "entries"];

/// Sets `x-keyfob-paging` of each operation that is recognized as a paged listing.
pub(super) fn propose(document: &mut Yaml, original: &Yaml, report: &mut Report) {
    let view = document.clone();
    let paths = document.get_mut("paths").and_then(Yaml::as_mapping_mut);
    for (path, item) in paths.into_iter().flatten() {
        let path = path.as_str().unwrap_or_default().to_owned();
        let Some(operation) = item.get_mut("get") else { continue };
        if operation.get("x-keyfob-paging").is_some() || operation.get("x-keyfob-variants").is_some() {
            continue;
        }
        let subject = format!("GET {path}");
        match recognized(&view, operation) {
            Some(Found::Scheme(paging)) => {
                let text =
                    paging.entries().iter().map(|(key, value)| format!("{key} {}", scalar(value))).collect::<Vec<_>>();
                report.push(Effect::Proposed, subject, format!("paging: {}", text.join(", ")));
                operation.set("x-keyfob-paging", paging);
            }
            Some(Found::CursorOnly(parameter)) => {
                let link = has_link_header(original, &path);
                let holder = if link { "the header Link" } else { "no field of the response" };
                report.push(
                    Effect::Removed,
                    subject,
                    format!("paging by {parameter}, whose next value is in {holder}"),
                );
            }
            None => {}
        }
    }
}

enum Found {
    Scheme(Yaml),
    /// The response is a list without a cursor, which is the value of this parameter.
    CursorOnly(String),
}

fn scalar(value: &Yaml) -> String {
    value.as_str().map_or_else(|| value.as_i64().unwrap_or_default().to_string(), str::to_owned)
}

fn recognized(document: &Yaml, operation: &Yaml) -> Option<Found> {
    let response = operation.pairs("responses").into_iter().find(|(code, _)| code.starts_with('2'))?.1;
    let (_, media) = response.pairs("content").into_iter().next()?;
    let schema = walk::resolve(document, media.get("schema")?);
    let parameter = |names: &[&str], kinds: &[&str]| -> Option<&Yaml> {
        names.iter().find_map(|name| {
            operation.list("parameters").iter().find(|parameter| {
                let known = parameter.text("name").is_some_and(|text| text.eq_ignore_ascii_case(name));
                let kind = type_of(document, &parameter["schema"]);
                known && parameter.text("in") == Some("query") && !parameter.flag("required") && kinds.contains(&kind)
            })
        })
    };
    let field = |names: &[&str], kind: &str| -> Option<String> {
        let named = |(name, node): &(&str, &Yaml)| {
            names.iter().any(|known| known.eq_ignore_ascii_case(name)) && type_of(document, node) == kind
        };
        schema.pairs("properties").into_iter().find(named).map(|(name, _)| name.to_owned())
    };
    let name = |node: &Yaml| node.text("name").unwrap_or_default().to_owned();
    let cursor = parameter(&CURSORS, &["string"]);
    let page = parameter(&PAGES, &["integer"]);
    let offset = parameter(&OFFSETS, &["integer"]);
    cursor.or(page).or(offset)?;
    let is_list = schema.text("type") == Some("array");
    let items = if is_list { None } else { Some(rows(document, schema)?) };
    let mut paging = map([("scheme", "cursor".into())]);
    if let Some(items) = &items {
        paging.set("items", items.as_str());
    }
    let next = field(&NEXT, "string");
    if let (Some(parameter), Some(next)) = (cursor, next) {
        paging.set("cursor", next);
        paging.set("parameter", name(parameter));
    } else if let Some(parameter) = page {
        paging.set("scheme", "page");
        paging.set("parameter", name(parameter));
        let zero = |key: &str| parameter.at(&["schema", key]).and_then(Yaml::as_i64) == Some(0);
        if zero("default") || (zero("minimum") && parameter.at(&["schema", "default"]).is_none()) {
            paging.set("first", 0);
        }
    } else if let Some(parameter) = offset {
        paging.set("scheme", "offset");
        paging.set("parameter", name(parameter));
    } else {
        return cursor.filter(|_| is_list).map(|cursor| Found::CursorOnly(name(cursor)));
    }
    if let Some(size) = parameter(&SIZES, &["integer"]).filter(|size| size.text("name") != paging.text("parameter")) {
        paging.set("size", name(size));
    }
    if paging.text("scheme") != Some("cursor")
        && let Some(total) = field(&TOTALS, "integer")
    {
        paging.set("total", total);
    }
    Some(Found::Scheme(paging))
}

/// Returns the field of an object with the rows: its only list, or the list with a usual name.
fn rows(document: &Yaml, schema: &Yaml) -> Option<String> {
    let lists = schema.pairs("properties").into_iter().filter(|(_, node)| type_of(document, node) == "array");
    let lists: Vec<&str> = lists.map(|(name, _)| name).collect();
    match lists.as_slice() {
        [] => None,
        [name] => Some((*name).to_owned()),
        several => {
            let is_usual = |name: &&&str| ITEMS.iter().any(|known| known.eq_ignore_ascii_case(name));
            several.iter().find(is_usual).map(|name| (*name).to_owned())
        }
    }
}

fn type_of<'t>(document: &'t Yaml, node: &'t Yaml) -> &'t str {
    let inner = node.list("allOf").first().or_else(|| walk::nullable_reference(node)).unwrap_or(node);
    let schema = walk::resolve(document, inner);
    // A cursor, a number or a total is not one of a few values.
    if schema.get("enum").is_some() { "enum" } else { schema.text("type").unwrap_or_default() }
}

fn has_link_header(original: &Yaml, path: &str) -> bool {
    let responses =
        original.at(&["paths", path, "get"]).map(|operation| operation.pairs("responses")).unwrap_or_default();
    responses
        .iter()
        .any(|(_, response)| response.pairs("headers").iter().any(|(name, _)| name.eq_ignore_ascii_case("link")))
}
