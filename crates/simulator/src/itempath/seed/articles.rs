//! Materials, their properties and codes, kits, images, cost centers.

use serde_json::{Value, json};

use crate::itempath::dates;
use crate::itempath::rules::materials::DEFAULT_PROPERTY;
use crate::itempath::seed::{Seeder, names};

/// A material, with the members that orders copy.
pub(super) struct Article {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) tracked: bool,
}

/// Name, description, danger class, and the types of FIFO, space, lot, serial number and expiry date.
const PROPERTIES: [(&str, &str, Option<&str>, [i64; 5]); 4] = [
    (DEFAULT_PROPERTY, "Ohne Besonderheiten", None, [0, 2, 0, 0, 0]),
    ("Chargenpflichtig", "Charge bei jeder Buchung", None, [1, 2, 3, 0, 0]),
    ("Kühlgut ≤ 8 °C", "À conserver au frais", None, [4, 1, 3, 0, 3]),
    ("Gefahrgut", "Øl, fett og spray", Some("3"), [2, 1, 2, 0, 2]),
];

pub(super) fn fill(seeder: &mut Seeder<'_>) -> Vec<Article> {
    let properties = add_properties(seeder);
    let mut articles = Vec::new();
    for (index, (stem, info, unit, price, weight)) in names::MATERIALS.into_iter().enumerate() {
        for (step, size) in (0_u32..).zip(names::SIZES) {
            let number = 1100 + index * 10 + names::SIZES.iter().position(|other| *other == size).unwrap_or_default();
            let tracked = index % 6 == 2;
            let growth = 1.0 + f64::from(step) * 0.25;
            let code = format!("40{number}");
            let row = json!({
                "name": format!("{stem}{size}"),
                "codes": if step == 0 { json!([format!("EAN-{code}"), format!("A{number}")]) } else { json!([format!("EAN-{code}")]) },
                "Info1": info,
                "Info2": if step == 2 { Value::Null } else { json!(format!("Zeichnung {number}-Ä")) },
                "materialPropertyId": properties[usize::from(tracked) + 2 * usize::from(index % 12 == 11)],
                "isBlocked": i64::from(index == 20 && step == 5),
                "blockReason": if index == 20 && step == 5 { json!("Rückruf des Herstellers") } else { Value::Null },
                "reOrderPoint": if step % 2 == 0 { json!(25.0) } else { Value::Null },
                "canOrderPoint": if step % 2 == 0 { json!(50.0) } else { Value::Null },
                "unitOfMeasure": unit,
                "valuePerUnit": (price * growth * 100.0).round() / 100.0,
                "weightPerUnit": (weight * growth).round(),
                "creationDate": dates::format_timestamp(seeder.minutes_ago(400_000 - 1_000 * index as u64 - 100 * u64::from(step))),
                "GroupCode": names::GROUPS[index % names::GROUPS.len()],
                "League": if step % 3 == 0 { json!("A") } else { Value::Null },
            });
            let codes = row["codes"].clone();
            let id = seeder.add("materials", row);
            for code in codes.as_array().into_iter().flatten() {
                seeder.add("material_codes", json!({ "name": code, "materialId": id }));
            }
            if step == 0 && index < 10 {
                let row = json!({
                    "name": format!("{number}.jpg"),
                    "hyperlink": format!("C:\\PPG\\Images\\{number}.jpg"),
                    "origin": format!("D:\\Fotos\\Größe {number}.jpg"),
                    "materialId": id,
                });
                seeder.add("images", row);
            }
            articles.push(Article { id, name: format!("{stem}{size}"), tracked });
        }
    }
    articles.push(add_sample(seeder, &properties[0]));
    for (name, description) in names::COST_CENTERS {
        let created = dates::format_timestamp(seeder.minutes_ago(300_000));
        seeder.add("cost_centers", json!({ "name": name, "description": description, "creationDate": created }));
    }
    articles
}

/// Adds the material of the vendor's examples.
fn add_sample(seeder: &mut Seeder<'_>, property: &str) -> Article {
    let row = json!({
        "name": "S103",
        "codes": ["EAN-S103"],
        "Info1": "Kugelventil Ø15",
        "materialPropertyId": property,
        "unitOfMeasure": "Stk",
        "valuePerUnit": 1.5,
        "creationDate": dates::format_timestamp(seeder.minutes_ago(410_000)),
        "GroupCode": names::GROUPS[0],
        "League": Value::Null,
    });
    let id = seeder.add("materials", row);
    seeder.add("material_codes", json!({ "name": "EAN-S103", "materialId": id }));
    Article { id, name: "S103".to_owned(), tracked: false }
}

fn add_properties(seeder: &mut Seeder<'_>) -> Vec<String> {
    let rows = PROPERTIES.map(|(name, description, danger, [fifo, space, lot, serial, expiry])| {
        json!({
            "name": name,
            "description": description,
            "countingCycle": if lot == 0 { Value::Null } else { json!(90) },
            "dangerClass": danger,
            "fifoType": fifo,
            "spaceType": space,
            "lotUsageType": lot,
            "qualificationUsageType": 0,
            "serialNumberUsageType": serial,
            "expiryDateUsageType": expiry,
            "productionDateUsageType": 0,
            "releaseDateUsageType": 0,
        })
    });
    rows.into_iter().map(|row| seeder.add("material_properties", row)).collect()
}

pub(super) fn fill_kits(seeder: &mut Seeder<'_>, articles: &[Article]) {
    let mut before: Option<(String, &str)> = None;
    for (index, name) in
        ["Wartungssatz Größe 1", "Kit d'étanchéité", "Monteringssett Ø8", "Prüfset komplett"].into_iter().enumerate()
    {
        let kit = seeder.add("kits", json!({ "name": name, "target": "Target", "hasStock": 1 }));
        for number in 1..=3 {
            let article = &articles[index * 18 + number * 7];
            // The last kit contains another kit.
            let nested = before.as_ref().filter(|_| index == 3 && number == 3);
            let (part, part_name) = nested.map_or((&article.id, article.name.as_str()), |(id, name)| (id, *name));
            let quantity = seeder.quantity(8);
            let row = json!({
                "kitId": kit, "materialId": part, "number": number, "quantity": quantity, "hasStock": 1,
                "~materialName": part_name,
            });
            seeder.add("kit_lines", row);
        }
        before = Some((kit, name));
    }
}
