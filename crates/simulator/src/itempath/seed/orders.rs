//! Open orders in every status, and batches with work order lines.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::itempath::dates;
use crate::itempath::seed::articles::Article;
use crate::itempath::seed::storage::WAREHOUSES;
use crate::itempath::seed::{Seeder, names};
use crate::itempath::store::row;
use crate::itempath::warehouse::order_status::{set_status, update_has_stock};
use crate::itempath::warehouse::{allocation, stock};

/// Number of open orders.
const OPEN_ORDERS: usize = 24;

pub(super) fn fill(seeder: &mut Seeder<'_>, articles: &[Article]) {
    let batches = add_batches(seeder);
    for index in 0..OPEN_ORDERS {
        let order = add_order(seeder, index, articles);
        // A third of the orders is untouched, a sixth ready for allocation, a third allocated, a sixth in process.
        match index % 6 {
            0 | 1 => {}
            2 => set_status(seeder.context.store, &order, "Ready for Allocation", 2),
            state => {
                allocation::allocate(&mut seeder.context, &order);
                if state == 5 {
                    set_status(seeder.context.store, &order, "In Process", 11);
                    assign_to_batch(seeder, &order, &batches[index % batches.len()]);
                }
            }
        }
    }
    // Seeded orders are not processed as time passes, so that clients always find open orders.
    seeder.context.store.allocated_orders.clear();
}

fn add_batches(seeder: &mut Seeder<'_>) -> Vec<String> {
    let rows = [
        ("Frühschicht Köln", 1, 2),
        ("Tournée du matin", 2, 3),
        ("Båtleveranse Tromsø", 2, 4),
        ("Nachschub Süd", 3, 1),
    ];
    let mut batches = Vec::new();
    for (index, (name, kind, priority)) in rows.into_iter().enumerate() {
        let deadline = seeder.context.now + TimeDelta::hours(6 + 4 * i64::try_from(index).unwrap_or_default());
        let row = json!({
            "name": name,
            "type": kind,
            "priority": priority,
            "deadline": if index == 3 { Value::Null } else { json!(dates::format_date(deadline)) },
            "creationDate": dates::format_timestamp(seeder.minutes_ago(900 - 60 * index as u64)),
        });
        batches.push(seeder.add("batches", row));
    }
    batches
}

fn add_order(seeder: &mut Seeder<'_>, index: usize, articles: &[Article]) -> String {
    let direction: i64 = match index % 8 {
        3 => 1,
        7 => 5,
        _ => 2,
    };
    let warehouse = if index % 5 == 4 { index % 3 } else { 0 };
    let customer = names::CUSTOMERS[index % names::CUSTOMERS.len()];
    let created = seeder.minutes_ago(2_000 - 70 * index as u64);
    let stamp = dates::format_timestamp(created);
    let row = json!({
        "name": format!("AUF-{} {customer}", 26_100 + index),
        "directionType": direction,
        "priority": 1 + seeder.integer(4),
        "deadline": if index.is_multiple_of(4) { Value::Null } else { json!(dates::format_date((created + TimeDelta::days(4)).date().and_hms_opt(12, 0, 0).unwrap_or(created))) },
        "Info1": customer,
        "Info2": if index.is_multiple_of(3) { json!("Eilt – bitte prüfen") } else { Value::Null },
        "warehouseName": WAREHOUSES[warehouse],
        "recipient": *seeder.random.pick(&names::PEOPLE),
        "modifiedDate": stamp,
        "creationDate": stamp,
        "CustomerNo": 7_000 + index,
    });
    let order = seeder.add("orders", row);
    for number in 1..=1 + index % 4 {
        let article = &articles[(index * 13 + number * 29) % articles.len()];
        let quantity = if direction == 5 { 0.0 } else { seeder.quantity(20) };
        let stocked = seeder
            .context
            .store
            .row("materials", &article.id)
            .is_some_and(|row| row::number(row, "currentQuantity") > 0.0);
        let row = json!({
            "orderId": order,
            "orderName": format!("AUF-{} {customer}", 26_100 + index),
            "warehouseName": WAREHOUSES[warehouse],
            "materialId": article.id,
            "materialName": article.name,
            "directionType": direction,
            "number": number,
            "quantity": quantity,
            "quantityDeviated": quantity,
            "lot": if article.tracked { json!(format!("L26-{:04}", 100 + index)) } else { Value::Null },
            "costCenterName": names::COST_CENTERS[index % names::COST_CENTERS.len()].0,
            "hasStock": i64::from(stocked),
            "modifiedDate": stamp,
            "creationDate": stamp,
        });
        let line = seeder.add("order_lines", row);
        stock::book_line(seeder.context.store, &line, 1.0);
    }
    update_has_stock(seeder.context.store, &order);
    order
}

fn assign_to_batch(seeder: &mut Seeder<'_>, order: &str, batch: &str) {
    let lines = seeder.context.store.table("work_order_lines").children_ids(order);
    for (rank, line) in (1_i64..).zip(lines) {
        if let Some(line) = seeder.context.store.table_mut("work_order_lines").get_mut(&line) {
            line.insert("batchId".to_owned(), batch.into());
            line.insert("handlingRank".to_owned(), rank.into());
            line.insert("progressType".to_owned(), 2.into());
        }
    }
}
