//! Material codes: other names of a material, unique among names and codes alike.

use serde_json::Value;

use super::{Checked, Rules};
use crate::itempath::engine::Work;
use crate::itempath::refusal::Refusal;
use crate::itempath::store::{self, Row, Store};
use crate::itempath::values::Draft;

pub(in crate::itempath) const RULES: Rules = Rules {
    create: |work, draft| name_is_free(work.store, draft),
    created: |work, id, _| {
        if let Some(material) = material(work.store, id) {
            refresh(work.store, &material);
        }
    },
    update,
    updated: |work, id, _| {
        if let Some(material) = material(work.store, id) {
            refresh(work.store, &material);
        }
    },
    delete: |work, row| {
        leave(work, row);
        Ok(())
    },
    ..Rules::NONE
};

fn update(work: &mut Work<'_>, before: &Row, draft: &mut Draft) -> Checked {
    name_is_free(work.store, draft)?;
    if let Some(moved) = draft.members.get("materialId").filter(|id| **id != before["materialId"]) {
        let moved = moved.clone();
        // The material that it leaves, at once; the other one when the row is changed.
        let from = store::text(before, "materialId");
        let mut row = before.clone();
        row.insert("materialId".to_owned(), moved);
        work.store.table_mut("material_codes").replace(row);
        refresh(work.store, &from);
    }
    Ok(())
}

fn leave(work: &mut Work<'_>, row: &Row) {
    let material = store::text(row, "materialId");
    work.store.table_mut("material_codes").remove(&store::id(row));
    refresh(work.store, &material);
}

fn name_is_free(store: &Store, draft: &Draft) -> Checked {
    match draft.members.get("name").and_then(Value::as_str) {
        Some(name) if store.table("materials").find("name", name).is_some() => {
            Err(Refusal::taken("Material", "name", name))
        }
        _ => Ok(()),
    }
}

fn material(store: &Store, id: &str) -> Option<String> {
    Some(store::text(store.row("material_codes", id)?, "materialId"))
}

/// Lists a material's codes at the material anew.
fn refresh(store: &mut Store, material: &str) {
    let codes = store.table("material_codes").children(material);
    let codes: Vec<Value> = codes.map(|code| code["name"].clone()).collect();
    if let Some(material) = store.table_mut("materials").get_mut(material) {
        material.insert("codes".to_owned(), codes.into());
    }
}
