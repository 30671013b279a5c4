//! Rules of orders: an order has lines, is allocated on request, and is deleted with its lines and their work.

use serde_json::Value;

use crate::itempath::api::crud;
use crate::itempath::api_error::ApiError;
use crate::itempath::body::{self, Draft};
use crate::itempath::context::Context;
use crate::itempath::resources;
use crate::itempath::rules::{RuleResult, Rules, lines};
use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};
use crate::itempath::warehouse::direction::{COUNT, PICK};
use crate::itempath::warehouse::order_status::update_has_stock;
use crate::itempath::warehouse::{allocation, processing, stock};

pub(in crate::itempath) const RULES: Rules = Rules {
    before_create,
    after_create,
    before_update,
    after_update,
    before_delete: |context, row| {
        cancel(context, row);
        Ok(())
    },
    embed,
};

const NO_LINES: ApiError = ApiError::Plain("Order must have at least one order line.");

fn before_create(context: &mut Context<'_>, draft: &mut Draft) -> RuleResult {
    check_warehouse(context.store, draft)?;
    let direction = draft.members.get("directionType").and_then(Value::as_i64).unwrap_or(PICK);
    let mut lines_in_body = body::objects(draft.take("order_lines"));
    if lines_in_body.is_empty() && direction == COUNT {
        lines_in_body = allocation::count_lines(context.store, draft);
    }
    if lines_in_body.is_empty() {
        return Err(NO_LINES);
    }
    let mut used_numbers = Vec::new();
    for line in &lines_in_body {
        draft.lines.push((String::new(), lines::nested_line(context.store, line, direction, &mut used_numbers)?));
    }
    draft.inputs.remove("countEmptyLocations");
    Ok(())
}

fn after_create(context: &mut Context<'_>, id: &str, mut draft: Draft) {
    for (_, line) in std::mem::take(&mut draft.lines) {
        lines::insert(context, id, line);
    }
    update_has_stock(context.store, id);
    if draft.take_true("allocate") {
        allocation::allocate(context, id);
    }
}

fn before_update(context: &mut Context<'_>, before: &Row, draft: &mut Draft) -> RuleResult {
    check_warehouse(context.store, draft)?;
    let direction = row::integer(before, "directionType");
    if draft.members.get("directionType").is_some_and(|to| to.as_i64() != Some(direction)) {
        return Err(ApiError::field("directionType", "Cannot be changed."));
    }
    let order = row::id(before);
    let mut used_numbers = lines::numbers(context.store, &order);
    for line in body::objects(draft.take("order_lines")) {
        let line_id = line.get("id").and_then(Value::as_str).unwrap_or_default();
        if line_id.is_empty() {
            let line = lines::nested_line(context.store, &line, direction, &mut used_numbers)?;
            draft.lines.push((String::new(), line));
            continue;
        }
        let existing = context.store.row("order_lines", line_id).filter(|row| row["orderId"] == before["id"]);
        let Some(existing) = existing.cloned() else {
            return Err(ApiError::unknown_reference("order_lines", "Order line", line_id));
        };
        let mut changes = body::read(resources::find("order_lines"), context.store, &line, false, &[])?;
        lines::check_change(context.store, &existing, &mut changes)?;
        draft.lines.push((line_id.to_owned(), changes));
    }
    Ok(())
}

fn after_update(context: &mut Context<'_>, id: &str, mut draft: Draft) {
    for (line_id, mut line) in std::mem::take(&mut draft.lines) {
        match context.store.row("order_lines", &line_id).cloned() {
            Some(before) => {
                stock::book_line(context.store, &line_id, -1.0);
                crud::apply_changes(context, resources::find("order_lines"), before, &mut line);
                lines::after_update(context, &line_id, line);
            }
            None => _ = lines::insert(context, id, line),
        }
    }
    let name = context.store.row("orders", id).map(|row| row["name"].clone()).unwrap_or_default();
    for line in context.store.table("order_lines").children_ids(id) {
        if let Some(line) = context.store.table_mut("order_lines").get_mut(&line) {
            line.insert("orderName".to_owned(), name.clone());
        }
    }
    update_has_stock(context.store, id);
    if draft.take_true("deallocate") {
        allocation::deallocate(context, id);
    } else if draft.take_true("allocate") {
        allocation::allocate(context, id);
    }
}

/// Deletes the lines of an order and their work order lines.
fn cancel(context: &mut Context<'_>, row: &Row) {
    let id = row::id(row);
    allocation::deallocate(context, &id);
    for line in context.store.table("order_lines").children_ids(&id) {
        processing::record_cancellation(context, &line);
        lines::remove(context.store, &line);
    }
}

fn embed(store: &Store, row: &mut Row) {
    let resource = resources::find("order_lines");
    let lines = store.table("order_lines").children(&row::id(row));
    let lines: Vec<Value> = lines.map(|line| Value::Object(crud::render(store, resource, line))).collect();
    row.insert("order_lines".to_owned(), lines.into());
}

fn check_warehouse(store: &Store, draft: &Draft) -> RuleResult {
    match draft.members.get("warehouseName").and_then(Value::as_str) {
        Some(name) if store.table("warehouses").find("name", name).is_none() => {
            Err(ApiError::unknown_reference("warehouseName", "Warehouse", name))
        }
        _ => Ok(()),
    }
}
