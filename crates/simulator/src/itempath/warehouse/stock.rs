//! Quantities of materials: bookings of order lines, and totals.

use serde_json::{Value, json};

use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};
use crate::itempath::warehouse::direction::{COUNT, is_inbound};

/// Returns the material with a name or a code.
pub(in crate::itempath) fn material_by_name<'a>(store: &'a Store, name: &str) -> Option<&'a Row> {
    let by_code = || {
        let code = store.table("material_codes").find("name", name)?;
        store.row("materials", code["materialId"].as_str()?)
    };
    store.table("materials").find("name", name).or_else(by_code)
}

/// Updates the material's name on its queued order lines.
pub(in crate::itempath) fn rename_on_lines(store: &mut Store, material: &str, name: &Value) {
    let lines = store.table("order_lines").rows();
    let lines = lines.filter(|line| line["materialId"] == material && line["materialName"] != *name);
    let stale: Vec<String> = lines.filter(|line| line["status"] == "queued").map(row::id).collect();
    for line in stale {
        if let Some(line) = store.table_mut("order_lines").get_mut(&line) {
            line.insert("materialName".to_owned(), name.clone());
        }
    }
}

/// Adds a line's quantity, multiplied by `times`, to the open quantities of its material; -1 reverses a booking.
pub(in crate::itempath) fn book_line(store: &mut Store, line: &str, times: f64) {
    let Some(line) = store.row("order_lines", line) else {
        return;
    };
    let direction = row::integer(line, "directionType");
    if direction == COUNT || line["status"] != "queued" {
        return;
    }
    let member = if is_inbound(direction) { "putQuantity" } else { "pickQuantity" };
    let (material, quantity) = (row::text(line, "materialId"), row::number(line, "quantity") * times);
    add_quantity(store, "materials", &material, member, quantity);
    update_totals(store, &material);
}

/// Updates the totals that follow from the quantities of a material.
pub(in crate::itempath) fn update_totals(store: &mut Store, material: &str) {
    let contents = store.table("location_contents").children(material);
    let locations = contents.filter(|content| row::number(content, "currentQuantity") > 0.0).count();
    let Some(row) = store.table_mut("materials").get_mut(material) else {
        return;
    };
    let current = row::number(row, "currentQuantity");
    let net = current + row::number(row, "putQuantity") - row::number(row, "pickQuantity");
    let value = current * row::number(row, "valuePerUnit");
    row.insert("netQuantity".to_owned(), json!(net));
    row.insert("expectedQuantity".to_owned(), json!(net));
    row.insert("currentValue".to_owned(), json!((value * 100.0).round() / 100.0));
    row.insert("locationCount".to_owned(), json!(f64::from(u32::try_from(locations).unwrap_or(u32::MAX))));
}

/// Adds a quantity to a member of a row.
pub(in crate::itempath) fn add_quantity(store: &mut Store, path: &str, id: &str, member: &str, quantity: f64) {
    if let Some(row) = store.table_mut(path).get_mut(id) {
        let sum = row::number(row, member) + quantity;
        row.insert(member.to_owned(), json!(sum));
    }
}
