//! Operations on applications.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Map, Value, json};
use url::Url;

use crate::bits::api_error::ApiError;
use crate::bits::world::Application;
use crate::bits::{Bits, ids, oauth};

type HandlerResult = Result<Json<Value>, ApiError>;

pub(super) async fn create(State(bits): State<Bits>, body: Bytes) -> HandlerResult {
    let fields = object(&body)?;
    let workflow_id = text(&fields, "workflowId")?;
    // Older documentation calls the member `market`.
    let country = if fields.contains_key("countryCode") || !fields.contains_key("market") {
        text(&fields, "countryCode")?
    } else {
        text(&fields, "market")?
    };
    let redirect_url = text(&fields, "redirectUrl")?;
    if !ids::is_valid("workflow", workflow_id) {
        return Err(ApiError::invalid("workflowId is not an id of a workflow"));
    }
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(ApiError::invalid("countryCode has to be an ISO 3166-1 alpha-2 code in capitals"));
    }
    if !Url::parse(redirect_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(ApiError::invalid("redirectUrl has to be an absolute URL"));
    }
    let id = {
        let mut world = bits.world();
        if !world.workflows.iter().any(|known| known == workflow_id) {
            return Err(ApiError::not_found("Workflow not found"));
        }
        world.create(bits.shared.clock.next_timestamp(), country)
    };
    let session_token = oauth::session_token(&bits, &id, workflow_id, redirect_url);
    Ok(Json(json!({ "id": id, "sessionToken": session_token })))
}

pub(super) async fn status(State(bits): State<Bits>, body: Bytes) -> HandlerResult {
    let now = bits.shared.clock.now();
    read_application(&bits, &body, |application| json!({ "status": application.status(now) }))
}

pub(super) async fn organization(State(bits): State<Bits>, body: Bytes) -> HandlerResult {
    read_application(&bits, &body, |application| application.organization().general())
}

pub(super) async fn bank_accounts(State(bits): State<Bits>, body: Bytes) -> HandlerResult {
    read_application(&bits, &body, |application| json!({ "bankAccounts": application.organization().accounts() }))
}

/// Reads the application named by `applicationId` in the body.
fn read_application(bits: &Bits, body: &[u8], read: impl FnOnce(&Application) -> Value) -> HandlerResult {
    let fields = object(body)?;
    let id = text(&fields, "applicationId")?;
    if !ids::is_valid("application", id) {
        return Err(ApiError::invalid("applicationId is not an id of an application"));
    }
    let world = bits.world();
    let application = world.applications.get(id).ok_or_else(|| ApiError::not_found("Application not found"))?;
    Ok(Json(read(application)))
}

fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    serde_json::from_slice(body).map_err(|_| ApiError::invalid("The body is not a JSON object"))
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, ApiError> {
    match fields.get(name) {
        None | Some(Value::Null) => Err(ApiError::invalid(format!("{name} is required"))),
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(_) => Err(ApiError::invalid(format!("{name} has to be a text"))),
    }
}
