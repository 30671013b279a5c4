//! Contact lists, their members, and statistics of reachable contacts.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::listing::Table;
use crate::digitaleo::request::call::Call;
use crate::digitaleo::request::params::{Params, Row, split};
use crate::digitaleo::resources::import;
use crate::digitaleo::validate;
use crate::digitaleo::world::World;
use crate::state::SharedState;

const DEFAULT_PROPERTIES: [&str; 3] = ["id", "name", "description"];
/// Properties in the response to an import.
const IMPORT_PROPERTIES: [&str; 4] = ["id", "name", "description", "importStatus"];

/// Returns an empty list.
pub(in crate::digitaleo) fn empty_list(name: &str, description: &str, created: &str) -> Row {
    let null = || Value::Null;
    [
        ("name", json!(name)),
        ("description", json!(description)),
        ("importErrors", null()),
        ("importLines", null()),
        ("importInvalid", null()),
        ("importStatus", null()),
        ("dateUpdated", json!(created)),
        ("dateCreated", json!(created)),
        ("category", null()),
        ("expired", json!("0")),
        ("dateExpired", null()),
        ("shootCount", json!("0")),
    ]
    .map(|(member, value)| (member.to_owned(), value))
    .into_iter()
    .collect()
}

/// Returns the URL of the rejected lines of an import.
pub(in crate::digitaleo) fn import_errors_url(shared: &SharedState, key: &str) -> String {
    format!("{}/digitaleo/contacts/imports/{key}", shared.url)
}

pub(in crate::digitaleo) fn read(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let polled = RefCell::new(BTreeSet::new());
    let world = &*call.world;
    let get = |id: u64, name: &str| {
        if name == "importStatus" {
            polled.borrow_mut().insert(id);
        }
        property(world, id, name)
    };
    let table = Table { ids: world.lists.ids(), default: &DEFAULT_PROPERTIES, get: &get };
    let response = table.read(call.host, &call.params)?;
    // An import advances each time a client reads its status.
    for id in polled.into_inner() {
        if let Some(row) = call.world.lists.row_mut(id) {
            let next = match row.get("importStatus").and_then(Value::as_str) {
                Some("on") => "50",
                Some("50") => "ok",
                _ => continue,
            };
            row.insert("importStatus".to_owned(), json!(next));
        }
    }
    Ok(response)
}

pub(in crate::digitaleo) fn create(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let name = call.params.required("name")?;
    let description = call.params.text("description").unwrap_or_default();
    let id = insert_list(call, &name, &description);
    Ok(list_response(call, id, &DEFAULT_PROPERTIES))
}

pub(in crate::digitaleo) fn update(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let ids = call.params.ids("id")?;
    let input = Params::new(call.params.meta_data()?);
    let mut changes = Row::new();
    if input.iter().any(|(name, _)| name == "name") {
        changes.insert("name".to_owned(), json!(input.required("name")?));
    }
    if input.iter().any(|(name, _)| name == "description") {
        let description = input.text("description").unwrap_or_default();
        changes.insert("description".to_owned(), json!(description));
    }
    changes.insert("dateUpdated".to_owned(), json!(call.next_timestamp()));
    let mut count = 0;
    for id in ids {
        if let Some(row) = call.world.lists.row_mut(id) {
            row.extend(changes.clone());
            count += 1;
        }
    }
    Ok(json!({ "count": count }))
}

/// Deletes lists; their contacts stay.
pub(in crate::digitaleo) fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let mut count = 0;
    for id in call.params.ids("id")? {
        count += u32::from(call.world.lists.remove(id));
        call.world.members.remove(&id);
    }
    Ok(json!({ "count": count }))
}

/// Merges the contacts of lists into a new list; the merged lists stay unchanged.
pub(in crate::digitaleo) fn merge(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let ids = call.params.ids("id")?;
    let mut names = Vec::new();
    for id in &ids {
        let name = call.world.lists.get(*id, "name");
        let name = name.ok_or_else(|| ApiError::invalid("id", &id.to_string()))?;
        names.push(name.as_str().unwrap_or_default().to_owned());
    }
    let name = call.params.text("name").unwrap_or_else(|| names.join(" + "));
    let members = call.world.subscribers(&ids);
    let id = insert_list(call, &name, "");
    call.world.members.insert(id, members);
    Ok(list_response(call, id, &DEFAULT_PROPERTIES))
}

pub(in crate::digitaleo) fn add_contacts(call: &mut Call<'_>) -> Result<Value, ApiError> {
    change_members(call, BTreeSet::insert)
}

pub(in crate::digitaleo) fn remove_contacts(call: &mut Call<'_>) -> Result<Value, ApiError> {
    change_members(call, |members, contact| members.remove(&contact))
}

/// Adds contacts to lists or removes them, and returns the number of memberships that changed.
fn change_members(call: &mut Call<'_>, change: fn(&mut BTreeSet<u64>, u64) -> bool) -> Result<Value, ApiError> {
    let lists = call.params.ids("id")?;
    let input = Params::new(call.params.meta_data()?);
    let contacts = input.required("contactIds")?;
    for list in &lists {
        let row = call.world.lists.row(*list);
        let row = row.ok_or_else(|| ApiError::invalid("id", &list.to_string()))?;
        if row.get("category") == Some(&json!("RENTED")) {
            return Err(ApiError::rule_violated("id", "The contacts of a rented list cannot be changed"));
        }
    }
    let parse = |id: &String| id.parse().map_err(|_| ApiError::invalid("contactIds", id));
    let contacts: Vec<u64> = split(&contacts).iter().map(parse).collect::<Result<_, _>>()?;
    let now = call.next_timestamp();
    let mut count = 0;
    for list in lists {
        for contact in &contacts {
            if call.world.contacts.row(*contact).is_some() {
                let members = call.world.members.entry(list).or_default();
                count += u32::from(change(members, *contact));
            }
        }
        if let Some(row) = call.world.lists.row_mut(list) {
            row.insert("dateUpdated".to_owned(), json!(now));
        }
    }
    Ok(json!({ "count": count }))
}

/// Imports contacts from a file into a new list, or into the list named by `listId`.
pub(in crate::digitaleo) fn import(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let file = call.files.iter().find(|file| file.field == "contactFile");
    let file = file.ok_or_else(|| ApiError::required("contactFile"))?;
    let parsed = import::parse(&file.bytes, &call.world.aliases)?;
    let file_name = file.name.clone();
    let id = if let Some(text) = call.params.text("listId") {
        let id = text.parse().ok().filter(|id| call.world.lists.row(*id).is_some());
        id.ok_or_else(|| ApiError::invalid("listId", &text))?
    } else {
        let name = call.params.text("name").unwrap_or(file_name);
        insert_list(call, &name, "")
    };
    let now = call.next_timestamp();
    for changes in parsed.contacts {
        let contact = super::contacts::insert(call.world, changes, &now);
        call.world.members.entry(id).or_default().insert(contact);
    }
    let errors_url = if parsed.rejected == 0 {
        Value::Null
    } else {
        let mut random = call.shared.random(&format!("digitaleo/import/{id}/{now}"));
        let key = format!("{}.csv", random.hex(32));
        call.world.import_errors.insert(key.clone(), parsed.errors);
        json!(import_errors_url(call.shared, &key))
    };
    if let Some(row) = call.world.lists.row_mut(id) {
        row.insert("importErrors".to_owned(), errors_url);
        row.insert("importLines".to_owned(), json!(parsed.lines.to_string()));
        row.insert("importInvalid".to_owned(), json!(parsed.rejected.to_string()));
        row.insert("importStatus".to_owned(), json!("on"));
    }
    Ok(list_response(call, id, &IMPORT_PROPERTIES))
}

/// Returns the numbers of reachable contacts of lists or of the whole account, as an object instead of a list.
pub(in crate::digitaleo) fn statistics(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let lists = if call.params.list("listId").is_empty() { Vec::new() } else { call.params.ids("listId")? };
    let mut priorities = Vec::new();
    for medium in call.params.list("priorities") {
        priorities.push(validate::medium(&medium).ok_or_else(|| ApiError::invalid("priorities", &medium))?);
    }
    Ok(call.world.statistics(&call.world.subscribers(&lists), &priorities))
}

fn insert_list(call: &mut Call<'_>, name: &str, description: &str) -> u64 {
    let now = call.next_timestamp();
    let id = call.world.lists.insert(empty_list(name, description, &now));
    call.world.members.insert(id, BTreeSet::new());
    id
}

fn list_response(call: &Call<'_>, id: u64, default: &[&str]) -> Value {
    let get = |id: u64, name: &str| property(call.world, id, name);
    let table = Table { ids: vec![id], default, get: &get };
    table.wrap_all(call.host, &call.params)
}

fn property(world: &World, id: u64, name: &str) -> Option<Value> {
    if name == "stats" {
        return Some(world.statistics(&world.subscribers(&[id]), &[]));
    }
    world.lists.get(id, name)
}
