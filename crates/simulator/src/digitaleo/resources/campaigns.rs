//! Campaigns: scheduled mailings to a list, or transactional campaigns with recipients added later; and their costs.

mod costs;

use serde_json::{Value, json};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::listing::Table;
use crate::digitaleo::request::call::Call;
use crate::digitaleo::request::params::{Params, Row};
use crate::digitaleo::resources::messages;
use crate::digitaleo::validate;
use crate::digitaleo::world::World;
pub(in crate::digitaleo) use costs::costs;

/// Default properties. `cost` and `costTTC` are returned on request only.
const DEFAULT_PROPERTIES: [&str; 9] =
    ["id", "name", "type", "status", "cancelled", "listId", "listName", "dateCreated", "dateUpdated"];
const RECIPIENT_PROPERTIES: [&str; 6] = ["id", "campaignId", "email", "mobile", "firstName", "lastName"];

pub(in crate::digitaleo) fn read(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let ids = call.world.campaigns.ids();
    with_table(call, ids, |table| table.read(call.host, &call.params))
}

pub(in crate::digitaleo) fn create(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let params = &call.params;
    let name = params.required("name")?;
    let kind = params.text("type").unwrap_or_else(|| "STANDARD".to_owned());
    let (list, steps) = match kind.as_str() {
        "STANDARD" => {
            let list = params.required("listId")?;
            if !list.parse().is_ok_and(|id| call.world.lists.row(id).is_some()) {
                return Err(ApiError::invalid("listId", &list));
            }
            (json!(list), validated_steps(params, true)?)
        }
        // A transactional campaign has neither list nor date; recipients are added one by one.
        "TRANSACTIONAL" => (Value::Null, validated_steps(params, false)?),
        other => return Err(ApiError::invalid("type", other)),
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
    Ok(with_table(call, vec![id], |table| table.wrap_all(call.host, &call.params)))
}

/// Cancels campaigns. Cancellation is final; a second one is an error.
pub(in crate::digitaleo) fn cancel(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let ids = call.params.ids("id")?;
    for id in &ids {
        match call.world.campaigns.get(*id, "cancelled") {
            None => return Err(ApiError::invalid("id", &id.to_string())),
            Some(cancelled) if cancelled == "1" => {
                return Err(ApiError::rule_violated("id", format!("The campaign {id} is cancelled already")));
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

pub(in crate::digitaleo) fn contacts(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let world = &*call.world;
    let get = |id: u64, name: &str| world.recipients.get(id, name);
    let table = Table { ids: world.recipients.ids(), default: &RECIPIENT_PROPERTIES, get: &get };
    table.read(call.host, &call.params)
}

/// Adds recipients to a transactional campaign.
pub(in crate::digitaleo) fn add_contacts(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let campaign = call.params.required("campaignId")?;
    let property = |name: &str| {
        let id = campaign.parse().ok()?;
        call.world.campaigns.get(id, name)
    };
    match property("type") {
        None => return Err(ApiError::invalid("campaignId", &campaign)),
        Some(kind) if kind != "TRANSACTIONAL" => {
            return Err(ApiError::rule_violated("campaignId", "Only transactional campaigns take contacts"));
        }
        Some(_) if property("cancelled") == Some(json!("1")) => {
            return Err(ApiError::rule_violated("campaignId", "The campaign is cancelled"));
        }
        Some(_) => {}
    }
    let mut rows = Vec::new();
    for input in call.params.rows("contacts")? {
        let input = Params::new(input);
        let (email, mobile) = (input.text("email"), input.text("mobile"));
        if email.is_none() && mobile.is_none() {
            return Err(ApiError::rule_violated("contacts", "A contact needs an email or a mobile"));
        }
        if let Some(email) = email.as_ref().filter(|email| !validate::is_email(email)) {
            return Err(ApiError::invalid("email", email));
        }
        let number = mobile.as_deref().map(|mobile| validate::phone(mobile).ok_or(mobile));
        let number = number.transpose().map_err(|mobile| ApiError::invalid("mobile", mobile))?;
        let mut row = Row::new();
        for (name, value) in [
            ("campaignId", Some(campaign.clone())),
            ("email", email),
            ("mobile", number),
            ("firstName", input.text("firstName")),
            ("lastName", input.text("lastName")),
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

/// Validates the steps of a campaign.
fn validated_steps(params: &Params, with_date: bool) -> Result<Value, ApiError> {
    let mut steps = Vec::new();
    for input in params.rows("steps")? {
        let input = Params::new(input);
        let mode = input.text("mode").unwrap_or_else(|| "combined".to_owned());
        let priorities = input.list("priorities");
        if !["combined", "prioritized"].contains(&mode.as_str()) {
            return Err(ApiError::invalid("mode", &mode));
        }
        if mode == "prioritized" && priorities.is_empty() {
            return Err(ApiError::required("priorities"));
        }
        if let Some(unknown) = priorities.iter().find(|medium| validate::medium(medium).is_none()) {
            return Err(ApiError::invalid("priorities", unknown));
        }
        let mut step = json!({ "mode": mode, "priorities": priorities });
        if with_date {
            let date = input.required("date")?;
            if !validate::is_date_time(&date) {
                return Err(ApiError::invalid("date", &date));
            }
            step["date"] = json!(date);
        }
        let mailings = input.rows("mailings")?.into_iter().map(Params::new);
        let mailings = mailings.map(|mailing| messages::validated_content(&mailing).map(Value::Object));
        step["mailings"] = Value::Array(mailings.collect::<Result<_, _>>()?);
        steps.push(step);
    }
    Ok(Value::Array(steps))
}

fn with_table<T>(call: &Call<'_>, ids: Vec<u64>, read: impl FnOnce(Table<'_>) -> T) -> T {
    let get = |id: u64, name: &str| property(call.world, id, name);
    read(Table { ids, default: &DEFAULT_PROPERTIES, get: &get })
}

fn property(world: &World, id: u64, name: &str) -> Option<Value> {
    match name {
        "listName" => {
            let list = world.campaigns.get(id, "listId")?;
            let list = list.as_str().and_then(|list| list.parse().ok());
            Some(list.and_then(|list| world.lists.get(list, "name")).unwrap_or_default())
        }
        "cost" => Some(json!(costs::of_campaign(world, id)?.amount(100))),
        "costTTC" => Some(json!(costs::of_campaign(world, id)?.amount(120))),
        _ => world.campaigns.get(id, name),
    }
}
