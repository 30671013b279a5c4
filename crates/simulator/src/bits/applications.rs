//! The operations on applications.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Map, Value, json};
use url::Url;

use super::refusal::Refusal;
use super::world::Application;
use super::{Bits, ids, oauth};

type Answer = Result<Json<Value>, Refusal>;

pub(super) async fn create(State(bits): State<Bits>, body: Bytes) -> Answer {
    let fields = object(&body)?;
    let workflow_id = text(&fields, "workflowId")?;
    // `market` is the name that older documentation has.
    let country = if fields.contains_key("countryCode") || !fields.contains_key("market") {
        text(&fields, "countryCode")?
    } else {
        text(&fields, "market")?
    };
    let redirect_url = text(&fields, "redirectUrl")?;
    if !ids::is("workflow", workflow_id) {
        return Err(Refusal::invalid("workflowId is not an id of a workflow"));
    }
    if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(Refusal::invalid("countryCode has to be an ISO 3166-1 alpha-2 code in capitals"));
    }
    if !Url::parse(redirect_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(Refusal::invalid("redirectUrl has to be an absolute URL"));
    }
    let id = {
        let mut world = bits.world();
        if !world.workflows.iter().any(|known| known == workflow_id) {
            return Err(Refusal::not_found("Workflow not found"));
        }
        world.create(bits.shared.clock.next_timestamp(), country)
    };
    let session_token = oauth::session_token(&bits, &id, workflow_id, redirect_url);
    Ok(Json(json!({ "id": id, "sessionToken": session_token })))
}

pub(super) async fn status(State(bits): State<Bits>, body: Bytes) -> Answer {
    let now = bits.shared.clock.now();
    of_application(&bits, &body, |application| json!({ "status": application.status(now) }))
}

pub(super) async fn organization(State(bits): State<Bits>, body: Bytes) -> Answer {
    of_application(&bits, &body, |application| application.organization().general())
}

pub(super) async fn bank_accounts(State(bits): State<Bits>, body: Bytes) -> Answer {
    of_application(&bits, &body, |application| json!({ "bankAccounts": application.organization().accounts() }))
}

/// Reads the application that the body names.
fn of_application(bits: &Bits, body: &[u8], read: impl FnOnce(&Application) -> Value) -> Answer {
    let fields = object(body)?;
    let id = text(&fields, "applicationId")?;
    if !ids::is("application", id) {
        return Err(Refusal::invalid("applicationId is not an id of an application"));
    }
    let world = bits.world();
    let application = world.applications.get(id).ok_or_else(|| Refusal::not_found("Application not found"))?;
    Ok(Json(read(application)))
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::invalid("The body is not a JSON object"))
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    match fields.get(name) {
        None | Some(Value::Null) => Err(Refusal::invalid(format!("{name} is required"))),
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(_) => Err(Refusal::invalid(format!("{name} has to be a text"))),
    }
}
