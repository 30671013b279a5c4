//! Allocation of order lines to locations.

use serde_json::{Map, Value, json};

use crate::itempath::body::Draft;
use crate::itempath::context::Context;
use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};
use crate::itempath::warehouse::direction::{COUNT, is_inbound};
use crate::itempath::warehouse::order_status::set_status;

/// Returns the ids of the work order lines of an order line.
pub(in crate::itempath) fn work_line_ids(store: &Store, line: &str) -> Vec<String> {
    let order = store.row("order_lines", line).map(|line| row::text(line, "orderId"));
    let table = store.table("work_order_lines");
    let lines = table.children(order.as_deref().unwrap_or_default());
    lines.filter(|work_line| work_line["orderLineId"] == line).map(row::id).collect()
}

/// Builds the lines of a count order that names locations, carriers or zones: one line per location content.
pub(in crate::itempath) fn count_lines(store: &Store, draft: &mut Draft) -> Vec<Map<String, Value>> {
    let ids = |list: Option<&Value>| -> Vec<Value> {
        let items = list.and_then(Value::as_array).into_iter().flatten();
        items.map(|item| item["id"].clone()).collect()
    };
    let locations = ids(draft.take("locations").as_ref());
    let carriers = ids(draft.take("carriers").as_ref());
    let zones = ids(draft.members.get("zones"));
    let is_selected = |content: &&Row| {
        let location = || store.row("locations", &row::text(content, "locationId"));
        locations.contains(&content["locationId"])
            || carriers.contains(&content["~carrierId"])
            || (!zones.is_empty() && location().is_some_and(|location| zones.contains(&location["zoneId"])))
    };
    let contents = store.table("location_contents").rows().filter(is_selected);
    contents
        .map(|content| {
            let line = json!({ "materialId": content["materialId"], "quantity": 0.0 });
            line.as_object().cloned().unwrap_or_default()
        })
        .collect()
}

/// Allocates locations to the lines of an order that have none yet.
pub(in crate::itempath) fn allocate(context: &mut Context<'_>, order: &str) {
    let mut incomplete_lines = 0;
    for line in context.store.table("order_lines").children_ids(order) {
        if !work_line_ids(context.store, &line).is_empty() {
            continue;
        }
        let Some(row) = context.store.row("order_lines", &line).cloned() else {
            continue;
        };
        let missing = sources(context.store, &row).into_iter().fold(
            row::number(&row, "quantity"),
            |missing, (source, quantity)| {
                add_work_line(context, &row, &source, quantity);
                missing - quantity
            },
        );
        let incomplete = i64::from(missing > 0.0);
        incomplete_lines += incomplete;
        if let Some(row) = context.store.table_mut("order_lines").get_mut(&line) {
            row.insert("incompleteAllocations".to_owned(), incomplete.into());
        }
    }
    set_status(context.store, order, "Is Allocated", 10);
    let id = order.to_owned();
    let now = context.now.and_utc().timestamp_millis();
    if let Some(row) = context.store.table_mut("orders").get_mut(order) {
        row.insert("incompleteAllocations".to_owned(), incomplete_lines.into());
        row.insert("~allocatedAt".to_owned(), now.into());
    }
    if !context.store.allocated_orders.contains(&id) {
        context.store.allocated_orders.push(id);
    }
}

/// Removes the allocation of an order.
pub(in crate::itempath) fn deallocate(context: &mut Context<'_>, order: &str) {
    for line in context.store.table("work_order_lines").children_ids(order) {
        context.store.table_mut("work_order_lines").remove(&line);
    }
    for line in context.store.table("order_lines").children_ids(order) {
        if let Some(line) = context.store.table_mut("order_lines").get_mut(&line) {
            line.insert("incompleteAllocations".to_owned(), 0.into());
        }
    }
    context.store.allocated_orders.retain(|other| other != order);
    set_status(context.store, order, "Ready for Allocation", 2);
    if let Some(row) = context.store.table_mut("orders").get_mut(order) {
        row.insert("incompleteAllocations".to_owned(), 0.into());
        row.insert("~allocatedAt".to_owned(), Value::Null);
    }
}

/// Returns the contents or locations that a line takes from or puts to, with quantities.
fn sources(store: &Store, line: &Row) -> Vec<(Row, f64)> {
    let mut open = row::number(line, "quantity");
    let direction = row::integer(line, "directionType");
    let contents = store.table("location_contents").children(line["materialId"].as_str().unwrap_or_default());
    if direction == COUNT {
        return contents.map(|content| (content.clone(), 0.0)).collect();
    }
    let mut contents = contents.peekable();
    if is_inbound(direction) {
        let empty = || {
            let mut free = store.table("locations").rows();
            free.find(|location| row::number(location, "currentQuantity") == 0.0)
        };
        let source = contents.peek().copied().or_else(empty);
        return source.map(|source| (source.clone(), open)).into_iter().collect();
    }
    let mut found = Vec::new();
    for content in contents {
        let quantity = row::number(content, "currentQuantity").min(open);
        if quantity > 0.0 {
            found.push((content.clone(), quantity));
            open -= quantity;
        }
    }
    found
}

/// Creates a work order line for an order line at a location content or location.
fn add_work_line(context: &mut Context<'_>, line: &Row, source: &Row, quantity: f64) {
    let content = source.contains_key("locationId");
    let location = if content { &source["locationId"] } else { &source["id"] };
    let location = context.store.row("locations", location.as_str().unwrap_or_default()).cloned();
    let location = location.unwrap_or_default();
    let content = if content { source["id"].clone() } else { Value::Null };
    let breakdowns = context.store.table("location_content_breakdowns");
    let breakdown = content.as_str().and_then(|content| breakdowns.children(content).next());
    let breakdown = breakdown.map(|row| row["id"].clone()).unwrap_or_default();
    let name = format!("{}-{}", row::text(line, "orderName"), row::integer(line, "number"));
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
        context.insert("work_order_lines", row);
    }
}
