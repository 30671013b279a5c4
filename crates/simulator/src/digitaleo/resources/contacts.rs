//! Contacts: persons with at least one address or number.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::listing::Table;
use crate::digitaleo::request::call::Call;
use crate::digitaleo::request::params::{Params, Row, text_of};
use crate::digitaleo::validate;
use crate::digitaleo::world::World;

/// Properties of a contact, all optional.
pub(in crate::digitaleo) const ATTRIBUTES: [&str; 36] = [
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

/// Opt-out causes, one per medium. Clients cannot write them.
const OPTOUTS: [&str; 4] = ["smsOptout", "emailOptout", "voiceOptout", "voicemailOptout"];
/// Addresses and numbers. At least one of these properties is required.
const CHANNELS: [&str; 6] = ["email", "phone", "mobile", "fax", "facebookId", "twitterId"];

/// Returns a contact with every property null.
pub(in crate::digitaleo) fn empty_contact(created: &str) -> Row {
    let names = ATTRIBUTES.iter().chain(&OPTOUTS);
    let mut row: Row = names.map(|name| ((*name).to_owned(), Value::Null)).collect();
    for name in ["dateCreated", "dateUpdated"] {
        row.insert(name.to_owned(), json!(created));
    }
    row
}

pub(in crate::digitaleo) fn read(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let ids = call.world.contacts.ids();
    with_table(call.world, ids, |table| table.read(call.host, &call.params))
}

pub(in crate::digitaleo) fn create(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let mut checked = Vec::new();
    // One invalid contact rejects the whole request.
    for input in call.params.rows("contacts")? {
        let lists = list_ids(call.world, &input)?;
        checked.push((validate_new(&input)?, lists));
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
    with_table(call.world, created, |table| Ok(table.wrap_all(host, &call.params)))
}

pub(in crate::digitaleo) fn update(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let ids = call.params.ids("id")?;
    let input = call.params.meta_data()?;
    let lists = list_ids(call.world, &input)?;
    let changes = validate_properties(&input)?;
    for id in &ids {
        if let Some(row) = call.world.contacts.row(*id) {
            let mut after = row.clone();
            after.extend(changes.clone());
            require_channel(&after)?;
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

pub(in crate::digitaleo) fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let mut count = 0;
    for id in call.params.ids("id")? {
        count += u32::from(call.world.contacts.remove(id));
        for members in call.world.members.values_mut() {
            members.remove(&id);
        }
    }
    Ok(json!({ "count": count }))
}

/// Inserts a contact with validated properties and returns its id.
pub(in crate::digitaleo) fn insert(world: &mut World, changes: Row, now: &str) -> u64 {
    let mut row = empty_contact(now);
    row.extend(changes);
    world.contacts.insert(row)
}

/// Validates a new contact and returns its known properties. Unknown names are ignored, including names in another case.
pub(in crate::digitaleo) fn validate_new(input: &Row) -> Result<Row, ApiError> {
    let changes = validate_properties(input)?;
    require_channel(&changes)?;
    Ok(changes)
}

fn validate_properties(input: &Row) -> Result<Row, ApiError> {
    let mut changes = Row::new();
    for (name, value) in input {
        if ATTRIBUTES.contains(&name.as_str()) {
            changes.insert(name.clone(), validate_property(name, value)?);
        }
    }
    Ok(changes)
}

fn validate_property(name: &str, value: &Value) -> Result<Value, ApiError> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let text =
        text_of(value).ok_or_else(|| ApiError::rule_violated(name, format!("The property {name} has to be a text")))?;
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let valid = match name {
        "email" => validate::is_email(&text).then_some(text.clone()),
        "phone" | "mobile" | "fax" => validate::phone(&text),
        "birthDate" => validate::is_birth_date(&text).then_some(text.clone()),
        _ => Some(text.clone()),
    };
    valid.map(Value::String).ok_or_else(|| ApiError::invalid(name, &text))
}

fn require_channel(row: &Row) -> Result<(), ApiError> {
    let has = |name: &&str| row.get(*name).is_some_and(|value| !value.is_null());
    if CHANNELS.iter().any(has) {
        Ok(())
    } else {
        Err(ApiError::rule_violated("email", "A contact needs at least one means of contact"))
    }
}

/// Returns the lists that the contact is assigned to; `None` if `listIds` is absent.
fn list_ids(world: &World, input: &Row) -> Result<Option<BTreeSet<u64>>, ApiError> {
    let Some(lists) = input.get("listIds").filter(|lists| !lists.is_null()) else {
        return Ok(None);
    };
    let mut params = Row::new();
    params.insert("listIds".to_owned(), lists.clone());
    let params = Params::new(params);
    let ids = if params.list("listIds").is_empty() { Vec::new() } else { params.ids("listIds")? };
    match ids.iter().find(|id| world.lists.row(**id).is_none()) {
        Some(unknown) => Err(ApiError::invalid("listIds", &unknown.to_string())),
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
