//! Messages to recipients that are named in the call: mailings over any medium, and text messages.

mod text;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::dispatch::Call;
use super::failure::Failure;
use super::params::{Params, Row, text_of};
use super::read::Table;
use super::world::{Sent, World};
use super::{time, validate};
pub(super) use text::segments;

const MAILING: [&str; 5] = ["id", "name", "media", "stats", "dateCreated"];
const SMS: [&str; 6] = ["id", "recipient", "text", "sender", "status", "dateCreated"];
/// Messages wait so long before they are on their way,
const WAIT: TimeDelta = TimeDelta::seconds(60);
/// and have arrived after so long.
const ARRIVAL: TimeDelta = TimeDelta::seconds(300);

/// A mailing's content, checked: what its medium needs has to be there.
pub(super) fn content(given: &Params) -> Result<Row, Failure> {
    let (medium, _) = text_and_medium(given)?;
    if medium == "EMAIL" {
        given.required("subject")?;
        let html = given.text("html").unwrap_or_default();
        if !html.is_empty() && !html.contains("#OPTOUTLINK#") {
            return Err(Failure::rule("html", "The link #OPTOUTLINK# is missing in the property html"));
        }
    }
    if medium == "SMS"
        && let Some(sender) = given.text("sender").filter(|sender| !validate::is_sender(sender))
    {
        return Err(Failure::invalid("sender", &sender));
    }
    let mut row = Row::new();
    for name in ["name", "text", "html", "subject", "sender", "replyContact", "application"] {
        row.insert(name.to_owned(), json!(given.text(name)));
    }
    row.insert("media".to_owned(), json!(medium));
    Ok(row)
}

/// Medium and text of a mailing; e-mails may have HTML instead of a text.
pub(super) fn text_and_medium(given: &Params) -> Result<(&'static str, String), Failure> {
    let media = given.required("media")?;
    let medium = validate::medium(&media).ok_or_else(|| Failure::invalid("media", &media))?;
    let text = match given.text("text") {
        Some(text) => text,
        None if medium == "EMAIL" => given.required("html")?,
        None => return Err(Failure::required("text")),
    };
    Ok((medium, text))
}

pub(super) fn mailings(call: &mut Call<'_>) -> Result<Value, Failure> {
    let ids = call.world.mailings.ids();
    with_mailings(call, ids, |table| table.read(call.host, &call.params))
}

pub(super) fn send_mailing(call: &mut Call<'_>) -> Result<Value, Failure> {
    let mut row = content(&call.params)?;
    let medium = validate::medium(row["media"].as_str().unwrap_or_default()).expect("it was checked");
    let contacts = recipients(&call.params, medium)?;
    let now = call.shared.clock.next_timestamp();
    row.insert("dateCreated".to_owned(), json!(time::text(now)));
    row.insert("_sent".to_owned(), json!(now.timestamp_millis()));
    row.insert("_recipients".to_owned(), json!(contacts.len()));
    count_sent(call.world, now, medium, contacts.len());
    let id = call.world.mailings.insert(row);
    Ok(with_mailings(call, vec![id], |table| table.answer(call.host, &call.params)))
}

pub(super) fn sms(call: &mut Call<'_>) -> Result<Value, Failure> {
    let ids = call.world.sms.ids();
    with_sms(call, ids, |table| table.read(call.host, &call.params))
}

/// Sends a text to each recipient, with the recipient's own names in it.
pub(super) fn send_sms(call: &mut Call<'_>) -> Result<Value, Failure> {
    let text = call.params.required("text")?;
    let sender = call.params.text("sender");
    if let Some(sender) = sender.as_ref().filter(|sender| !validate::is_sender(sender)) {
        return Err(Failure::invalid("sender", sender));
    }
    let contacts = recipients(&call.params, "SMS")?;
    let now = call.shared.clock.next_timestamp();
    count_sent(call.world, now, "SMS", contacts.len());
    let mut ids = Vec::with_capacity(contacts.len());
    for (recipient, contact) in contacts {
        let mut row = Row::new();
        for (name, value) in [
            ("text", json!(text::personal(&text, &contact))),
            ("recipient", json!(recipient)),
            ("sender", json!(sender)),
            ("dateCreated", json!(time::text(now))),
            ("_sent", json!(now.timestamp_millis())),
            ("_optout", json!(has_optout(call.world, &recipient))),
        ] {
            row.insert(name.to_owned(), value);
        }
        ids.push(call.world.sms.insert(row));
    }
    Ok(with_sms(call, ids, |table| table.answer(call.host, &call.params)))
}

/// Addresses or numbers, each with what else its contact says.
fn recipients(params: &Params, medium: &str) -> Result<Vec<(String, Params)>, Failure> {
    let mut recipients = Vec::new();
    for given in params.rows("contacts")? {
        let contact = Params::of(given);
        let given = contact.required("recipient")?;
        let valid = if medium == "EMAIL" {
            validate::is_email(&given).then_some(given.clone())
        } else {
            validate::phone(&given)
        };
        let valid = valid.ok_or_else(|| Failure::invalid("recipient", &given))?;
        recipients.push((valid, contact));
    }
    Ok(recipients)
}

fn has_optout(world: &World, mobile: &str) -> bool {
    let of_contact = |row: &Row| row.get("mobile") == Some(&json!(mobile));
    let mut contacts = world.contacts.iter().filter(|(_, row)| of_contact(row));
    contacts.any(|(_, row)| row.get("smsOptout").is_some_and(|cause| !cause.is_null()))
}

fn count_sent(world: &mut World, now: DateTime<Utc>, medium: &'static str, count: usize) {
    world.sent.push(Sent { date: time::date(now), medium, count: count as u64 });
}

fn with_mailings<T>(call: &Call<'_>, ids: Vec<u64>, read: impl FnOnce(Table<'_>) -> T) -> T {
    let get = |id: u64, name: &str| {
        if name != "stats" {
            return call.world.mailings.get(id, name);
        }
        let row = call.world.mailings.row(id)?;
        let recipients = text_of(row.get("_recipients")?)?;
        let state = state(call, row);
        let count = |of: &str| if of == state { recipients.clone() } else { "0".to_owned() };
        Some(json!({ "wait": count("wait"), "on": count("on"), "ok": count("ok") }))
    };
    read(Table { ids, default: &MAILING, get: &get })
}

fn with_sms<T>(call: &Call<'_>, ids: Vec<u64>, read: impl FnOnce(Table<'_>) -> T) -> T {
    let get = |id: u64, name: &str| {
        if name != "status" {
            return call.world.sms.get(id, name);
        }
        let row = call.world.sms.row(id)?;
        let is_refused = row.get("_optout") == Some(&json!(true));
        Some(json!(if is_refused { "optout" } else { state(call, row) }))
    };
    read(Table { ids, default: &SMS, get: &get })
}

/// How far messages are, by the simulated time since they were sent.
fn state(call: &Call<'_>, row: &Row) -> &'static str {
    let sent = row.get("_sent").and_then(Value::as_i64).and_then(DateTime::from_timestamp_millis);
    let age = call.shared.clock.now() - sent.unwrap_or_default();
    if age < WAIT {
        "wait"
    } else if age < ARRIVAL {
        "on"
    } else {
        "ok"
    }
}
