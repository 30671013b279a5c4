//! What lies where, and where it should lie.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Seeding;
use super::articles::Article;
use super::storage::{Place, Storage, WAREHOUSES};
use crate::itempath::{dates, stock};

/// One location of six stays empty; each sixth material has no stock.
pub(super) fn fill(seeding: &mut Seeding<'_>, storage: &Storage, articles: &[Article]) {
    let stocked: Vec<&Article> =
        articles.iter().enumerate().filter(|(index, _)| index % 6 != 5).map(|(_, article)| article).collect();
    let used = storage.places.iter().enumerate().filter(|(index, _)| index % 6 != 5);
    for (count, (_, place)) in used.enumerate() {
        // The articles come round: the first of them lie in two places.
        let article = stocked[count % stocked.len()];
        lay(seeding, place, article);
    }
    for article in articles {
        stock::balance(seeding.work.store, &article.id);
    }
    for (index, article) in articles.iter().enumerate().filter(|(index, _)| index.is_multiple_of(5)) {
        let bin = &storage.bins[index % 4];
        let row = json!({
            "name": format!("Regel {}", index + 1),
            "description": format!("Für {}", article.name),
            "materialId": article.id,
            "binId": bin,
            "isDefaultBin": index.is_multiple_of(2),
            "minStockPerBin": 1.0,
            "maxStockPerBin": 250.0,
            "requiredCapacity": 10,
        });
        seeding.add("storage_rules", row);
    }
}

fn lay(seeding: &mut Seeding<'_>, place: &Place, article: &Article) {
    let quantity = 20.0 + seeding.quantity(180);
    let age = 2_000 + seeding.random.below(200_000);
    let created = seeding.ago(age);
    let counted = seeding.random.below(3) == 0;
    let count_date = created + TimeDelta::minutes(1_000);
    let permanent = seeding.random.below(4) == 0;
    let content = json!({
        "binId": place.bin,
        "locationId": place.location,
        "materialId": article.id,
        "storageUnitId": place.unit,
        "storageUnitName": place.unit_name,
        "locationName": place.name,
        "warehouseName": WAREHOUSES[place.warehouse],
        "currentQuantity": quantity,
        "countingCycle": if article.tracked { json!(90) } else { Value::Null },
        "countDate": if counted { json!(dates::stamp(count_date)) } else { Value::Null },
        "nextCountDate": if counted { json!(dates::stamp(count_date + TimeDelta::days(90))) } else { Value::Null },
        "creationDate": dates::stamp(created),
        "isCounted": counted,
        "type": if permanent { 1 } else { 2 },
        "typeDescription": if permanent { "Permanent" } else { "Temporary" },
        "~carrierId": place.carrier,
    });
    let content = seeding.add("location_contents", content);
    let parts = if article.tracked {
        vec![(quantity / 4.0).floor(), quantity - (quantity / 4.0).floor()]
    } else {
        vec![quantity]
    };
    for (index, part) in parts.into_iter().enumerate() {
        let lot = json!(format!("L26-{:04}", 1 + seeding.random.below(9_000)));
        let row = json!({
            "locationContentId": content,
            "creationDate": dates::stamp(created),
            "currentQuantity": part,
            "lot": if article.tracked { lot } else { Value::Null },
            "expiryDate": if article.tracked { json!(dates::plain((created + TimeDelta::days(730)).date().and_hms_opt(0, 0, 0).unwrap_or(created))) } else { Value::Null },
            "putDate": dates::stamp(created),
            "isBlocked": i64::from(article.tracked && index == 0 && age.is_multiple_of(5)),
            "blockReason": if article.tracked && index == 0 && age.is_multiple_of(5) { json!("Prüfung läuft") } else { Value::Null },
        });
        seeding.add("location_content_breakdowns", row);
    }
    let store = &mut *seeding.work.store;
    for member in ["currentQuantity", "quantity", "expectedQuantity"] {
        stock::add(store, "locations", &place.location, member, quantity);
    }
    stock::add(store, "materials", &article.id, "currentQuantity", quantity);
    let level = seeding.integer(90) + 10;
    if let Some(row) = seeding.work.store.table_mut("locations").get_mut(&place.location) {
        row.insert("fillLevel".to_owned(), level.into());
        row.insert("isCounted".to_owned(), counted.into());
        row.insert("isMarkedFull".to_owned(), i64::from(level > 95).into());
    }
}
