//! Order lines: of an open order and a known material, numbered within the order, fixed once processed.

use serde_json::{Map, Value, json};

use super::{Checked, Rules};
use crate::itempath::engine::Work;
use crate::itempath::refusal::Refusal;
use crate::itempath::store::{self, Row, Store};
use crate::itempath::values::{self, Draft};
use crate::itempath::{history, resources, stock};

pub(in crate::itempath) const RULES: Rules = Rules {
    create,
    created: |work, id, _| stock::book_line(work.store, id, 1.0),
    update,
    updated,
    delete,
    ..Rules::NONE
};

const COUNT: i64 = 5;

fn create(work: &mut Work<'_>, draft: &mut Draft) -> Checked {
    let order = draft.members.get("orderId").and_then(Value::as_str).unwrap_or_default();
    let Some(order) = work.store.row("orders", order).cloned() else {
        return Err(Refusal::missing("orderId", "Order", order));
    };
    let id = store::id(&order);
    let mut taken = numbers(work.store, &id);
    check(work.store, draft, store::integer(&order, "directionType"), &mut taken)?;
    belong(&order, draft);
    Ok(())
}

/// Reads a line that stands inside an order.
pub(super) fn inside(
    store: &Store,
    line: &Map<String, Value>,
    direction: i64,
    taken: &mut Vec<i64>,
) -> Result<Draft, Refusal> {
    let mut draft = values::read(resources::find("order_lines"), store, line, true, &["orderId", "materialId"])?;
    if draft.members.get("materialId").is_none_or(Value::is_null) {
        let Some(Value::String(name)) = draft.take("materialName") else {
            return Err(Refusal::field("materialId", values::REQUIRED));
        };
        let Some(material) = stock::material_by_name(store, &name) else {
            return Err(Refusal::missing("materialName", "Material", &name));
        };
        draft.members.insert("materialId".to_owned(), material["id"].clone());
    }
    check(store, &mut draft, direction, taken)?;
    Ok(draft)
}

/// What holds for new lines everywhere; also fills in what follows from material and direction.
fn check(store: &Store, draft: &mut Draft, direction: i64, taken: &mut Vec<i64>) -> Checked {
    let quantity = store::number(&draft.members, "quantity");
    if quantity < 0.0 || (quantity == 0.0 && direction != COUNT) {
        return Err(Refusal::field("quantity", "Must be greater than 0."));
    }
    let number = match draft.members.get("number").and_then(Value::as_i64) {
        Some(number) if taken.contains(&number) => {
            return Err(Refusal::taken("Order line", "number", &number.to_string()));
        }
        Some(number) => number,
        None => taken.iter().max().unwrap_or(&0) + 1,
    };
    taken.push(number);
    if let Some(lot) = draft.take("lotNumber") {
        draft.members.entry("lot").or_insert(lot);
    }
    let material = store::text(&draft.members, "materialId");
    let material = store.row("materials", &material);
    let stocked = material.is_some_and(|row| store::number(row, "currentQuantity") > 0.0);
    let name = material.map(|row| row["name"].clone()).unwrap_or_default();
    let members = &mut draft.members;
    members.insert("number".to_owned(), number.into());
    members.insert("materialName".to_owned(), name);
    members.insert("directionType".to_owned(), direction.into());
    members.insert("quantityDeviated".to_owned(), json!(quantity));
    members.insert("hasStock".to_owned(), i64::from(stocked).into());
    Ok(())
}

fn belong(order: &Row, draft: &mut Draft) {
    let members = &mut draft.members;
    members.insert("orderId".to_owned(), order["id"].clone());
    members.insert("orderName".to_owned(), order["name"].clone());
    members.insert("warehouseName".to_owned(), order["warehouseName"].clone());
}

/// Stores a line of an order.
pub(super) fn add(work: &mut Work<'_>, order: &str, mut draft: Draft) -> String {
    if let Some(order) = work.store.row("orders", order) {
        belong(order, &mut draft);
    }
    let id = work.insert("order_lines", std::mem::take(&mut draft.members));
    stock::book_line(work.store, &id, 1.0);
    id
}

fn update(work: &mut Work<'_>, before: &Row, draft: &mut Draft) -> Checked {
    change(work.store, before, draft)?;
    // What the line has booked so far; it books anew when it is changed.
    stock::book_line(work.store, &store::id(before), -1.0);
    Ok(())
}

/// What holds for changes of a line.
pub(super) fn change(store: &Store, before: &Row, draft: &mut Draft) -> Checked {
    if before["status"] == "processed" {
        return Err(Refusal::field("status", "A processed order line cannot be changed."));
    }
    for fixed in ["orderId", "number"] {
        if draft.members.get(fixed).is_some_and(|to| *to != before[fixed]) {
            return Err(Refusal::field(fixed, "Cannot be changed."));
        }
    }
    if let Some(Value::String(name)) = draft.take("materialName") {
        let Some(material) = stock::material_by_name(store, &name) else {
            return Err(Refusal::missing("materialName", "Material", &name));
        };
        draft.members.entry("materialId").or_insert(material["id"].clone());
    }
    if let Some(quantity) = draft.members.get("quantity").and_then(Value::as_f64) {
        if quantity < 0.0 || (quantity == 0.0 && store::integer(before, "directionType") != COUNT) {
            return Err(Refusal::field("quantity", "Must be greater than 0."));
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

pub(super) fn updated(work: &mut Work<'_>, id: &str, mut draft: Draft) {
    stock::book_line(work.store, id, 1.0);
    if let Some(batch) = draft.take("batchId") {
        for line in stock::work_of(work.store, id) {
            if let Some(line) = work.store.table_mut("work_order_lines").get_mut(&line) {
                line.insert("batchId".to_owned(), batch.clone());
            }
        }
    }
}

fn delete(work: &mut Work<'_>, row: &Row) -> Checked {
    if row["status"] == "processed" {
        return Err(Refusal::field("status", "A processed order line cannot be deleted."));
    }
    let id = store::id(row);
    for line in stock::work_of(work.store, &id) {
        work.store.table_mut("work_order_lines").remove(&line);
    }
    history::cancelled(work, &id);
    stock::book_line(work.store, &id, -1.0);
    Ok(())
}

/// Removes a line of an order that goes too.
pub(super) fn remove(store: &mut Store, id: &str) {
    stock::book_line(store, id, -1.0);
    store.table_mut("order_lines").remove(id);
}

/// The line numbers that an order has.
pub(super) fn numbers(store: &Store, order: &str) -> Vec<i64> {
    let lines = store.table("order_lines").children(order);
    lines.map(|line| store::integer(line, "number")).collect()
}
