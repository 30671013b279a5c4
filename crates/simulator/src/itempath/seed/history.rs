//! The last four weeks: orders that are gone, their processed lines, and the transactions about them.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::articles::Article;
use super::storage::{Place, Storage, WAREHOUSES};
use super::{Seeding, names};
use crate::itempath::{dates, history, store};

const GONE: u32 = 90;

pub(super) fn fill(seeding: &mut Seeding<'_>, storage: &Storage, articles: &[Article]) {
    for index in 0..GONE {
        let at = seeding.ago(u64::from(GONE - index) * 440);
        let order = seeding.work.store.table_mut("orders").new_id();
        for number in 1..=1 + index % 3 {
            let which = usize::try_from(index * 7 + number * 31).unwrap_or_default();
            let article = &articles[which % articles.len()];
            let place = &storage.places[which % storage.places.len()];
            let at = at + TimeDelta::seconds(40 * i64::from(number));
            line(seeding, &order, (index, number), article, place, at);
        }
        if index % 9 == 0 {
            by_hand(seeding, &articles[usize::try_from(index).unwrap_or_default()], storage, at);
        }
    }
}

fn line(
    seeding: &mut Seeding<'_>,
    order: &Value,
    (index, number): (u32, u32),
    article: &Article,
    place: &Place,
    at: NaiveDateTime,
) {
    let direction = if index % 4 == 1 { 1 } else { 2 };
    let wanted = 2.0 + seeding.quantity(30);
    let short = index % 11 == 6 && direction == 2;
    let confirmed = if short { wanted - 1.0 } else { wanted };
    let stamp = dates::stamp(at);
    let customer = names::CUSTOMERS[usize::try_from(index).unwrap_or_default() % names::CUSTOMERS.len()];
    let row = json!({
        "orderId": order,
        "orderName": format!("AUF-{} {customer}", 26_000 + index),
        "warehouseName": WAREHOUSES[place.warehouse],
        "materialId": article.id,
        "materialName": article.name,
        "directionType": direction,
        "number": number,
        "quantity": wanted,
        "quantityRequested": wanted,
        "quantityConfirmed": confirmed,
        "quantityDeviated": wanted - confirmed,
        "status": "processed",
        "progressType": 2,
        "lot": if article.tracked { json!(format!("L25-{:04}", 1_000 + index)) } else { Value::Null },
        "pickLocation": if direction == 2 { json!(place.name) } else { Value::Null },
        "putLocation": if direction == 1 { json!(place.name) } else { Value::Null },
        "putDate": if direction == 1 { json!(stamp) } else { Value::Null },
        "modifiedDate": stamp,
        "creationDate": dates::stamp(at - TimeDelta::hours(5)),
    });
    let id = seeding.add("order_lines", row);
    let Some(line) = seeding.work.store.row("order_lines", &id).cloned() else {
        return;
    };
    // Some lines were confirmed in two steps, and at the same instant.
    let parts = if index % 5 == 2 { vec![1.0, confirmed - 1.0] } else { vec![confirmed] };
    for part in parts {
        let piece = json!({ "locationId": place.location, "quantity": part });
        tell(seeding, &line, &piece, part, (0, index, at));
    }
    if short {
        tell(seeding, &line, &json!({ "quantity": 1.0 }), 0.0, (2, index, at));
    }
}

fn tell(
    seeding: &mut Seeding<'_>,
    line: &store::Row,
    piece: &Value,
    confirmed: f64,
    (motive, index, at): (i64, u32, NaiveDateTime),
) {
    let piece = piece.as_object().cloned().unwrap_or_default();
    let mut row = history::transaction(seeding.work.store, line, &piece, confirmed);
    let person = *seeding.random.pick(&names::PEOPLE);
    row.insert("motiveType".to_owned(), motive.into());
    row.insert("creationDate".to_owned(), dates::stamp(at).into());
    row.insert("userName".to_owned(), person.into());
    row.insert("stationName".to_owned(), "Arbeitsplatz 1".into());
    // The host has fetched what is older than a week.
    row.insert("exportStateType".to_owned(), if index < 65 { 4 } else { 2 }.into());
    seeding.add("transactions", Value::Object(row));
}

/// Puts and corrections without an order.
fn by_hand(seeding: &mut Seeding<'_>, article: &Article, storage: &Storage, at: NaiveDateTime) {
    let place = &storage.places[usize::try_from(seeding.random.below(60)).unwrap_or_default()];
    let quantity = seeding.quantity(12);
    let kind = *seeding.random.pick(&[1, 2, 9]);
    let row = json!({
        "creationDate": dates::stamp(at + TimeDelta::minutes(11)),
        "type": kind,
        "directionType": if kind == 2 { 2 } else { 1 },
        "materialName": article.name,
        "quantityRequested": quantity,
        "quantityConfirmed": quantity,
        "reasonCode": if kind == 9 { json!("Zählfehler") } else { Value::Null },
        "userName": *seeding.random.pick(&names::PEOPLE),
        "warehouseName": WAREHOUSES[place.warehouse],
        "storageUnitName": place.unit_name,
        "locationName": place.name,
    });
    seeding.add("transactions", row);
}
