//! Materials: names unique among names and codes, codes kept in step, none deleted that is in use.

use serde_json::{Value, json};

use super::{Checked, Rules};
use crate::itempath::engine::Work;
use crate::itempath::refusal::Refusal;
use crate::itempath::stock;
use crate::itempath::store::{self, Row, Store};
use crate::itempath::values::Draft;

pub(in crate::itempath) const RULES: Rules = Rules {
    create,
    created: |work, id, _| follow(work, id),
    update,
    updated: |work, id, _| follow(work, id),
    delete,
    ..Rules::NONE
};

/// The property of materials that name none.
pub(in crate::itempath) const DEFAULT_PROPERTY: &str = "default";

fn create(work: &mut Work<'_>, draft: &mut Draft) -> Checked {
    names_are_free(work.store, draft, "")?;
    property(work.store, draft)?;
    if draft.members.get("materialPropertyId").is_none_or(Value::is_null) {
        let property = work.store.table("material_properties").find("name", DEFAULT_PROPERTY);
        let id = property.map(|row| row["id"].clone()).unwrap_or_default();
        draft.members.insert("materialPropertyId".to_owned(), id);
    }
    Ok(())
}

fn update(work: &mut Work<'_>, before: &Row, draft: &mut Draft) -> Checked {
    names_are_free(work.store, draft, &store::id(before))?;
    property(work.store, draft)
}

fn delete(work: &mut Work<'_>, row: &Row) -> Checked {
    let id = store::id(row);
    let stocked = store::number(row, "currentQuantity") > 0.0;
    let lines = work.store.table("order_lines").rows();
    let ordered = lines.filter(|line| line["materialId"] == row["id"]).any(|line| line["status"] == "queued");
    let in_kit = work.store.table("kit_lines").rows().any(|line| line["materialId"] == row["id"]);
    if stocked || ordered || in_kit {
        return Err(Refusal::field("id", "Material is in use and cannot be deleted."));
    }
    for path in ["material_codes", "storage_rules"] {
        for child in work.store.table(path).children_ids(&id) {
            work.store.table_mut(path).remove(&child);
        }
    }
    Ok(())
}

fn property(store: &Store, draft: &mut Draft) -> Checked {
    let Some(Value::String(name)) = draft.take("materialProperty") else {
        return Ok(());
    };
    let found = store.table("material_properties").find("name", &name);
    let Some(found) = found else {
        return Err(Refusal::missing("materialProperty", "Material property", &name));
    };
    draft.members.entry("materialPropertyId").or_insert(found["id"].clone());
    Ok(())
}

fn names_are_free(store: &Store, draft: &Draft, own: &str) -> Checked {
    let foreign = |name: &str| {
        let code = store.table("material_codes").find("name", name);
        code.is_some_and(|code| store::text(code, "materialId") != own)
    };
    if let Some(name) = draft.members.get("name").and_then(Value::as_str)
        && foreign(name)
    {
        return Err(Refusal::taken("Material code", "name", name));
    }
    let codes = draft.members.get("codes").and_then(Value::as_array);
    for code in codes.into_iter().flatten().filter_map(Value::as_str) {
        let named = store.table("materials").find("name", code);
        if foreign(code) || named.is_some_and(|row| store::id(row) != own) {
            return Err(Refusal::taken("Material code", "codes", code));
        }
    }
    Ok(())
}

/// The rows of codes are made those that the material lists, and its sums follow its value.
fn follow(work: &mut Work<'_>, id: &str) {
    let Some(material) = work.store.row("materials", id) else {
        return;
    };
    let wanted: Vec<Value> = material["codes"].as_array().cloned().unwrap_or_default();
    let name = material["name"].clone();
    let table = work.store.table("material_codes");
    let present: Vec<(String, Value)> = table.children(id).map(|row| (store::id(row), row["name"].clone())).collect();
    for (code, _) in present.iter().filter(|(_, name)| !wanted.contains(name)) {
        work.store.table_mut("material_codes").remove(code);
    }
    for name in wanted.iter().filter(|name| present.iter().all(|(_, present)| present != *name)) {
        let Value::Object(row) = json!({ "name": name, "materialId": id }) else {
            continue;
        };
        work.insert("material_codes", row);
    }
    stock::rename(work.store, id, &name);
    stock::balance(work.store, id);
}
