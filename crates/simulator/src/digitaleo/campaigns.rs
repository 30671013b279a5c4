//! Campaigns: mailings to a list on a date, or transactional ones whose recipients come later; and what they cost.

mod costs;

use serde_json::{Value, json};

use super::dispatch::Call;
use super::failure::Failure;
use super::params::{Params, Row};
use super::read::Table;
use super::world::World;
use super::{messages, validate};
pub(super) use costs::costs;

/// Without `cost` and `costTTC`, which have to be asked for.
const DEFAULT: [&str; 9] =
    ["id", "name", "type", "status", "cancelled", "listId", "listName", "dateCreated", "dateUpdated"];
const RECIPIENT: [&str; 6] = ["id", "campaignId", "email", "mobile", "firstName", "lastName"];

pub(super) fn read(call: &mut Call<'_>) -> Result<Value, Failure> {
    let ids = call.world.campaigns.ids();
    with_table(call, ids, |table| table.read(call.host, &call.params))
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, Failure> {
    let params = &call.params;
    let name = params.required("name")?;
    let kind = params.text("type").unwrap_or_else(|| "STANDARD".to_owned());
    let (list, steps) = match kind.as_str() {
        "STANDARD" => {
            let list = params.required("listId")?;
            if !list.parse().is_ok_and(|id| call.world.lists.row(id).is_some()) {
                return Err(Failure::invalid("listId", &list));
            }
            (json!(list), steps(params, true)?)
        }
        // Neither list nor date: recipients are added one by one.
        "TRANSACTIONAL" => (Value::Null, steps(params, false)?),
        other => return Err(Failure::invalid("type", other)),
    };
    let now = call.next_timestamp();
    let row: Row = [
        ("name", json!(name)),
        ("type", json!(kind)),
        ("status", json!("created")),
        ("cancelled", json!("0")),
        ("listId", list),
        ("steps", steps),
        ("dateCreated", json!(now)),
        ("dateUpdated", json!(now)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect();
    let id = call.world.campaigns.insert(row);
    Ok(with_table(call, vec![id], |table| table.answer(call.host, &call.params)))
}

/// Cancels for good: there is no way back, and none to cancel twice.
pub(super) fn cancel(call: &mut Call<'_>) -> Result<Value, Failure> {
    let ids = call.params.ids("id")?;
    for id in &ids {
        match call.world.campaigns.get(*id, "cancelled") {
            None => return Err(Failure::invalid("id", &id.to_string())),
            Some(cancelled) if cancelled == "1" => {
                return Err(Failure::rule("id", format!("The campaign {id} is cancelled already")));
            }
            Some(_) => {}
        }
    }
    let now = call.next_timestamp();
    for id in &ids {
        if let Some(row) = call.world.campaigns.row_mut(*id) {
            row.insert("cancelled".to_owned(), json!("1"));
            row.insert("dateUpdated".to_owned(), json!(now));
        }
    }
    Ok(json!({ "count": ids.len() }))
}

pub(super) fn contacts(call: &mut Call<'_>) -> Result<Value, Failure> {
    let world = &*call.world;
    let get = |id: u64, name: &str| world.recipients.get(id, name);
    let table = Table { ids: world.recipients.ids(), default: &RECIPIENT, get: &get };
    table.read(call.host, &call.params)
}

/// Adds recipients to a transactional campaign.
pub(super) fn add_contacts(call: &mut Call<'_>) -> Result<Value, Failure> {
    let campaign = call.params.required("campaignId")?;
    let property = |name: &str| {
        let id = campaign.parse().ok()?;
        call.world.campaigns.get(id, name)
    };
    match property("type") {
        None => return Err(Failure::invalid("campaignId", &campaign)),
        Some(kind) if kind != "TRANSACTIONAL" => {
            return Err(Failure::rule("campaignId", "Only transactional campaigns take contacts"));
        }
        Some(_) if property("cancelled") == Some(json!("1")) => {
            return Err(Failure::rule("campaignId", "The campaign is cancelled"));
        }
        Some(_) => {}
    }
    let mut rows = Vec::new();
    for given in call.params.rows("contacts")? {
        let given = Params::of(given);
        let (email, mobile) = (given.text("email"), given.text("mobile"));
        if email.is_none() && mobile.is_none() {
            return Err(Failure::rule("contacts", "A contact needs an email or a mobile"));
        }
        if let Some(email) = email.as_ref().filter(|email| !validate::is_email(email)) {
            return Err(Failure::invalid("email", email));
        }
        let number = mobile.as_deref().map(|mobile| validate::phone(mobile).ok_or(mobile));
        let number = number.transpose().map_err(|mobile| Failure::invalid("mobile", mobile))?;
        let mut row = Row::new();
        for (name, value) in [
            ("campaignId", Some(campaign.clone())),
            ("email", email),
            ("mobile", number),
            ("firstName", given.text("firstName")),
            ("lastName", given.text("lastName")),
        ] {
            row.insert(name.to_owned(), json!(value));
        }
        rows.push(row);
    }
    let count = rows.len();
    for row in rows {
        call.world.recipients.insert(row);
    }
    Ok(json!({ "count": count }))
}

/// The checked steps of a campaign.
fn steps(params: &Params, with_date: bool) -> Result<Value, Failure> {
    let mut steps = Vec::new();
    for given in params.rows("steps")? {
        let given = Params::of(given);
        let mode = given.text("mode").unwrap_or_else(|| "combined".to_owned());
        let priorities = given.list("priorities");
        if !["combined", "prioritized"].contains(&mode.as_str()) {
            return Err(Failure::invalid("mode", &mode));
        }
        if mode == "prioritized" && priorities.is_empty() {
            return Err(Failure::required("priorities"));
        }
        if let Some(bad) = priorities.iter().find(|medium| validate::medium(medium).is_none()) {
            return Err(Failure::invalid("priorities", bad));
        }
        let mut step = json!({ "mode": mode, "priorities": priorities });
        if with_date {
            let date = given.required("date")?;
            if !validate::is_date_time(&date) {
                return Err(Failure::invalid("date", &date));
            }
            step["date"] = json!(date);
        }
        let mailings = given.rows("mailings")?.into_iter().map(Params::of);
        let mailings = mailings.map(|mailing| messages::content(&mailing).map(Value::Object));
        step["mailings"] = Value::Array(mailings.collect::<Result<_, _>>()?);
        steps.push(step);
    }
    Ok(Value::Array(steps))
}

fn with_table<T>(call: &Call<'_>, ids: Vec<u64>, read: impl FnOnce(Table<'_>) -> T) -> T {
    let get = |id: u64, name: &str| property(call.world, id, name);
    read(Table { ids, default: &DEFAULT, get: &get })
}

fn property(world: &World, id: u64, name: &str) -> Option<Value> {
    match name {
        "listName" => {
            let list = world.campaigns.get(id, "listId")?;
            let list = list.as_str().and_then(|list| list.parse().ok());
            Some(list.and_then(|list| world.lists.get(list, "name")).unwrap_or_default())
        }
        "cost" => Some(json!(costs::of_campaign(world, id)?.text(100))),
        "costTTC" => Some(json!(costs::of_campaign(world, id)?.text(120))),
        _ => world.campaigns.get(id, name),
    }
}
