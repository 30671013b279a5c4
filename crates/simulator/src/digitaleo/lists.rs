//! Lists of contacts, and the numbers of those that can be reached.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::dispatch::Call;
use super::failure::Failure;
use super::params::{Params, Row, split};
use super::read::Table;
use super::world::World;
use super::{import, validate};
use crate::state::SharedState;

const DEFAULT: [&str; 3] = ["id", "name", "description"];
/// What an import answers: the list, and that work has begun.
const IMPORTED: [&str; 4] = ["id", "name", "description", "importStatus"];

/// A list without contacts.
pub(super) fn blank(name: &str, description: &str, created: &str) -> Row {
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

/// Where the refused lines of an import can be read.
pub(super) fn errors_link(shared: &SharedState, key: &str) -> String {
    format!("{}/digitaleo/contacts/imports/{key}", shared.url)
}

pub(super) fn read(call: &mut Call<'_>) -> Result<Value, Failure> {
    let seen = RefCell::new(BTreeSet::new());
    let world = &*call.world;
    let get = |id: u64, name: &str| {
        if name == "importStatus" {
            seen.borrow_mut().insert(id);
        }
        property(world, id, name)
    };
    let table = Table { ids: world.lists.ids(), default: &DEFAULT, get: &get };
    let answer = table.read(call.host, &call.params)?;
    // Work goes on while clients look at it.
    for id in seen.into_inner() {
        if let Some(row) = call.world.lists.row_mut(id) {
            let next = match row.get("importStatus").and_then(Value::as_str) {
                Some("on") => "50",
                Some("50") => "ok",
                _ => continue,
            };
            row.insert("importStatus".to_owned(), json!(next));
        }
    }
    Ok(answer)
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, Failure> {
    let name = call.params.required("name")?;
    let description = call.params.text("description").unwrap_or_default();
    let id = add(call, &name, &description);
    Ok(answer(call, id, &DEFAULT))
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Value, Failure> {
    let ids = call.params.ids("id")?;
    let given = Params::of(call.params.meta_data()?);
    let mut changes = Row::new();
    if given.iter().any(|(name, _)| name == "name") {
        changes.insert("name".to_owned(), json!(given.required("name")?));
    }
    if given.iter().any(|(name, _)| name == "description") {
        let description = given.text("description").unwrap_or_default();
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
pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Failure> {
    let mut count = 0;
    for id in call.params.ids("id")? {
        count += u32::from(call.world.lists.remove(id));
        call.world.members.remove(&id);
    }
    Ok(json!({ "count": count }))
}

/// Makes a new list of the contacts of others, which stay.
pub(super) fn merge(call: &mut Call<'_>) -> Result<Value, Failure> {
    let ids = call.params.ids("id")?;
    let mut names = Vec::new();
    for id in &ids {
        let name = call.world.lists.get(*id, "name");
        let name = name.ok_or_else(|| Failure::invalid("id", &id.to_string()))?;
        names.push(name.as_str().unwrap_or_default().to_owned());
    }
    let name = call.params.text("name").unwrap_or_else(|| names.join(" + "));
    let members = call.world.subscribers(&ids);
    let id = add(call, &name, "");
    call.world.members.insert(id, members);
    Ok(answer(call, id, &DEFAULT))
}

pub(super) fn add_contacts(call: &mut Call<'_>) -> Result<Value, Failure> {
    change_members(call, BTreeSet::insert)
}

pub(super) fn remove_contacts(call: &mut Call<'_>) -> Result<Value, Failure> {
    change_members(call, |members, contact| members.remove(&contact))
}

/// Counts the contacts that exist and were not there, or no longer, before.
fn change_members(call: &mut Call<'_>, change: fn(&mut BTreeSet<u64>, u64) -> bool) -> Result<Value, Failure> {
    let lists = call.params.ids("id")?;
    let given = Params::of(call.params.meta_data()?);
    let contacts = given.required("contactIds")?;
    for list in &lists {
        let row = call.world.lists.row(*list);
        let row = row.ok_or_else(|| Failure::invalid("id", &list.to_string()))?;
        if row.get("category") == Some(&json!("RENTED")) {
            return Err(Failure::rule("id", "The contacts of a rented list cannot be changed"));
        }
    }
    let parse = |id: &String| id.parse().map_err(|_| Failure::invalid("contactIds", id));
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

/// Reads contacts from a file into a new list, or into one that is named by id.
pub(super) fn import(call: &mut Call<'_>) -> Result<Value, Failure> {
    let file = call.files.iter().find(|file| file.field == "contactFile");
    let file = file.ok_or_else(|| Failure::required("contactFile"))?;
    let read = import::read(&file.bytes, &call.world.aliases)?;
    let fallback = file.name.clone();
    let id = if let Some(text) = call.params.text("listId") {
        let id = text.parse().ok().filter(|id| call.world.lists.row(*id).is_some());
        id.ok_or_else(|| Failure::invalid("listId", &text))?
    } else {
        let name = call.params.text("name").unwrap_or(fallback);
        add(call, &name, "")
    };
    let now = call.next_timestamp();
    for changes in read.contacts {
        let contact = super::contacts::insert(call.world, changes, &now);
        call.world.members.entry(id).or_default().insert(contact);
    }
    let link = if read.refused == 0 {
        Value::Null
    } else {
        let mut random = call.shared.random(&format!("digitaleo/import/{id}/{now}"));
        let key = format!("{}.csv", random.hex(32));
        call.world.import_errors.insert(key.clone(), read.errors);
        json!(errors_link(call.shared, &key))
    };
    if let Some(row) = call.world.lists.row_mut(id) {
        row.insert("importErrors".to_owned(), link);
        row.insert("importLines".to_owned(), json!(read.lines.to_string()));
        row.insert("importInvalid".to_owned(), json!(read.refused.to_string()));
        row.insert("importStatus".to_owned(), json!("on"));
    }
    Ok(answer(call, id, &IMPORTED))
}

/// How many contacts of lists, or of the account, can be reached: an object, not a list.
pub(super) fn statistics(call: &mut Call<'_>) -> Result<Value, Failure> {
    let lists = if call.params.list("listId").is_empty() { Vec::new() } else { call.params.ids("listId")? };
    let mut priorities = Vec::new();
    for medium in call.params.list("priorities") {
        priorities.push(validate::medium(&medium).ok_or_else(|| Failure::invalid("priorities", &medium))?);
    }
    Ok(call.world.statistics(&call.world.subscribers(&lists), &priorities))
}

fn add(call: &mut Call<'_>, name: &str, description: &str) -> u64 {
    let now = call.next_timestamp();
    let id = call.world.lists.insert(blank(name, description, &now));
    call.world.members.insert(id, BTreeSet::new());
    id
}

fn answer(call: &Call<'_>, id: u64, default: &[&str]) -> Value {
    let get = |id: u64, name: &str| property(call.world, id, name);
    let table = Table { ids: vec![id], default, get: &get };
    table.answer(call.host, &call.params)
}

fn property(world: &World, id: u64, name: &str) -> Option<Value> {
    if name == "stats" {
        return Some(world.statistics(&world.subscribers(&[id]), &[]));
    }
    world.lists.get(id, name)
}
