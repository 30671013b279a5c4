//! Messages to recipients named in the request: mailings over any medium, and text messages.

mod text;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::listing::Table;
use crate::digitaleo::request::call::Call;
use crate::digitaleo::request::params::{Params, Row, text_of};
use crate::digitaleo::world::{SentMessages, World};
use crate::digitaleo::{time, validate};
pub(in crate::digitaleo) use text::segments;

const MAILING_PROPERTIES: [&str; 5] = ["id", "name", "media", "stats", "dateCreated"];
const SMS_PROPERTIES: [&str; 6] = ["id", "recipient", "text", "sender", "status", "dateCreated"];
/// Simulated time after which a waiting message is being sent.
const SENDING_AFTER: TimeDelta = TimeDelta::seconds(60);
/// Simulated time after which a message is delivered.
const DELIVERED_AFTER: TimeDelta = TimeDelta::seconds(300);

/// Validates the content of a mailing, which depends on its medium.
pub(in crate::digitaleo) fn validated_content(input: &Params) -> Result<Row, ApiError> {
    let (medium, _) = medium_and_text(input)?;
    if medium == "EMAIL" {
        input.required("subject")?;
        let html = input.text("html").unwrap_or_default();
        if !html.is_empty() && !html.contains("#OPTOUTLINK#") {
            return Err(ApiError::rule_violated("html", "The link #OPTOUTLINK# is missing in the property html"));
        }
    }
    if medium == "SMS"
        && let Some(sender) = input.text("sender").filter(|sender| !validate::is_sender(sender))
    {
        return Err(ApiError::invalid("sender", &sender));
    }
    let mut row = Row::new();
    for name in ["name", "text", "html", "subject", "sender", "replyContact", "application"] {
        row.insert(name.to_owned(), json!(input.text(name)));
    }
    row.insert("media".to_owned(), json!(medium));
    Ok(row)
}

/// Returns the medium and the text of a mailing; e-mails may contain HTML instead of text.
pub(in crate::digitaleo) fn medium_and_text(input: &Params) -> Result<(&'static str, String), ApiError> {
    let media = input.required("media")?;
    let medium = validate::medium(&media).ok_or_else(|| ApiError::invalid("media", &media))?;
    let text = match input.text("text") {
        Some(text) => text,
        None if medium == "EMAIL" => input.required("html")?,
        None => return Err(ApiError::required("text")),
    };
    Ok((medium, text))
}

pub(in crate::digitaleo) fn list_mailings(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let ids = call.world.mailings.ids();
    with_mailings(call, ids, |table| table.read(call.host, &call.params))
}

pub(in crate::digitaleo) fn send_mailing(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let mut row = validated_content(&call.params)?;
    let medium = validate::medium(row["media"].as_str().unwrap_or_default()).expect("validated above");
    let contacts = recipients(&call.params, medium)?;
    let now = call.shared.clock.next_timestamp();
    row.insert("dateCreated".to_owned(), json!(time::format(now)));
    row.insert("_sent".to_owned(), json!(now.timestamp_millis()));
    row.insert("_recipients".to_owned(), json!(contacts.len()));
    record_sent(call.world, now, medium, contacts.len());
    let id = call.world.mailings.insert(row);
    Ok(with_mailings(call, vec![id], |table| table.wrap_all(call.host, &call.params)))
}

pub(in crate::digitaleo) fn list_sms(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let ids = call.world.sms.ids();
    with_sms(call, ids, |table| table.read(call.host, &call.params))
}

/// Sends a text to each recipient, with placeholders replaced by the recipient's names.
pub(in crate::digitaleo) fn send_sms(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let text = call.params.required("text")?;
    let sender = call.params.text("sender");
    if let Some(sender) = sender.as_ref().filter(|sender| !validate::is_sender(sender)) {
        return Err(ApiError::invalid("sender", sender));
    }
    let contacts = recipients(&call.params, "SMS")?;
    let now = call.shared.clock.next_timestamp();
    record_sent(call.world, now, "SMS", contacts.len());
    let mut ids = Vec::with_capacity(contacts.len());
    for (recipient, contact) in contacts {
        let mut row = Row::new();
        for (name, value) in [
            ("text", json!(text::personalize(&text, &contact))),
            ("recipient", json!(recipient)),
            ("sender", json!(sender)),
            ("dateCreated", json!(time::format(now))),
            ("_sent", json!(now.timestamp_millis())),
            ("_optout", json!(has_optout(call.world, &recipient))),
        ] {
            row.insert(name.to_owned(), value);
        }
        ids.push(call.world.sms.insert(row));
    }
    Ok(with_sms(call, ids, |table| table.wrap_all(call.host, &call.params)))
}

/// Validates recipients; returns each address or number with the other properties of its contact.
fn recipients(params: &Params, medium: &str) -> Result<Vec<(String, Params)>, ApiError> {
    let mut recipients = Vec::new();
    for input in params.rows("contacts")? {
        let contact = Params::new(input);
        let input = contact.required("recipient")?;
        let valid = if medium == "EMAIL" {
            validate::is_email(&input).then_some(input.clone())
        } else {
            validate::phone(&input)
        };
        let valid = valid.ok_or_else(|| ApiError::invalid("recipient", &input))?;
        recipients.push((valid, contact));
    }
    Ok(recipients)
}

fn has_optout(world: &World, mobile: &str) -> bool {
    let of_contact = |row: &Row| row.get("mobile") == Some(&json!(mobile));
    let mut contacts = world.contacts.iter().filter(|(_, row)| of_contact(row));
    contacts.any(|(_, row)| row.get("smsOptout").is_some_and(|cause| !cause.is_null()))
}

fn record_sent(world: &mut World, now: DateTime<Utc>, medium: &'static str, count: usize) {
    world.sent.push(SentMessages { date: time::paris_date(now), medium, count: count as u64 });
}

fn with_mailings<T>(call: &Call<'_>, ids: Vec<u64>, read: impl FnOnce(Table<'_>) -> T) -> T {
    let get = |id: u64, name: &str| {
        if name != "stats" {
            return call.world.mailings.get(id, name);
        }
        let row = call.world.mailings.row(id)?;
        let recipients = text_of(row.get("_recipients")?)?;
        let delivery_status = delivery_status(call, row);
        let count = |of: &str| if of == delivery_status { recipients.clone() } else { "0".to_owned() };
        Some(json!({ "wait": count("wait"), "on": count("on"), "ok": count("ok") }))
    };
    read(Table { ids, default: &MAILING_PROPERTIES, get: &get })
}

fn with_sms<T>(call: &Call<'_>, ids: Vec<u64>, read: impl FnOnce(Table<'_>) -> T) -> T {
    let get = |id: u64, name: &str| {
        if name != "status" {
            return call.world.sms.get(id, name);
        }
        let row = call.world.sms.row(id)?;
        let is_opted_out = row.get("_optout") == Some(&json!(true));
        Some(json!(if is_opted_out { "optout" } else { delivery_status(call, row) }))
    };
    read(Table { ids, default: &SMS_PROPERTIES, get: &get })
}

/// Returns the delivery status, which depends on the simulated time since sending.
fn delivery_status(call: &Call<'_>, row: &Row) -> &'static str {
    let sent = row.get("_sent").and_then(Value::as_i64).and_then(DateTime::from_timestamp_millis);
    let age = call.shared.clock.now() - sent.unwrap_or_default();
    if age < SENDING_AFTER {
        "wait"
    } else if age < DELIVERED_AFTER {
        "on"
    } else {
        "ok"
    }
}
