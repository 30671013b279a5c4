//! Status and derived members of orders.

use serde_json::json;

use crate::itempath::store::{Store, row};

/// Sets the status of an order: text and number.
pub(in crate::itempath) fn set_status(store: &mut Store, id: &str, text: &str, number: i64) {
    if let Some(order) = store.table_mut("orders").get_mut(id) {
        order.insert("status".to_owned(), text.into());
        order.insert("~orderStatusType".to_owned(), json!(number));
    }
}

/// Updates `hasStock` of an order: 1 if each of its lines has stock.
pub(in crate::itempath) fn update_has_stock(store: &mut Store, id: &str) {
    let stocked = store.table("order_lines").children(id).all(|line| row::integer(line, "hasStock") == 1);
    if let Some(order) = store.table_mut("orders").get_mut(id) {
        order.insert("hasStock".to_owned(), i64::from(stocked).into());
    }
}
