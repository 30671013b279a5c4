//! Warehouses, machines, carriers, shelves, bins, zones, locations.

use serde_json::{Value, json};

use crate::itempath::loaded::Loaded;
use crate::itempath::seed::Seeder;
use crate::itempath::store::row::{Row, integer, text};

/// A storage location, with the members that its contents and transactions copy.
pub(super) struct StorageLocation {
    pub(super) location: String,
    pub(super) name: String,
    pub(super) bin: String,
    pub(super) unit: String,
    pub(super) unit_name: String,
    pub(super) carrier: String,
    pub(super) warehouse: usize,
}

/// A bin for seeded locations.
pub(super) struct Bin {
    pub(super) id: String,
    kind: Value,
    depth: Value,
    width: Value,
}

/// The created locations and bins.
pub(super) struct Storage {
    pub(super) locations: Vec<StorageLocation>,
    /// At most four bins, in which the seeded locations have their stock.
    pub(super) bins: Vec<Bin>,
}

pub(in crate::itempath) const WAREHOUSES: [&str; 4] =
    ["Hauptlager Köln", "Entrepôt Orléans", "Lager Tromsø", "Warehouse 1"];

const ADDRESSES: [[&str; 3]; 4] = [
    ["Deutz-Mülheimer Straße 30", "50679 Köln", "Deutschland"],
    ["12 rue de l'Étang", "45000 Orléans", "France"],
    ["Stakkevollvegen 55", "9010 Tromsø", "Norge"],
    // An empty warehouse, named as in the vendor's examples.
    ["Straße der Technik 1", "86356 Neusäß", "Deutschland"],
];

/// Storage units: name, description, type, warehouse and number of carriers.
const UNITS: [(&str, &str, i64, usize, u32); 5] = [
    ("VLM 1", "Shuttle XP 500, Kleinteile", 5, 0, 8),
    ("VLM 2", "Shuttle XP 500, Elektrik", 5, 0, 8),
    ("Fachbodenregal Süd", "Langsamdreher", 1, 0, 4),
    ("Carrousel Érable", "Carrousel vertical, pièces détachées", 3, 1, 6),
    ("Tårn Ørret", "Vertikal buffer, reservedeler", 9, 2, 4),
];

/// Bins: name, cell name, color, type, depth, width and height.
const BINS: [(&str, Option<&str>, [i64; 5]); 8] = [
    ("KLT 3215", None, [0, 1, 300, 200, 150]),
    ("KLT 4315", None, [0, 1, 400, 300, 150]),
    ("Sichtlagerkasten Größe 4", None, [3, 1, 230, 150, 130]),
    ("Bac à bec n° 3", None, [5, 1, 290, 140, 130]),
    ("Container 600×400", None, [1, 2, 600, 400, 220]),
    ("Teilbarer Kasten", Some("Fach"), [2, 3, 600, 400, 120]),
    ("Fach 100×100", Some("Fach"), [2, 4, 100, 100, 120]),
    ("Gulvplass", None, [0, 5, 1200, 800, 1000]),
];

const LOCATIONS_PER_SHELF: u32 = 6;
/// Number of bins that the seeded locations have.
const USED_BINS: usize = 4;
/// Number of carriers of a loaded storage unit.
const LOADED_CARRIERS: u32 = 4;

/// Number of a carrier that is blocked for picks and puts.
const BLOCKED_CARRIER: u32 = 30;

pub(super) fn fill(seeder: &mut Seeder<'_>, loaded: &Loaded) -> Storage {
    let mut storage = Storage { locations: Vec::new(), bins: bins(seeder, loaded) };
    let mut warehouses = Vec::new();
    for (name, [street, city, country]) in WAREHOUSES.into_iter().zip(ADDRESSES) {
        let row = json!({ "name": name, "address1": street, "address2": city, "address3": country });
        warehouses.push(seeder.add("warehouses", row));
    }
    let zones = zones(seeder, &warehouses);
    let units = loaded.storage_units().map_or_else(seeded_units, |loaded| {
        loaded.into_iter().map(|(row, warehouse)| Unit { row, warehouse, carriers: LOADED_CARRIERS }).collect()
    });
    for (index, unit) in units.into_iter().enumerate() {
        let (warehouse, zones) = (&warehouses[unit.warehouse], &zones[unit.warehouse]);
        fill_unit(seeder, &mut storage, index, unit, warehouse, zones);
    }
    stations(seeder);
    storage
}

/// A storage unit to create.
struct Unit {
    row: Row,
    /// Index of its warehouse.
    warehouse: usize,
    carriers: u32,
}

fn seeded_units() -> Vec<Unit> {
    let units = UNITS.iter().map(|&(name, description, kind, warehouse, carriers)| {
        let row = json!({
            "name": name,
            "description": description,
            "type": kind,
            "depthSteps": 8,
            "widthSteps": 24,
            "grossDepth": 857.0,
            "grossWidth": 2850.0,
            "netDepth": 813.0,
            "netWidth": 2450.0,
            "maxWeight": 60_000_000.0,
            "isManualSequenceNumbers": 0,
        });
        Unit { row: object(row), warehouse, carriers }
    });
    units.collect()
}

fn object(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        _ => Row::new(),
    }
}

fn bins(seeder: &mut Seeder<'_>, loaded: &Loaded) -> Vec<Bin> {
    let seeded = || {
        BINS.map(|(name, cell, [color, kind, depth, width, height])| {
            object(json!({
                "name": name,
                "cellName": cell,
                "color": color,
                "type": kind,
                "depth": depth,
                "width": width,
                "height": height,
                "insideDepth": depth - 12,
                "insideWidth": width - 12,
                "xSlots": if kind == 3 { 4 } else { 1 },
                "ySlots": if kind == 3 { 2 } else { 1 },
            }))
        })
    };
    let rows = loaded.bins().unwrap_or_else(|| seeded().to_vec());
    let bins = rows.into_iter().map(|row| {
        let member = |name: &str, default: i64| {
            row.get(name).cloned().filter(|value| !value.is_null()).unwrap_or(json!(default))
        };
        let (kind, depth, width) = (member("type", 1), member("depth", 300), member("width", 200));
        Bin { id: seeder.add("bins", row.into()), kind, depth, width }
    });
    let mut bins: Vec<Bin> = bins.collect();
    bins.truncate(USED_BINS);
    bins
}

/// Adds a picking and a putting zone for each warehouse.
fn zones(seeder: &mut Seeder<'_>, warehouses: &[String]) -> Vec<[String; 2]> {
    let names = [
        ["Kommissionierung Köln", "Wareneingang Köln"],
        ["Préparation Orléans", "Réception Orléans"],
        ["Plukksone Tromsø", "Innlevering Tromsø"],
        ["Picking zone", "Putting zone"],
    ];
    let mut zones = Vec::new();
    for (index, warehouse) in warehouses.iter().enumerate() {
        zones.push([1, 2].map(|kind: i64| {
            let name = names[index][usize::from(kind == 2)];
            let row = json!({
                "name": name,
                "warehouseId": warehouse,
                "~warehouse": WAREHOUSES[index],
                "abcClass": 0,
                "color": if kind == 1 { 16_777_215 } else { 65_280 },
                "type": kind,
                "pickType": 1,
                "putType": 1,
            });
            seeder.add("zones", row)
        }));
    }
    zones
}

fn fill_unit(
    seeder: &mut Seeder<'_>,
    storage: &mut Storage,
    index: usize,
    Unit { mut row, warehouse: warehouse_index, carriers }: Unit,
    warehouse: &str,
    zones: &[String; 2],
) {
    let (name, is_shuttle) = (text(&row, "name"), integer(&row, "type") == 5);
    row.insert("warehouseId".to_owned(), warehouse.into());
    let unit = seeder.add("storage_units", row.into());
    for number in 1..=if is_shuttle { 2 } else { 1 } {
        let row = json!({
            "name": format!("{name} – Öffnung {number}"),
            "storageUnitId": unit,
            "parameters": format!("AccessPointNumber\\={number};Index\\={number}"),
            "isBlocked": false,
        });
        seeder.add("access_points", row);
    }
    let earlier = u32::try_from(seeder.context.store.table("carriers").rows().count()).unwrap_or_default();
    for number in 1..=carriers {
        let carrier = earlier + number;
        let is_blocked = carrier == BLOCKED_CARRIER;
        let carrier = json!({
            "name": format!("{carrier:03}"),
            "number": carrier,
            "maxWeight": 500_000,
            "isBlockedForPick": i64::from(is_blocked),
            "isBlockedForPut": i64::from(is_blocked),
            "blockReason": is_blocked.then_some("Schiene verbogen"),
        });
        let carrier = seeder.add("carriers", carrier);
        let shelf = json!({
            "name": format!("{name}-{number:02}-A"),
            "carrierId": carrier,
            "zoneId": zones[0],
            "number": number,
            "sequenceNumber": number,
            "depth": 813.0,
            "width": 2450.0,
            "minHeight": 90.0,
            "maxHeight": 315.0,
            "depthSteps": 8,
            "widthSteps": 24,
            "maxWeight": 500_000.0,
            "xCoordinate": 0.0,
            "yCoordinate": f64::from(number) * 100.0,
            "zCoordinate": 0.0,
        });
        let shelf = seeder.add("shelves", shelf);
        for slot in 1..=LOCATIONS_PER_SHELF {
            let at = format!("{}-{number:02}-{slot:02}", index + 1);
            let (bin, row) = location(seeder, storage, &at, slot, (&shelf, &carrier, &unit), zones);
            let location = StorageLocation {
                location: seeder.add("locations", row),
                name: at,
                bin,
                unit: unit.clone(),
                unit_name: name.clone(),
                carrier: carrier.clone(),
                warehouse: warehouse_index,
            };
            storage.locations.push(location);
        }
    }
}

fn location(
    seeder: &mut Seeder<'_>,
    storage: &Storage,
    name: &str,
    slot: u32,
    (shelf, carrier, unit): (&str, &str, &str),
    zones: &[String; 2],
) -> (String, Value) {
    let Bin { id: bin, kind, depth, width } = seeder.random.pick(&storage.bins);
    let row = json!({
        "name": name,
        "binId": bin,
        "shelfId": shelf,
        "zoneId": if slot == 6 { Value::Null } else { json!(zones[usize::from(slot == 5)]) },
        "binDepth": depth,
        "binWidth": width,
        "depth": depth,
        "width": width,
        "type": kind,
        "xCoordinate": f64::from(slot - 1) * 400.0,
        "yCoordinate": 0.0,
        "~carrierId": carrier,
        "~storageUnitId": unit,
    });
    (bin.clone(), row)
}

fn stations(seeder: &mut Seeder<'_>) {
    for (name, description) in [
        ("Arbeitsplatz 1", "Kommissionierung am VLM 1"),
        ("Arbeitsplatz 2", "Wareneingang, Prüfung"),
        ("Poste Orléans", "Préparation des commandes"),
        ("Stasjon Tromsø", "Plukk og innlevering"),
    ] {
        seeder.add("stations", json!({ "name": name, "description": description }));
    }
    for (name, description, kind) in [
        ("sys", "Power Pick Server", 1),
        ("PPG-KÖLN-01", "Terminal am VLM 1", 3),
        ("PPG-ORLÉANS-01", "Poste de préparation", 3),
        ("REGELWERK", "Automatische Regeln", 4),
    ] {
        seeder.add("clients", json!({ "name": name, "description": description, "type": kind }));
    }
}
