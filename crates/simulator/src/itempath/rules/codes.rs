//! Rules of material codes: codes and material names are unique together.

use serde_json::Value;

use crate::itempath::api_error::ApiError;
use crate::itempath::body::Draft;
use crate::itempath::context::Context;
use crate::itempath::rules::{RuleResult, Rules};
use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};

pub(in crate::itempath) const RULES: Rules = Rules {
    before_create: |context, draft| check_name_unique(context.store, draft),
    after_create: |context, id, _| {
        if let Some(material) = material(context.store, id) {
            update_codes(context.store, &material);
        }
    },
    before_update,
    after_update: |context, id, _| {
        if let Some(material) = material(context.store, id) {
            update_codes(context.store, &material);
        }
    },
    before_delete: |context, row| {
        remove_code(context, row);
        Ok(())
    },
    ..Rules::NONE
};

fn before_update(context: &mut Context<'_>, before: &Row, draft: &mut Draft) -> RuleResult {
    check_name_unique(context.store, draft)?;
    if let Some(new_material) = draft.members.get("materialId").filter(|id| **id != before["materialId"]) {
        let new_material = new_material.clone();
        // Updates the previous material here; `after_update` updates the new one.
        let from = row::text(before, "materialId");
        let mut row = before.clone();
        row.insert("materialId".to_owned(), new_material);
        context.store.table_mut("material_codes").replace(row);
        update_codes(context.store, &from);
    }
    Ok(())
}

fn remove_code(context: &mut Context<'_>, row: &Row) {
    let material = row::text(row, "materialId");
    context.store.table_mut("material_codes").remove(&row::id(row));
    update_codes(context.store, &material);
}

fn check_name_unique(store: &Store, draft: &Draft) -> RuleResult {
    match draft.members.get("name").and_then(Value::as_str) {
        Some(name) if store.table("materials").find("name", name).is_some() => {
            Err(ApiError::already_exists("Material", "name", name))
        }
        _ => Ok(()),
    }
}

fn material(store: &Store, id: &str) -> Option<String> {
    Some(row::text(store.row("material_codes", id)?, "materialId"))
}

/// Updates the list of codes at a material.
fn update_codes(store: &mut Store, material: &str) {
    let codes = store.table("material_codes").children(material);
    let codes: Vec<Value> = codes.map(|code| code["name"].clone()).collect();
    if let Some(material) = store.table_mut("materials").get_mut(material) {
        material.insert("codes".to_owned(), codes.into());
    }
}
