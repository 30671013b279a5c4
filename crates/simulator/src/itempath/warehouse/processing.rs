//! Processing of allocated orders as simulated time passes, and the transactions about orders.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use crate::itempath::context::Context;
use crate::itempath::dates;
use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};
use crate::itempath::warehouse::direction::{COUNT, PRODUCTION, PUT, RETURN, TRANSPORT, is_inbound};
use crate::itempath::warehouse::order_status::set_status;
use crate::itempath::warehouse::{allocation, stock};

/// Simulated time from the allocation of an order to the start of work on it.
const STARTED_AFTER: TimeDelta = TimeDelta::minutes(5);
/// Simulated time from the allocation of an order to its completion.
const DONE_AFTER: TimeDelta = TimeDelta::minutes(30);

/// Values of `motiveType`: reasons for a deviation.
const MOTIVE_NOT_SET: i64 = 0;
const MOTIVE_SHORTAGE: i64 = 2;
const MOTIVE_DELETED: i64 = 5;

/// Returns the type of a transaction by the direction of its order.
fn transaction_type(direction: i64) -> i64 {
    match direction {
        PUT | RETURN => 3,
        TRANSPORT => 5,
        COUNT => 6,
        PRODUCTION => 13,
        _ => 4,
    }
}

/// Records the deletion of a queued line by a transaction.
pub(in crate::itempath) fn record_cancellation(context: &mut Context<'_>, line: &str) {
    let Some(line) = context.store.row("order_lines", line).cloned() else {
        return;
    };
    if line["status"] != "queued" {
        return;
    }
    let mut row = new_transaction(context.store, &line, &Row::new(), 0.0);
    row.insert("motiveType".to_owned(), MOTIVE_DELETED.into());
    context.insert("transactions", row);
}

/// Starts and completes the allocated orders that are due.
pub(in crate::itempath) fn process_due_orders(context: &mut Context<'_>) {
    for order in context.store.allocated_orders.clone() {
        let Some(row) = context.store.row("orders", &order) else {
            continue;
        };
        let millis = row::integer(row, "~allocatedAt");
        let Some(allocated) = chrono::DateTime::from_timestamp_millis(millis) else {
            continue;
        };
        let allocated = allocated.naive_utc();
        if context.now >= allocated + DONE_AFTER {
            process_order(context, &order, allocated + DONE_AFTER);
        } else if context.now >= allocated + STARTED_AFTER && row["status"] == "Is Allocated" {
            start_order(context.store, &order);
        }
    }
}

fn start_order(store: &mut Store, order: &str) {
    set_status(store, order, "In Process", 11);
    for id in store.table("work_order_lines").children_ids(order) {
        if let Some(line) = store.table_mut("work_order_lines").get_mut(&id) {
            line.insert("progressType".to_owned(), 2.into());
        }
    }
}

/// Completes an order: the order is removed, its lines remain as processed, and transactions record the work.
fn process_order(context: &mut Context<'_>, order: &str, at: NaiveDateTime) {
    let mut at = at;
    for line in context.store.table("order_lines").children_ids(order) {
        at += TimeDelta::seconds(20);
        process_line(context, &line, at);
    }
    for line in context.store.table("work_order_lines").children_ids(order) {
        context.store.table_mut("work_order_lines").remove(&line);
    }
    context.store.table_mut("orders").remove(order);
    context.store.allocated_orders.retain(|other| other != order);
}

fn process_line(context: &mut Context<'_>, line: &str, at: NaiveDateTime) {
    let Some(row) = context.store.row("order_lines", line).cloned() else {
        return;
    };
    stock::book_line(context.store, line, -1.0);
    let inbound = is_inbound(row::integer(&row, "directionType"));
    let work_lines = allocation::work_line_ids(context.store, line);
    let work_lines: Vec<Row> =
        work_lines.iter().filter_map(|id| context.store.row("work_order_lines", id).cloned()).collect();
    let mut confirmed = 0.0;
    let mut location_name = Value::Null;
    for work_line in &work_lines {
        let quantity = move_stock(context, &row, work_line, inbound);
        confirmed += quantity;
        location_name = work_line["locationName"].clone();
        record_transaction(context, &row, work_line, quantity, MOTIVE_NOT_SET, at);
    }
    let requested = row::number(&row, "quantity");
    if confirmed < requested {
        let missing = Row::from_iter([("quantity".to_owned(), json!(requested - confirmed))]);
        record_transaction(context, &row, &missing, 0.0, MOTIVE_SHORTAGE, at);
    }
    let Some(row) = context.store.table_mut("order_lines").get_mut(line) else {
        return;
    };
    row.insert("status".to_owned(), "processed".into());
    row.insert("quantityRequested".to_owned(), json!(requested));
    row.insert("quantityConfirmed".to_owned(), json!(confirmed));
    row.insert("quantityDeviated".to_owned(), json!(requested - confirmed));
    row.insert("modifiedDate".to_owned(), dates::format_timestamp(at).into());
    let (member, other) = if inbound { ("putLocation", "putDate") } else { ("pickLocation", "pickLocation") };
    row.insert(member.to_owned(), location_name);
    if inbound {
        row.insert(other.to_owned(), dates::format_date(at).into());
    }
}

/// Moves the quantity of a work order line in or out of stock and returns the moved quantity.
fn move_stock(context: &mut Context<'_>, line: &Row, work_line: &Row, inbound: bool) -> f64 {
    let material = row::text(line, "materialId");
    let location = row::text(work_line, "locationId");
    let mut content = row::text(work_line, "locationContentId");
    if inbound && context.store.row("location_contents", &content).is_none() {
        content = new_content(context, &material, &location);
    }
    let available = context.store.row("location_contents", &content).map(|row| row::number(row, "currentQuantity"));
    let requested = row::number(work_line, "quantity");
    let (moved, change) = if inbound {
        (requested, requested)
    } else {
        let moved = requested.min(available.unwrap_or_default());
        (moved, -moved)
    };
    let breakdown = context.store.table("location_content_breakdowns").children_ids(&content);
    stock::add_quantity(context.store, "location_contents", &content, "currentQuantity", change);
    for (path, id) in [("locations", &location), ("materials", &material)] {
        stock::add_quantity(context.store, path, id, "currentQuantity", change);
    }
    for member in ["quantity", "expectedQuantity"] {
        stock::add_quantity(context.store, "locations", &location, member, change);
    }
    if let Some(first) = breakdown.first() {
        stock::add_quantity(context.store, "location_content_breakdowns", first, "currentQuantity", change);
    }
    stock::update_totals(context.store, &material);
    moved
}

fn new_content(context: &mut Context<'_>, material: &str, location: &str) -> String {
    let location = context.store.row("locations", location).cloned().unwrap_or_default();
    let unit = row::text(&location, "~storageUnitId");
    let unit = context.store.row("storage_units", &unit).cloned().unwrap_or_default();
    let warehouse = row::text(&unit, "warehouseId");
    let warehouse = context.store.row("warehouses", &warehouse).cloned().unwrap_or_default();
    let row = json!({
        "materialId": material,
        "locationId": location.get("id"),
        "locationName": location.get("name"),
        "binId": location.get("binId"),
        "storageUnitId": unit.get("id"),
        "storageUnitName": unit.get("name"),
        "warehouseName": warehouse.get("name"),
        "~carrierId": location.get("~carrierId"),
    });
    let id = context.insert("location_contents", row.as_object().cloned().unwrap_or_default());
    let row = json!({ "locationContentId": id, "putDate": dates::format_date(context.now) });
    context.insert("location_content_breakdowns", row.as_object().cloned().unwrap_or_default());
    id
}

fn record_transaction(
    context: &mut Context<'_>,
    line: &Row,
    work_line: &Row,
    quantity: f64,
    motive: i64,
    at: NaiveDateTime,
) {
    let mut row = new_transaction(context.store, line, work_line, quantity);
    row.insert("motiveType".to_owned(), motive.into());
    row.insert("creationDate".to_owned(), dates::format_timestamp(at).into());
    context.insert("transactions", row);
}

/// Builds a transaction about an order line, at the location of `work_line` unless that row is empty.
pub(in crate::itempath) fn new_transaction(store: &Store, line: &Row, work_line: &Row, confirmed: f64) -> Row {
    let direction = row::integer(line, "directionType");
    let material = store.row("materials", &row::text(line, "materialId")).cloned().unwrap_or_default();
    let location = store.row("locations", &row::text(work_line, "locationId")).cloned().unwrap_or_default();
    let name_of = |path: &str, id: String| store.row(path, &id).map(|row| row["name"].clone());
    let batch = name_of("batches", row::text(work_line, "batchId"));
    let requested =
        if work_line.is_empty() { row::number(line, "quantity") } else { row::number(work_line, "quantity") };
    let shelf = store.row("shelves", &row::text(&location, "shelfId"));
    let row = json!({
        "type": transaction_type(direction),
        "directionType": direction,
        "orderId": line.get("orderId"),
        "orderLineId": line.get("id"),
        "orderName": line.get("orderName"),
        "number": line.get("number"),
        "materialName": material.get("name"),
        "materialInfo1": material.get("Info1"),
        "materialInfo2": material.get("Info2"),
        "materialInfo3": material.get("Info3"),
        "materialInfo4": material.get("Info4"),
        "materialInfo5": material.get("Info5"),
        "quantityRequested": requested,
        "quantityConfirmed": confirmed,
        "quantityDeviated": requested - confirmed,
        "lot": line.get("lot"),
        "serialNumber": line.get("serialNumber"),
        "expiryDate": line.get("expiryDate"),
        "productionDate": line.get("productionDate"),
        "releaseDate": line.get("releaseDate"),
        "userName": "Admin",
        "warehouseName": line.get("warehouseName"),
        "storageUnitName": name_of("storage_units", row::text(&location, "~storageUnitId")),
        "locationName": location.get("name"),
        "binName": name_of("bins", row::text(&location, "binId")),
        "carrierName": name_of("carriers", row::text(&location, "~carrierId")),
        "shelfName": shelf.map(|shelf| shelf["name"].clone()),
        "batchName": batch,
    });
    row.as_object().cloned().unwrap_or_default()
}
