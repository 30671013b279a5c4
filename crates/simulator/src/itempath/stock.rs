//! Stock: what is booked on materials, and the allocation of order lines to locations.

use serde_json::{Map, Value, json};

use super::engine::Work;
use super::rules::orders::set_state;
use super::store::{self, Row, Store};
use super::values::Draft;

/// Directions that bring something in.
const INWARD: [i64; 2] = [1, 3];
const COUNT: i64 = 5;

/// A material by its name or one of its codes.
pub(super) fn material_by_name<'a>(store: &'a Store, name: &str) -> Option<&'a Row> {
    let by_code = || {
        let code = store.table("material_codes").find("name", name)?;
        store.row("materials", code["materialId"].as_str()?)
    };
    store.table("materials").find("name", name).or_else(by_code)
}

/// Gives the lines of a material its new name.
pub(super) fn rename(store: &mut Store, material: &str, name: &Value) {
    let lines = store.table("order_lines").rows();
    let lines = lines.filter(|line| line["materialId"] == material && line["materialName"] != *name);
    let stale: Vec<String> = lines.filter(|line| line["status"] == "queued").map(store::id).collect();
    for line in stale {
        if let Some(line) = store.table_mut("order_lines").get_mut(&line) {
            line.insert("materialName".to_owned(), name.clone());
        }
    }
}

/// Adds a line's quantity to what is open for its material, or with -1 takes it back.
pub(super) fn book_line(store: &mut Store, line: &str, times: f64) {
    let Some(line) = store.row("order_lines", line) else {
        return;
    };
    let direction = store::integer(line, "directionType");
    if direction == COUNT || line["status"] != "queued" {
        return;
    }
    let member = if INWARD.contains(&direction) { "putQuantity" } else { "pickQuantity" };
    let (material, quantity) = (store::text(line, "materialId"), store::number(line, "quantity") * times);
    add(store, "materials", &material, member, quantity);
    balance(store, &material);
}

/// Works out what follows from the quantities of a material.
pub(super) fn balance(store: &mut Store, material: &str) {
    let contents = store.table("location_contents").children(material);
    let places = contents.filter(|content| store::number(content, "currentQuantity") > 0.0).count();
    let Some(row) = store.table_mut("materials").get_mut(material) else {
        return;
    };
    let current = store::number(row, "currentQuantity");
    let net = current + store::number(row, "putQuantity") - store::number(row, "pickQuantity");
    let value = current * store::number(row, "valuePerUnit");
    row.insert("netQuantity".to_owned(), json!(net));
    row.insert("expectedQuantity".to_owned(), json!(net));
    row.insert("currentValue".to_owned(), json!((value * 100.0).round() / 100.0));
    row.insert("locationCount".to_owned(), json!(f64::from(u32::try_from(places).unwrap_or(u32::MAX))));
}

pub(super) fn add(store: &mut Store, path: &str, id: &str, member: &str, quantity: f64) {
    if let Some(row) = store.table_mut(path).get_mut(id) {
        let sum = store::number(row, member) + quantity;
        row.insert(member.to_owned(), json!(sum));
    }
}

/// The work order lines of an order line.
pub(super) fn work_of(store: &Store, line: &str) -> Vec<String> {
    let order = store.row("order_lines", line).map(|line| store::text(line, "orderId"));
    let table = store.table("work_order_lines");
    let lines = table.children(order.as_deref().unwrap_or_default());
    lines.filter(|work| work["orderLineId"] == line).map(store::id).collect()
}

/// The lines of a count order that names places instead: one for each content of each place.
pub(super) fn to_count(store: &Store, draft: &mut Draft) -> Vec<Map<String, Value>> {
    let ids = |list: Option<&Value>| -> Vec<Value> {
        let items = list.and_then(Value::as_array).into_iter().flatten();
        items.map(|item| item["id"].clone()).collect()
    };
    let locations = ids(draft.take("locations").as_ref());
    let carriers = ids(draft.take("carriers").as_ref());
    let zones = ids(draft.members.get("zones"));
    let meant = |content: &&Row| {
        let place = || store.row("locations", &store::text(content, "locationId"));
        locations.contains(&content["locationId"])
            || carriers.contains(&content["~carrierId"])
            || (!zones.is_empty() && place().is_some_and(|place| zones.contains(&place["zoneId"])))
    };
    let contents = store.table("location_contents").rows().filter(meant);
    contents
        .map(|content| {
            let line = json!({ "materialId": content["materialId"], "quantity": 0.0 });
            line.as_object().cloned().unwrap_or_default()
        })
        .collect()
}

/// Assigns places to every line of an order that has none yet.
pub(super) fn allocate(work: &mut Work<'_>, order: &str) {
    let mut short = 0;
    for line in work.store.table("order_lines").children_ids(order) {
        if !work_of(work.store, &line).is_empty() {
            continue;
        }
        let Some(row) = work.store.row("order_lines", &line).cloned() else {
            continue;
        };
        let missing =
            places(work.store, &row).into_iter().fold(store::number(&row, "quantity"), |missing, (place, quantity)| {
                assign(work, &row, &place, quantity);
                missing - quantity
            });
        let incomplete = i64::from(missing > 0.0);
        short += incomplete;
        if let Some(row) = work.store.table_mut("order_lines").get_mut(&line) {
            row.insert("incompleteAllocations".to_owned(), incomplete.into());
        }
    }
    set_state(work.store, order, "Is Allocated", 10);
    let id = order.to_owned();
    let now = work.now.and_utc().timestamp_millis();
    if let Some(row) = work.store.table_mut("orders").get_mut(order) {
        row.insert("incompleteAllocations".to_owned(), short.into());
        row.insert("~allocatedAt".to_owned(), now.into());
    }
    if !work.store.under_way.contains(&id) {
        work.store.under_way.push(id);
    }
}

/// Takes the places back.
pub(super) fn deallocate(work: &mut Work<'_>, order: &str) {
    for line in work.store.table("work_order_lines").children_ids(order) {
        work.store.table_mut("work_order_lines").remove(&line);
    }
    for line in work.store.table("order_lines").children_ids(order) {
        if let Some(line) = work.store.table_mut("order_lines").get_mut(&line) {
            line.insert("incompleteAllocations".to_owned(), 0.into());
        }
    }
    work.store.under_way.retain(|other| other != order);
    set_state(work.store, order, "Ready for Allocation", 2);
    if let Some(row) = work.store.table_mut("orders").get_mut(order) {
        row.insert("incompleteAllocations".to_owned(), 0.into());
        row.insert("~allocatedAt".to_owned(), Value::Null);
    }
}

/// Where a line's quantity comes from or goes to: contents, or an empty location.
fn places(store: &Store, line: &Row) -> Vec<(Row, f64)> {
    let mut open = store::number(line, "quantity");
    let direction = store::integer(line, "directionType");
    let contents = store.table("location_contents").children(line["materialId"].as_str().unwrap_or_default());
    if direction == COUNT {
        return contents.map(|content| (content.clone(), 0.0)).collect();
    }
    let mut contents = contents.peekable();
    if INWARD.contains(&direction) {
        let empty = || {
            let mut free = store.table("locations").rows();
            free.find(|place| store::number(place, "currentQuantity") == 0.0)
        };
        let place = contents.peek().copied().or_else(empty);
        return place.map(|place| (place.clone(), open)).into_iter().collect();
    }
    let mut found = Vec::new();
    for content in contents {
        let taken = store::number(content, "currentQuantity").min(open);
        if taken > 0.0 {
            found.push((content.clone(), taken));
            open -= taken;
        }
    }
    found
}

/// One piece of work: a line at a place, which is a content or a location.
fn assign(work: &mut Work<'_>, line: &Row, place: &Row, quantity: f64) {
    let content = place.contains_key("locationId");
    let location = if content { &place["locationId"] } else { &place["id"] };
    let location = work.store.row("locations", location.as_str().unwrap_or_default()).cloned();
    let location = location.unwrap_or_default();
    let content = if content { place["id"].clone() } else { Value::Null };
    let breakdowns = work.store.table("location_content_breakdowns");
    let breakdown = content.as_str().and_then(|content| breakdowns.children(content).next());
    let breakdown = breakdown.map(|row| row["id"].clone()).unwrap_or_default();
    let name = format!("{}-{}", store::text(line, "orderName"), store::integer(line, "number"));
    let row = json!({
        "name": name.chars().take(50).collect::<String>(),
        "orderId": line["orderId"],
        "orderLineId": line["id"],
        "orderName": line["orderName"],
        "materialId": line["materialId"],
        "directionType": line["directionType"],
        "quantity": quantity,
        "locationId": location.get("id"),
        "locationName": location.get("name"),
        "zoneId": location.get("zoneId"),
        "storageUnitId": location.get("~storageUnitId"),
        "locationContentId": content,
        "locationContentBreakdownId": breakdown,
    });
    if let Value::Object(row) = row {
        work.insert("work_order_lines", row);
    }
}
