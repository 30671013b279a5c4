//! Location contents and storage rules.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::itempath::dates;
use crate::itempath::seed::Seeder;
use crate::itempath::seed::articles::Article;
use crate::itempath::seed::storage::{Storage, StorageLocation, WAREHOUSES};
use crate::itempath::warehouse::stock;

/// Fills five of six locations; every sixth material has no stock.
pub(super) fn fill(seeder: &mut Seeder<'_>, storage: &Storage, articles: &[Article]) {
    let stocked: Vec<&Article> =
        articles.iter().enumerate().filter(|(index, _)| index % 6 != 5).map(|(_, article)| article).collect();
    let used = storage.locations.iter().enumerate().filter(|(index, _)| index % 6 != 5);
    for (count, (_, location)) in used.enumerate() {
        // There are more locations than articles, so that the first articles are in two locations.
        let article = stocked[count % stocked.len()];
        add_content(seeder, location, article);
    }
    for article in articles {
        stock::update_totals(seeder.context.store, &article.id);
    }
    for (index, article) in articles.iter().enumerate().filter(|(index, _)| index.is_multiple_of(5)) {
        let bin = &storage.bins[index % storage.bins.len()].id;
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
        seeder.add("storage_rules", row);
    }
}

fn add_content(seeder: &mut Seeder<'_>, location: &StorageLocation, article: &Article) {
    let quantity = 20.0 + seeder.quantity(180);
    let age = 2_000 + seeder.random.below(200_000);
    let created = seeder.minutes_ago(age);
    let counted = seeder.random.below(3) == 0;
    let count_date = created + TimeDelta::minutes(1_000);
    let permanent = seeder.random.below(4) == 0;
    let content = json!({
        "binId": location.bin,
        "locationId": location.location,
        "materialId": article.id,
        "storageUnitId": location.unit,
        "storageUnitName": location.unit_name,
        "locationName": location.name,
        "warehouseName": WAREHOUSES[location.warehouse],
        "currentQuantity": quantity,
        "countingCycle": if article.tracked { json!(90) } else { Value::Null },
        "countDate": if counted { json!(dates::format_timestamp(count_date)) } else { Value::Null },
        "nextCountDate": if counted { json!(dates::format_timestamp(count_date + TimeDelta::days(90))) } else { Value::Null },
        "creationDate": dates::format_timestamp(created),
        "isCounted": counted,
        "type": if permanent { 1 } else { 2 },
        "typeDescription": if permanent { "Permanent" } else { "Temporary" },
        "~carrierId": location.carrier,
    });
    let content = seeder.add("location_contents", content);
    let parts = if article.tracked {
        vec![(quantity / 4.0).floor(), quantity - (quantity / 4.0).floor()]
    } else {
        vec![quantity]
    };
    for (index, part) in parts.into_iter().enumerate() {
        let lot = json!(format!("L26-{:04}", 1 + seeder.random.below(9_000)));
        let row = json!({
            "locationContentId": content,
            "creationDate": dates::format_timestamp(created),
            "currentQuantity": part,
            "lot": if article.tracked { lot } else { Value::Null },
            "expiryDate": if article.tracked { json!(dates::format_date((created + TimeDelta::days(730)).date().and_hms_opt(0, 0, 0).unwrap_or(created))) } else { Value::Null },
            "putDate": dates::format_timestamp(created),
            "isBlocked": i64::from(article.tracked && index == 0 && age.is_multiple_of(5)),
            "blockReason": if article.tracked && index == 0 && age.is_multiple_of(5) { json!("Prüfung läuft") } else { Value::Null },
        });
        seeder.add("location_content_breakdowns", row);
    }
    let store = &mut *seeder.context.store;
    for member in ["currentQuantity", "quantity", "expectedQuantity"] {
        stock::add_quantity(store, "locations", &location.location, member, quantity);
    }
    stock::add_quantity(store, "materials", &article.id, "currentQuantity", quantity);
    let level = seeder.integer(90) + 10;
    if let Some(row) = seeder.context.store.table_mut("locations").get_mut(&location.location) {
        row.insert("fillLevel".to_owned(), level.into());
        row.insert("isCounted".to_owned(), counted.into());
        row.insert("isMarkedFull".to_owned(), i64::from(level > 95).into());
    }
}
