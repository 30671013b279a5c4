//! Open orders in every state, and batches with work in them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::articles::Article;
use super::storage::WAREHOUSES;
use super::{Seeding, names};
use crate::itempath::rules::orders::{follow_lines, set_state};
use crate::itempath::{dates, stock, store};

const OPEN: usize = 24;

pub(super) fn fill(seeding: &mut Seeding<'_>, articles: &[Article]) {
    let batches = batches(seeding);
    for index in 0..OPEN {
        let order = order(seeding, index, articles);
        // A third each is untouched or ready, allocated, in process.
        match index % 6 {
            0 | 1 => {}
            2 => set_state(seeding.work.store, &order, "Ready for Allocation", 2),
            state => {
                stock::allocate(&mut seeding.work, &order);
                if state == 5 {
                    set_state(seeding.work.store, &order, "In Process", 11);
                    into_batch(seeding, &order, &batches[index % batches.len()]);
                }
            }
        }
    }
    // Nobody works on these by themselves, so that they are there whenever they are looked for.
    seeding.work.store.under_way.clear();
}

fn batches(seeding: &mut Seeding<'_>) -> Vec<String> {
    let rows = [
        ("Frühschicht Köln", 1, 2),
        ("Tournée du matin", 2, 3),
        ("Båtleveranse Tromsø", 2, 4),
        ("Nachschub Süd", 3, 1),
    ];
    let mut batches = Vec::new();
    for (index, (name, kind, priority)) in rows.into_iter().enumerate() {
        let deadline = seeding.work.now + TimeDelta::hours(6 + 4 * i64::try_from(index).unwrap_or_default());
        let row = json!({
            "name": name,
            "type": kind,
            "priority": priority,
            "deadline": if index == 3 { Value::Null } else { json!(dates::plain(deadline)) },
            "creationDate": dates::stamp(seeding.ago(900 - 60 * index as u64)),
        });
        batches.push(seeding.add("batches", row));
    }
    batches
}

fn order(seeding: &mut Seeding<'_>, index: usize, articles: &[Article]) -> String {
    let direction: i64 = match index % 8 {
        3 => 1,
        7 => 5,
        _ => 2,
    };
    let warehouse = if index % 5 == 4 { index % 3 } else { 0 };
    let customer = names::CUSTOMERS[index % names::CUSTOMERS.len()];
    let created = seeding.ago(2_000 - 70 * index as u64);
    let stamp = dates::stamp(created);
    let row = json!({
        "name": format!("AUF-{} {customer}", 26_100 + index),
        "directionType": direction,
        "priority": 1 + seeding.integer(4),
        "deadline": if index.is_multiple_of(4) { Value::Null } else { json!(dates::plain((created + TimeDelta::days(4)).date().and_hms_opt(12, 0, 0).unwrap_or(created))) },
        "Info1": customer,
        "Info2": if index.is_multiple_of(3) { json!("Eilt – bitte prüfen") } else { Value::Null },
        "warehouseName": WAREHOUSES[warehouse],
        "recipient": *seeding.random.pick(&names::PEOPLE),
        "modifiedDate": stamp,
        "creationDate": stamp,
        "CustomerNo": 7_000 + index,
    });
    let order = seeding.add("orders", row);
    for number in 1..=1 + index % 4 {
        let article = &articles[(index * 13 + number * 29) % articles.len()];
        let quantity = if direction == 5 { 0.0 } else { seeding.quantity(20) };
        let stocked = seeding
            .work
            .store
            .row("materials", &article.id)
            .is_some_and(|row| store::number(row, "currentQuantity") > 0.0);
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
        let line = seeding.add("order_lines", row);
        stock::book_line(seeding.work.store, &line, 1.0);
    }
    follow_lines(seeding.work.store, &order);
    order
}

fn into_batch(seeding: &mut Seeding<'_>, order: &str, batch: &str) {
    let lines = seeding.work.store.table("work_order_lines").children_ids(order);
    for (rank, line) in (1_i64..).zip(lines) {
        if let Some(line) = seeding.work.store.table_mut("work_order_lines").get_mut(&line) {
            line.insert("batchId".to_owned(), batch.into());
            line.insert("handlingRank".to_owned(), rank.into());
            line.insert("progressType".to_owned(), 2.into());
        }
    }
}
