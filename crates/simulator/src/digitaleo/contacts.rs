//! Contacts: people with at least one way to reach them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::dispatch::Call;
use super::failure::Failure;
use super::params::{Params, Row, text_of};
use super::read::Table;
use super::validate;
use super::world::World;

/// What a contact says about a person, all of it optional.
pub(super) const ATTRIBUTES: [&str; 36] = [
    "civility",
    "firstName",
    "lastName",
    "email",
    "phone",
    "mobile",
    "fax",
    "facebookId",
    "twitterId",
    "address1",
    "address2",
    "zipcode",
    "city",
    "state",
    "country",
    "longitude",
    "latitude",
    "birthDate",
    "reference",
    "company",
    "locale",
    "field01",
    "field02",
    "field03",
    "field04",
    "field05",
    "field06",
    "field07",
    "field08",
    "field09",
    "field10",
    "field11",
    "field12",
    "field13",
    "field14",
    "field15",
];

/// Why a contact gets no messages; written by the vendor only.
const OPTOUTS: [&str; 4] = ["smsOptout", "emailOptout", "voiceOptout", "voicemailOptout"];
const MEANS: [&str; 6] = ["email", "phone", "mobile", "fax", "facebookId", "twitterId"];

/// A contact without anything.
pub(super) fn blank(created: &str) -> Row {
    let names = ATTRIBUTES.iter().chain(&OPTOUTS);
    let mut row: Row = names.map(|name| ((*name).to_owned(), Value::Null)).collect();
    for name in ["dateCreated", "dateUpdated"] {
        row.insert(name.to_owned(), json!(created));
    }
    row
}

pub(super) fn read(call: &mut Call<'_>) -> Result<Value, Failure> {
    let ids = call.world.contacts.ids();
    with_table(call.world, ids, |table| table.read(call.host, &call.params))
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, Failure> {
    let mut checked = Vec::new();
    // One bad contact refuses them all.
    for given in call.params.rows("contacts")? {
        let lists = list_ids(call.world, &given)?;
        checked.push((validated(&given)?, lists));
    }
    let now = call.next_timestamp();
    let mut created = Vec::with_capacity(checked.len());
    for (changes, lists) in checked {
        let id = insert(call.world, changes, &now);
        for list in lists.unwrap_or_default() {
            call.world.members.entry(list).or_default().insert(id);
        }
        created.push(id);
    }
    let host = call.host;
    with_table(call.world, created, |table| Ok(table.answer(host, &call.params)))
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Value, Failure> {
    let ids = call.params.ids("id")?;
    let given = call.params.meta_data()?;
    let lists = list_ids(call.world, &given)?;
    let changes = checked(&given)?;
    for id in &ids {
        if let Some(row) = call.world.contacts.row(*id) {
            let mut after = row.clone();
            after.extend(changes.clone());
            require_means(&after)?;
        }
    }
    let now = call.next_timestamp();
    let mut count = 0;
    for id in ids {
        let Some(row) = call.world.contacts.row_mut(id) else {
            continue;
        };
        row.extend(changes.clone());
        row.insert("dateUpdated".to_owned(), json!(now));
        count += 1;
        if let Some(lists) = &lists {
            for (list, members) in &mut call.world.members {
                if lists.contains(list) {
                    members.insert(id);
                } else {
                    members.remove(&id);
                }
            }
        }
    }
    Ok(json!({ "count": count }))
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Failure> {
    let mut count = 0;
    for id in call.params.ids("id")? {
        count += u32::from(call.world.contacts.remove(id));
        for members in call.world.members.values_mut() {
            members.remove(&id);
        }
    }
    Ok(json!({ "count": count }))
}

/// Makes a contact from what was validated.
pub(super) fn insert(world: &mut World, changes: Row, now: &str) -> u64 {
    let mut row = blank(now);
    row.extend(changes);
    world.contacts.insert(row)
}

/// What may be stored of a new contact. Names that no contact has are passed over, in the wrong case too.
pub(super) fn validated(given: &Row) -> Result<Row, Failure> {
    let changes = checked(given)?;
    require_means(&changes)?;
    Ok(changes)
}

fn checked(given: &Row) -> Result<Row, Failure> {
    let mut changes = Row::new();
    for (name, value) in given {
        if ATTRIBUTES.contains(&name.as_str()) {
            changes.insert(name.clone(), attribute(name, value)?);
        }
    }
    Ok(changes)
}

fn attribute(name: &str, value: &Value) -> Result<Value, Failure> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let text = text_of(value).ok_or_else(|| Failure::rule(name, format!("The property {name} has to be a text")))?;
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let valid = match name {
        "email" => validate::is_email(&text).then_some(text.clone()),
        "phone" | "mobile" | "fax" => validate::phone(&text),
        "birthDate" => validate::is_birth_date(&text).then_some(text.clone()),
        _ => Some(text.clone()),
    };
    valid.map(Value::String).ok_or_else(|| Failure::invalid(name, &text))
}

fn require_means(row: &Row) -> Result<(), Failure> {
    let has = |name: &&str| row.get(*name).is_some_and(|value| !value.is_null());
    if MEANS.iter().any(has) {
        Ok(())
    } else {
        Err(Failure::rule("email", "A contact needs at least one means of contact"))
    }
}

/// The lists that a contact is put on, if it says so.
fn list_ids(world: &World, given: &Row) -> Result<Option<BTreeSet<u64>>, Failure> {
    let Some(lists) = given.get("listIds").filter(|lists| !lists.is_null()) else {
        return Ok(None);
    };
    let mut params = Row::new();
    params.insert("listIds".to_owned(), lists.clone());
    let params = Params::of(params);
    let ids = if params.list("listIds").is_empty() { Vec::new() } else { params.ids("listIds")? };
    match ids.iter().find(|id| world.lists.row(**id).is_none()) {
        Some(unknown) => Err(Failure::invalid("listIds", &unknown.to_string())),
        None => Ok(Some(ids.into_iter().collect())),
    }
}

fn with_table<T>(world: &World, ids: Vec<u64>, read: impl FnOnce(Table<'_>) -> T) -> T {
    let mut default = vec!["id", "listIds", "dateUpdated", "dateCreated"];
    default.extend(ATTRIBUTES);
    default.extend(OPTOUTS);
    let lists = |id: u64| {
        let lists = world.members.iter().filter(|(_, members)| members.contains(&id));
        lists.map(|(list, _)| json!(list.to_string())).collect::<Vec<_>>()
    };
    let get = |id: u64, name: &str| match name {
        "listIds" | "listId" => Some(json!(lists(id))),
        "belongtolist" => Some(json!((!lists(id).is_empty()).to_string())),
        _ => world.contacts.get(id, name),
    };
    read(Table { ids, default: &default, get: &get })
}
