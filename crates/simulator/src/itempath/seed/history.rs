//! History of the last four weeks: processed order lines of completed orders, and their transactions.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use crate::itempath::dates;
use crate::itempath::seed::articles::Article;
use crate::itempath::seed::storage::{Storage, StorageLocation, WAREHOUSES};
use crate::itempath::seed::{Seeder, names};
use crate::itempath::store::row::Row;
use crate::itempath::warehouse::processing;

/// Number of completed orders.
const COMPLETED_ORDERS: u32 = 90;

pub(super) fn fill(seeder: &mut Seeder<'_>, storage: &Storage, articles: &[Article]) {
    for index in 0..COMPLETED_ORDERS {
        let at = seeder.minutes_ago(u64::from(COMPLETED_ORDERS - index) * 440);
        let order = seeder.context.store.table_mut("orders").new_id();
        for number in 1..=1 + index % 3 {
            let selected = usize::try_from(index * 7 + number * 31).unwrap_or_default();
            let article = &articles[selected % articles.len()];
            let location = &storage.locations[selected % storage.locations.len()];
            let at = at + TimeDelta::seconds(40 * i64::from(number));
            add_line(seeder, &order, (index, number), article, location, at);
        }
        if index % 9 == 0 {
            add_manual_transaction(seeder, &articles[usize::try_from(index).unwrap_or_default()], storage, at);
        }
    }
}

fn add_line(
    seeder: &mut Seeder<'_>,
    order: &Value,
    (index, number): (u32, u32),
    article: &Article,
    location: &StorageLocation,
    at: NaiveDateTime,
) {
    let direction = if index % 4 == 1 { 1 } else { 2 };
    let requested = 2.0 + seeder.quantity(30);
    let short = index % 11 == 6 && direction == 2;
    let confirmed = if short { requested - 1.0 } else { requested };
    let stamp = dates::format_timestamp(at);
    let customer = names::CUSTOMERS[usize::try_from(index).unwrap_or_default() % names::CUSTOMERS.len()];
    let row = json!({
        "orderId": order,
        "orderName": format!("AUF-{} {customer}", 26_000 + index),
        "warehouseName": WAREHOUSES[location.warehouse],
        "materialId": article.id,
        "materialName": article.name,
        "directionType": direction,
        "number": number,
        "quantity": requested,
        "quantityRequested": requested,
        "quantityConfirmed": confirmed,
        "quantityDeviated": requested - confirmed,
        "status": "processed",
        "progressType": 2,
        "lot": if article.tracked { json!(format!("L25-{:04}", 1_000 + index)) } else { Value::Null },
        "pickLocation": if direction == 2 { json!(location.name) } else { Value::Null },
        "putLocation": if direction == 1 { json!(location.name) } else { Value::Null },
        "putDate": if direction == 1 { json!(stamp) } else { Value::Null },
        "modifiedDate": stamp,
        "creationDate": dates::format_timestamp(at - TimeDelta::hours(5)),
    });
    let id = seeder.add("order_lines", row);
    let Some(line) = seeder.context.store.row("order_lines", &id).cloned() else {
        return;
    };
    // Some lines were confirmed in two steps at the same time.
    let parts = if index % 5 == 2 { vec![1.0, confirmed - 1.0] } else { vec![confirmed] };
    for part in parts {
        let work_line = json!({ "locationId": location.location, "quantity": part });
        add_transaction(seeder, &line, &work_line, part, (0, index, at));
    }
    if short {
        add_transaction(seeder, &line, &json!({ "quantity": 1.0 }), 0.0, (2, index, at));
    }
}

fn add_transaction(
    seeder: &mut Seeder<'_>,
    line: &Row,
    work_line: &Value,
    confirmed: f64,
    (motive, index, at): (i64, u32, NaiveDateTime),
) {
    let work_line = work_line.as_object().cloned().unwrap_or_default();
    let mut row = processing::new_transaction(seeder.context.store, line, &work_line, confirmed);
    let person = *seeder.random.pick(&names::PEOPLE);
    row.insert("motiveType".to_owned(), motive.into());
    row.insert("creationDate".to_owned(), dates::format_timestamp(at).into());
    row.insert("userName".to_owned(), person.into());
    row.insert("stationName".to_owned(), "Arbeitsplatz 1".into());
    // Transactions older than a week have been exported.
    row.insert("exportStateType".to_owned(), if index < 65 { 4 } else { 2 }.into());
    seeder.add("transactions", Value::Object(row));
}

/// Adds a put, pick or correction without an order.
fn add_manual_transaction(seeder: &mut Seeder<'_>, article: &Article, storage: &Storage, at: NaiveDateTime) {
    let location = seeder.random.pick(&storage.locations[..storage.locations.len().min(60)]);
    let quantity = seeder.quantity(12);
    let kind = *seeder.random.pick(&[1, 2, 9]);
    let row = json!({
        "creationDate": dates::format_timestamp(at + TimeDelta::minutes(11)),
        "type": kind,
        "directionType": if kind == 2 { 2 } else { 1 },
        "materialName": article.name,
        "quantityRequested": quantity,
        "quantityConfirmed": quantity,
        "reasonCode": if kind == 9 { json!("Zählfehler") } else { Value::Null },
        "userName": *seeder.random.pick(&names::PEOPLE),
        "warehouseName": WAREHOUSES[location.warehouse],
        "storageUnitName": location.unit_name,
        "locationName": location.name,
    });
    seeder.add("transactions", row);
}
