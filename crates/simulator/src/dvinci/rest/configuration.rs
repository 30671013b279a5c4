//! Configuration: external links shown at applications and at job publications.

use serde_json::{Map, Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors, HandlerResult};
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::schema::decode::{is_blank, is_web_address};
use crate::dvinci::store::Store;
use crate::dvinci::store::row::Row;
use crate::dvinci::store::table::Table;
use crate::dvinci::tenant::language::Language;
use crate::dvinci::tenant::terms::PERMISSIONS;

pub(in crate::dvinci) fn links(store: &mut Store, request: &ApiRequest<'_>, _table: Table) -> HandlerResult {
    store.links.get(request.param("type")).map(|links| json!(links)).ok_or(ApiError::Forbidden)
}

/// Replaces the list of links.
pub(in crate::dvinci) fn set_links(store: &mut Store, request: &ApiRequest<'_>, _table: Table) -> HandlerResult {
    let stored = store.links.get_mut(request.param("type")).ok_or(ApiError::Forbidden)?;
    let mut errors = FieldErrors::default();
    let links = request.objects()?.iter().map(|body| decode_link(body, &mut errors)).collect();
    errors.into_result()?;
    *stored = links;
    Ok(json!(stored))
}

fn decode_link(body: &Row, errors: &mut FieldErrors) -> Value {
    let mut names = Map::new();
    for language in ["de", "en"] {
        match body.get("nameMessages").and_then(|names| names.get(language)) {
            Some(Value::String(name)) if !name.trim().is_empty() => {
                names.insert(language.to_owned(), json!(name));
            }
            _ => errors.add_mandatory(format!("nameMessages[{language}]")),
        }
    }
    let sent = body.get("nameMessages").and_then(Value::as_object).into_iter().flatten();
    for (language, _) in sent.filter(|(language, _)| Language::parse(language).is_none()) {
        errors.add_not_permitted(format!("nameMessages[{language}]"), &json!(language));
    }
    let mut text = |name: &str| match body.get(name) {
        Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
        Some(value) if !is_blank(value) => {
            errors.add_type_mismatch(name);
            String::new()
        }
        _ => {
            errors.add_mandatory(name);
            String::new()
        }
    };
    let (url, icon, permission) = (text("url"), text("faIcon"), text("requiredPermission"));
    if !url.is_empty() && !is_web_address(&url.replace("(jwt)", "jwt")) {
        errors.add("url", "url.invalid");
    }
    if !permission.is_empty() && !PERMISSIONS.contains(&permission.as_str()) {
        errors.add_not_permitted("requiredPermission", &json!(permission));
    }
    json!({ "nameMessages": names, "url": url, "faIcon": icon, "requiredPermission": permission })
}
