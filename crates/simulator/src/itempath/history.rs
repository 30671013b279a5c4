//! History: what becomes of lines that are cancelled or worked off, and the warehouse that works as time goes by.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::dates;
use super::engine::Work;
use super::rules::orders::set_state;
use super::stock;
use super::store::{self, Row, Store};

/// How long after its allocation somebody begins an order, and how long after it is done.
const BEGUN_AFTER: TimeDelta = TimeDelta::minutes(5);
const DONE_AFTER: TimeDelta = TimeDelta::minutes(30);

/// The reasons of a deviation.
const NOT_SET: i64 = 0;
const SHORTAGE: i64 = 2;
const DELETED: i64 = 5;

/// The type of a transaction by the direction of its order.
fn kind(direction: i64) -> i64 {
    match direction {
        1 | 3 => 3,
        4 => 5,
        5 => 6,
        7 => 13,
        _ => 4,
    }
}

/// Notes that a line was deleted with nothing done.
pub(super) fn cancelled(work: &mut Work<'_>, line: &str) {
    let Some(line) = work.store.row("order_lines", line).cloned() else {
        return;
    };
    if line["status"] != "queued" {
        return;
    }
    let mut row = transaction(work.store, &line, &Row::new(), 0.0);
    row.insert("motiveType".to_owned(), DELETED.into());
    work.insert("transactions", row);
}

/// Lets the warehouse do what it would have done by now.
pub(super) fn settle(work: &mut Work<'_>) {
    for order in work.store.under_way.clone() {
        let Some(row) = work.store.row("orders", &order) else {
            continue;
        };
        let millis = store::integer(row, "~allocatedAt");
        let Some(allocated) = chrono::DateTime::from_timestamp_millis(millis) else {
            continue;
        };
        let allocated = allocated.naive_utc();
        if work.now >= allocated + DONE_AFTER {
            process(work, &order, allocated + DONE_AFTER);
        } else if work.now >= allocated + BEGUN_AFTER && row["status"] == "Is Allocated" {
            begin(work.store, &order);
        }
    }
}

fn begin(store: &mut Store, order: &str) {
    set_state(store, order, "In Process", 11);
    for id in store.table("work_order_lines").children_ids(order) {
        if let Some(line) = store.table_mut("work_order_lines").get_mut(&id) {
            line.insert("progressType".to_owned(), 2.into());
        }
    }
}

/// Works an order off: it leaves, its lines stay as processed, and transactions tell what was done.
fn process(work: &mut Work<'_>, order: &str, at: NaiveDateTime) {
    let mut at = at;
    for line in work.store.table("order_lines").children_ids(order) {
        at += TimeDelta::seconds(20);
        process_line(work, &line, at);
    }
    for line in work.store.table("work_order_lines").children_ids(order) {
        work.store.table_mut("work_order_lines").remove(&line);
    }
    work.store.table_mut("orders").remove(order);
    work.store.under_way.retain(|other| other != order);
}

fn process_line(work: &mut Work<'_>, line: &str, at: NaiveDateTime) {
    let Some(row) = work.store.row("order_lines", line).cloned() else {
        return;
    };
    stock::book_line(work.store, line, -1.0);
    let inward = matches!(store::integer(&row, "directionType"), 1 | 3);
    let pieces = stock::work_of(work.store, line);
    let pieces: Vec<Row> = pieces.iter().filter_map(|id| work.store.row("work_order_lines", id).cloned()).collect();
    let mut confirmed = 0.0;
    let mut place = Value::Null;
    for piece in &pieces {
        let quantity = move_stock(work, &row, piece, inward);
        confirmed += quantity;
        place = piece["locationName"].clone();
        tell(work, &row, piece, quantity, NOT_SET, at);
    }
    let wanted = store::number(&row, "quantity");
    if confirmed < wanted {
        let missing = Row::from_iter([("quantity".to_owned(), json!(wanted - confirmed))]);
        tell(work, &row, &missing, 0.0, SHORTAGE, at);
    }
    let Some(row) = work.store.table_mut("order_lines").get_mut(line) else {
        return;
    };
    row.insert("status".to_owned(), "processed".into());
    row.insert("quantityRequested".to_owned(), json!(wanted));
    row.insert("quantityConfirmed".to_owned(), json!(confirmed));
    row.insert("quantityDeviated".to_owned(), json!(wanted - confirmed));
    row.insert("modifiedDate".to_owned(), dates::stamp(at).into());
    let (member, other) = if inward { ("putLocation", "putDate") } else { ("pickLocation", "pickLocation") };
    row.insert(member.to_owned(), place);
    if inward {
        row.insert(other.to_owned(), dates::plain(at).into());
    }
}

/// Changes content, breakdown, location and material by a piece of work; gives how much was moved.
fn move_stock(work: &mut Work<'_>, line: &Row, piece: &Row, inward: bool) -> f64 {
    let material = store::text(line, "materialId");
    let location = store::text(piece, "locationId");
    let mut content = store::text(piece, "locationContentId");
    if inward && work.store.row("location_contents", &content).is_none() {
        content = new_content(work, &material, &location);
    }
    let there = work.store.row("location_contents", &content).map(|row| store::number(row, "currentQuantity"));
    let asked = store::number(piece, "quantity");
    let (moved, change) = if inward {
        (asked, asked)
    } else {
        let moved = asked.min(there.unwrap_or_default());
        (moved, -moved)
    };
    let breakdown = work.store.table("location_content_breakdowns").children_ids(&content);
    stock::add(work.store, "location_contents", &content, "currentQuantity", change);
    for (path, id) in [("locations", &location), ("materials", &material)] {
        stock::add(work.store, path, id, "currentQuantity", change);
    }
    for member in ["quantity", "expectedQuantity"] {
        stock::add(work.store, "locations", &location, member, change);
    }
    if let Some(first) = breakdown.first() {
        stock::add(work.store, "location_content_breakdowns", first, "currentQuantity", change);
    }
    stock::balance(work.store, &material);
    moved
}

fn new_content(work: &mut Work<'_>, material: &str, location: &str) -> String {
    let place = work.store.row("locations", location).cloned().unwrap_or_default();
    let unit = store::text(&place, "~storageUnitId");
    let unit = work.store.row("storage_units", &unit).cloned().unwrap_or_default();
    let warehouse = store::text(&unit, "warehouseId");
    let warehouse = work.store.row("warehouses", &warehouse).cloned().unwrap_or_default();
    let row = json!({
        "materialId": material,
        "locationId": place.get("id"),
        "locationName": place.get("name"),
        "binId": place.get("binId"),
        "storageUnitId": unit.get("id"),
        "storageUnitName": unit.get("name"),
        "warehouseName": warehouse.get("name"),
        "~carrierId": place.get("~carrierId"),
    });
    let id = work.insert("location_contents", row.as_object().cloned().unwrap_or_default());
    let row = json!({ "locationContentId": id, "putDate": dates::plain(work.now) });
    work.insert("location_content_breakdowns", row.as_object().cloned().unwrap_or_default());
    id
}

fn tell(work: &mut Work<'_>, line: &Row, piece: &Row, quantity: f64, motive: i64, at: NaiveDateTime) {
    let mut row = transaction(work.store, line, piece, quantity);
    row.insert("motiveType".to_owned(), motive.into());
    row.insert("creationDate".to_owned(), dates::stamp(at).into());
    work.insert("transactions", row);
}

/// A transaction about a line, at the place of a piece of work if there is one.
pub(super) fn transaction(store: &Store, line: &Row, piece: &Row, confirmed: f64) -> Row {
    let direction = store::integer(line, "directionType");
    let material = store.row("materials", &store::text(line, "materialId")).cloned().unwrap_or_default();
    let location = store.row("locations", &store::text(piece, "locationId")).cloned().unwrap_or_default();
    let named = |path: &str, id: String| store.row(path, &id).map(|row| row["name"].clone());
    let batch = named("batches", store::text(piece, "batchId"));
    let asked = if piece.is_empty() { store::number(line, "quantity") } else { store::number(piece, "quantity") };
    let shelf = store.row("shelves", &store::text(&location, "shelfId"));
    let row = json!({
        "type": kind(direction),
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
        "quantityRequested": asked,
        "quantityConfirmed": confirmed,
        "quantityDeviated": asked - confirmed,
        "lot": line.get("lot"),
        "serialNumber": line.get("serialNumber"),
        "expiryDate": line.get("expiryDate"),
        "productionDate": line.get("productionDate"),
        "releaseDate": line.get("releaseDate"),
        "userName": "Admin",
        "warehouseName": line.get("warehouseName"),
        "storageUnitName": named("storage_units", store::text(&location, "~storageUnitId")),
        "locationName": location.get("name"),
        "binName": named("bins", store::text(&location, "binId")),
        "carrierName": named("carriers", store::text(&location, "~carrierId")),
        "shelfName": shelf.map(|shelf| shelf["name"].clone()),
        "batchName": batch,
    });
    row.as_object().cloned().unwrap_or_default()
}
