//! The links that the tenant shows at applications and at job publications.

use serde_json::{Map, Value, json};

use super::call::{Call, Row};
use super::read::{is_blank, is_web_address};
use super::reply::{Answer, Errors, Refusal};
use super::show::Language;
use super::store::Store;
use super::table::Table;
use super::terms::PERMISSIONS;

pub(super) fn links(store: &mut Store, call: &Call<'_>, _table: Table) -> Answer {
    store.links.get(call.param("type")).map(|links| json!(links)).ok_or(Refusal::Forbidden)
}

/// Replaces the whole list.
pub(super) fn set_links(store: &mut Store, call: &Call<'_>, _table: Table) -> Answer {
    let kept = store.links.get_mut(call.param("type")).ok_or(Refusal::Forbidden)?;
    let mut errors = Errors::default();
    let links = call.objects()?.iter().map(|body| link(body, &mut errors)).collect();
    errors.finish()?;
    *kept = links;
    Ok(json!(kept))
}

fn link(body: &Row, errors: &mut Errors) -> Value {
    let mut names = Map::new();
    for language in ["de", "en"] {
        match body.get("nameMessages").and_then(|names| names.get(language)) {
            Some(Value::String(name)) if !name.trim().is_empty() => {
                names.insert(language.to_owned(), json!(name));
            }
            _ => errors.mandatory(format!("nameMessages[{language}]")),
        }
    }
    let sent = body.get("nameMessages").and_then(Value::as_object).into_iter().flatten();
    for (language, _) in sent.filter(|(language, _)| Language::parse(language).is_none()) {
        errors.not_permitted(format!("nameMessages[{language}]"), &json!(language));
    }
    let mut text = |name: &str| match body.get(name) {
        Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
        Some(value) if !is_blank(value) => {
            errors.mismatch(name);
            String::new()
        }
        _ => {
            errors.mandatory(name);
            String::new()
        }
    };
    let (url, icon, permission) = (text("url"), text("faIcon"), text("requiredPermission"));
    if !url.is_empty() && !is_web_address(&url.replace("(jwt)", "jwt")) {
        errors.add("url", "url.invalid");
    }
    if !permission.is_empty() && !PERMISSIONS.contains(&permission.as_str()) {
        errors.not_permitted("requiredPermission", &json!(permission));
    }
    json!({ "nameMessages": names, "url": url, "faIcon": icon, "requiredPermission": permission })
}
