//! Rules of materials: names and codes are unique together, and a material in use cannot be deleted.

use serde_json::{Value, json};

use crate::itempath::api_error::ApiError;
use crate::itempath::body::Draft;
use crate::itempath::context::Context;
use crate::itempath::rules::{RuleResult, Rules};
use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};
use crate::itempath::warehouse::stock;

pub(in crate::itempath) const RULES: Rules = Rules {
    before_create,
    after_create: |context, id, _| sync_codes(context, id),
    before_update,
    after_update: |context, id, _| sync_codes(context, id),
    before_delete,
    ..Rules::NONE
};

/// Default property of materials.
pub(in crate::itempath) const DEFAULT_PROPERTY: &str = "default";

fn before_create(context: &mut Context<'_>, draft: &mut Draft) -> RuleResult {
    check_names_unique(context.store, draft, "")?;
    resolve_property(context.store, draft)?;
    if draft.members.get("materialPropertyId").is_none_or(Value::is_null) {
        let property = context.store.table("material_properties").find("name", DEFAULT_PROPERTY);
        let id = property.map(|row| row["id"].clone()).unwrap_or_default();
        draft.members.insert("materialPropertyId".to_owned(), id);
    }
    Ok(())
}

fn before_update(context: &mut Context<'_>, before: &Row, draft: &mut Draft) -> RuleResult {
    check_names_unique(context.store, draft, &row::id(before))?;
    resolve_property(context.store, draft)
}

fn before_delete(context: &mut Context<'_>, row: &Row) -> RuleResult {
    let id = row::id(row);
    let stocked = row::number(row, "currentQuantity") > 0.0;
    let lines = context.store.table("order_lines").rows();
    let ordered = lines.filter(|line| line["materialId"] == row["id"]).any(|line| line["status"] == "queued");
    let in_kit = context.store.table("kit_lines").rows().any(|line| line["materialId"] == row["id"]);
    if stocked || ordered || in_kit {
        return Err(ApiError::field("id", "Material is in use and cannot be deleted."));
    }
    for path in ["material_codes", "storage_rules"] {
        for child in context.store.table(path).children_ids(&id) {
            context.store.table_mut(path).remove(&child);
        }
    }
    Ok(())
}

fn resolve_property(store: &Store, draft: &mut Draft) -> RuleResult {
    let Some(Value::String(name)) = draft.take("materialProperty") else {
        return Ok(());
    };
    let found = store.table("material_properties").find("name", &name);
    let Some(found) = found else {
        return Err(ApiError::unknown_reference("materialProperty", "Material property", &name));
    };
    draft.members.entry("materialPropertyId").or_insert(found["id"].clone());
    Ok(())
}

fn check_names_unique(store: &Store, draft: &Draft, own: &str) -> RuleResult {
    let is_code_of_other = |name: &str| {
        let code = store.table("material_codes").find("name", name);
        code.is_some_and(|code| row::text(code, "materialId") != own)
    };
    if let Some(name) = draft.members.get("name").and_then(Value::as_str)
        && is_code_of_other(name)
    {
        return Err(ApiError::already_exists("Material code", "name", name));
    }
    let codes = draft.members.get("codes").and_then(Value::as_array);
    for code in codes.into_iter().flatten().filter_map(Value::as_str) {
        let named = store.table("materials").find("name", code);
        if is_code_of_other(code) || named.is_some_and(|row| row::id(row) != own) {
            return Err(ApiError::already_exists("Material code", "codes", code));
        }
    }
    Ok(())
}

/// Synchronizes the rows of codes with the list at the material, and updates its totals.
fn sync_codes(context: &mut Context<'_>, id: &str) {
    let Some(material) = context.store.row("materials", id) else {
        return;
    };
    let listed: Vec<Value> = material["codes"].as_array().cloned().unwrap_or_default();
    let name = material["name"].clone();
    let table = context.store.table("material_codes");
    let present: Vec<(String, Value)> = table.children(id).map(|row| (row::id(row), row["name"].clone())).collect();
    for (code, _) in present.iter().filter(|(_, name)| !listed.contains(name)) {
        context.store.table_mut("material_codes").remove(code);
    }
    for name in listed.iter().filter(|name| present.iter().all(|(_, present)| present != *name)) {
        let Value::Object(row) = json!({ "name": name, "materialId": id }) else {
            continue;
        };
        context.insert("material_codes", row);
    }
    stock::rename_on_lines(context.store, id, &name);
    stock::update_totals(context.store, id);
}
