//! Rules of order lines: numbered within their order, and read-only once processed.

use serde_json::{Map, Value, json};

use crate::itempath::api_error::ApiError;
use crate::itempath::body::{self, Draft};
use crate::itempath::context::Context;
use crate::itempath::resources;
use crate::itempath::rules::{RuleResult, Rules};
use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};
use crate::itempath::warehouse::direction::COUNT;
use crate::itempath::warehouse::{allocation, processing, stock};

pub(in crate::itempath) const RULES: Rules = Rules {
    before_create,
    after_create: |context, id, _| stock::book_line(context.store, id, 1.0),
    before_update,
    after_update,
    before_delete,
    ..Rules::NONE
};

fn before_create(context: &mut Context<'_>, draft: &mut Draft) -> RuleResult {
    let order = draft.members.get("orderId").and_then(Value::as_str).unwrap_or_default();
    let Some(order) = context.store.row("orders", order).cloned() else {
        return Err(ApiError::unknown_reference("orderId", "Order", order));
    };
    let id = row::id(&order);
    let mut used_numbers = numbers(context.store, &id);
    check_new(context.store, draft, row::integer(&order, "directionType"), &mut used_numbers)?;
    copy_order_members(&order, draft);
    Ok(())
}

/// Decodes a line nested in an order.
pub(super) fn nested_line(
    store: &Store,
    line: &Map<String, Value>,
    direction: i64,
    used_numbers: &mut Vec<i64>,
) -> Result<Draft, ApiError> {
    let mut draft = body::read(resources::find("order_lines"), store, line, true, &["orderId", "materialId"])?;
    if draft.members.get("materialId").is_none_or(Value::is_null) {
        let Some(Value::String(name)) = draft.take("materialName") else {
            return Err(ApiError::field("materialId", body::REQUIRED));
        };
        let Some(material) = stock::material_by_name(store, &name) else {
            return Err(ApiError::unknown_reference("materialName", "Material", &name));
        };
        draft.members.insert("materialId".to_owned(), material["id"].clone());
    }
    check_new(store, &mut draft, direction, used_numbers)?;
    Ok(draft)
}

/// Checks a new line and sets the members that follow from material and direction.
fn check_new(store: &Store, draft: &mut Draft, direction: i64, used_numbers: &mut Vec<i64>) -> RuleResult {
    let quantity = row::number(&draft.members, "quantity");
    if quantity < 0.0 || (quantity == 0.0 && direction != COUNT) {
        return Err(ApiError::field("quantity", "Must be greater than 0."));
    }
    let number = match draft.members.get("number").and_then(Value::as_i64) {
        Some(number) if used_numbers.contains(&number) => {
            return Err(ApiError::already_exists("Order line", "number", &number.to_string()));
        }
        Some(number) => number,
        None => used_numbers.iter().max().unwrap_or(&0) + 1,
    };
    used_numbers.push(number);
    if let Some(lot) = draft.take("lotNumber") {
        draft.members.entry("lot").or_insert(lot);
    }
    let material = row::text(&draft.members, "materialId");
    let material = store.row("materials", &material);
    let stocked = material.is_some_and(|row| row::number(row, "currentQuantity") > 0.0);
    let name = material.map(|row| row["name"].clone()).unwrap_or_default();
    let members = &mut draft.members;
    members.insert("number".to_owned(), number.into());
    members.insert("materialName".to_owned(), name);
    members.insert("directionType".to_owned(), direction.into());
    members.insert("quantityDeviated".to_owned(), json!(quantity));
    members.insert("hasStock".to_owned(), i64::from(stocked).into());
    Ok(())
}

fn copy_order_members(order: &Row, draft: &mut Draft) {
    let members = &mut draft.members;
    members.insert("orderId".to_owned(), order["id"].clone());
    members.insert("orderName".to_owned(), order["name"].clone());
    members.insert("warehouseName".to_owned(), order["warehouseName"].clone());
}

/// Stores a new line of an order and returns its id.
pub(super) fn insert(context: &mut Context<'_>, order: &str, mut draft: Draft) -> String {
    if let Some(order) = context.store.row("orders", order) {
        copy_order_members(order, &mut draft);
    }
    let id = context.insert("order_lines", std::mem::take(&mut draft.members));
    stock::book_line(context.store, &id, 1.0);
    id
}

fn before_update(context: &mut Context<'_>, before: &Row, draft: &mut Draft) -> RuleResult {
    check_change(context.store, before, draft)?;
    // Removes the line's previous booking; `after_update` books the new quantity.
    stock::book_line(context.store, &row::id(before), -1.0);
    Ok(())
}

/// Checks a change of a line.
pub(super) fn check_change(store: &Store, before: &Row, draft: &mut Draft) -> RuleResult {
    if before["status"] == "processed" {
        return Err(ApiError::field("status", "A processed order line cannot be changed."));
    }
    for member in ["orderId", "number"] {
        if draft.members.get(member).is_some_and(|to| *to != before[member]) {
            return Err(ApiError::field(member, "Cannot be changed."));
        }
    }
    if let Some(Value::String(name)) = draft.take("materialName") {
        let Some(material) = stock::material_by_name(store, &name) else {
            return Err(ApiError::unknown_reference("materialName", "Material", &name));
        };
        draft.members.entry("materialId").or_insert(material["id"].clone());
    }
    if let Some(quantity) = draft.members.get("quantity").and_then(Value::as_f64) {
        if quantity < 0.0 || (quantity == 0.0 && row::integer(before, "directionType") != COUNT) {
            return Err(ApiError::field("quantity", "Must be greater than 0."));
        }
        draft.members.insert("quantityDeviated".to_owned(), quantity.into());
    }
    if let Some(lot) = draft.take("lotNumber") {
        draft.members.entry("lot").or_insert(lot);
    }
    if let Some(material) = draft.members.get("materialId").and_then(Value::as_str) {
        let name = store.row("materials", material).map(|row| row["name"].clone());
        draft.members.insert("materialName".to_owned(), name.unwrap_or_default());
    }
    Ok(())
}

pub(super) fn after_update(context: &mut Context<'_>, id: &str, mut draft: Draft) {
    stock::book_line(context.store, id, 1.0);
    if let Some(batch) = draft.take("batchId") {
        for line in allocation::work_line_ids(context.store, id) {
            if let Some(line) = context.store.table_mut("work_order_lines").get_mut(&line) {
                line.insert("batchId".to_owned(), batch.clone());
            }
        }
    }
}

fn before_delete(context: &mut Context<'_>, row: &Row) -> RuleResult {
    if row["status"] == "processed" {
        return Err(ApiError::field("status", "A processed order line cannot be deleted."));
    }
    let id = row::id(row);
    for line in allocation::work_line_ids(context.store, &id) {
        context.store.table_mut("work_order_lines").remove(&line);
    }
    processing::record_cancellation(context, &id);
    stock::book_line(context.store, &id, -1.0);
    Ok(())
}

/// Removes a line of an order that is being deleted.
pub(super) fn remove(store: &mut Store, id: &str) {
    stock::book_line(store, id, -1.0);
    store.table_mut("order_lines").remove(id);
}

/// Returns the line numbers of an order.
pub(super) fn numbers(store: &Store, order: &str) -> Vec<i64> {
    let lines = store.table("order_lines").children(order);
    lines.map(|line| row::integer(line, "number")).collect()
}
