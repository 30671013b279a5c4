//! A page of an entity set.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::entity_sets::EntitySet;
use super::error::ODataError;
use super::filter::Filter;
use crate::dvinci::auth::api_users::Caller;
use crate::dvinci::store::Store;
use crate::dvinci::store::row::{Row, number};
use crate::dvinci::store::table::Table;
use crate::web::Query;

/// Maximum number of entities in a page: fewer than there are units, so that each set has several pages.
const PAGE_SIZE: usize = 5;

/// System query options that the service implements.
const OPTIONS: [&str; 4] = ["$select", "$filter", "$top", "$skiptoken"];

/// Renders the page that a query requests.
pub(super) fn render(
    store: &Store,
    set: &EntitySet,
    caller: Caller,
    query: &Query,
    service_url: &str,
) -> Result<Value, ODataError> {
    let unknown = query.iter().map(|(name, _)| name).find(|name| name.starts_with('$') && !OPTIONS.contains(name));
    if let Some(name) = unknown {
        return Err(ODataError::not_implemented(format!("{name} is not implemented")));
    }
    let selected = select(set, query)?;
    let filter = match query.non_blank("$filter") {
        Some(text) => Some(Filter::parse(text, &|name| set.has(name))?),
        None => None,
    };
    let (top, start) = (count(query, "$top")?, count(query, "$skiptoken")?.unwrap_or_default());
    let user = store.row_by_number(Table::Users, caller.user_id);
    let unit = user.and_then(|user| number(user, "orgUnitId")).ok_or_else(ODataError::forbidden)?;
    let entities =
        set.entities(store, unit).filter(|entity| filter.as_ref().is_none_or(|filter| filter.matches(entity)));
    let size = top.map_or(PAGE_SIZE, |top| top.min(PAGE_SIZE));
    // One more than the page has, to know whether another page follows.
    let mut page: Vec<Row> = entities.skip(start).take(size + 1).collect();
    let remaining = top.map(|top| top - size);
    let has_next = page.len() > size && remaining != Some(0);
    page.truncate(size);
    if let Some(names) = &selected {
        for entity in &mut page {
            entity.retain(|name, _| names.contains(name));
        }
    }
    let properties = selected.map(|names| format!("({})", names.join(","))).unwrap_or_default();
    let mut body =
        json!({ "@odata.context": format!("{service_url}/$metadata#{}{properties}", set.name), "value": page });
    if has_next {
        body["@odata.nextLink"] = next_link(set, query, remaining, start + size, service_url).into();
    }
    Ok(body)
}

/// Returns the selected properties; `None` for all.
fn select(set: &EntitySet, query: &Query) -> Result<Option<Vec<String>>, ODataError> {
    let names = query.list("$select");
    match names.iter().find(|name| !set.has(name)) {
        Some(unknown) => Err(ODataError::bad_request(format!("{} has no property {unknown}", set.entity))),
        None => Ok((!names.is_empty()).then_some(names)),
    }
}

fn count(query: &Query, name: &str) -> Result<Option<usize>, ODataError> {
    let invalid = |_| ODataError::bad_request(format!("{name} is not a number"));
    query.non_blank(name).map(|text| text.parse().map_err(invalid)).transpose()
}

/// Returns the URL of the next page, with the options of this one.
fn next_link(set: &EntitySet, query: &Query, remaining: Option<usize>, start: usize, service_url: &str) -> String {
    let mut options = form_urlencoded::Serializer::new(String::new());
    options.extend_pairs(query.iter().filter(|(name, _)| !matches!(*name, "$top" | "$skiptoken")));
    options.extend_pairs(remaining.map(|top| ("$top", top.to_string())));
    options.append_pair("$skiptoken", &start.to_string());
    format!("{service_url}/{}?{}", set.name, options.finish())
}
