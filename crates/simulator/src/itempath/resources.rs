//! The table of resources.

mod articles;
mod own;
mod stock;
mod storage;
mod work;

use super::schema::{Field, Kind, Resource, field};

/// Every resource, in the order of the documentation.
pub(super) const RESOURCES: [&Resource; 31] = [
    &own::USERS,
    &articles::MATERIALS,
    &articles::MATERIAL_CODES,
    &articles::MATERIAL_PROPERTIES,
    &work::ORDERS,
    &work::ORDER_LINES,
    &work::TRANSACTIONS,
    &work::BATCHES,
    &work::WORK_ORDER_LINES,
    &stock::STORAGE_RULES,
    &stock::LOCATIONS,
    &stock::LOCATION_CONTENTS,
    &stock::LOCATION_CONTENT_BREAKDOWNS,
    &storage::WAREHOUSES,
    &storage::STORAGE_UNITS,
    &storage::ACCESS_POINTS,
    &storage::CARRIERS,
    &storage::SHELVES,
    &storage::BINS,
    &storage::ZONES,
    &storage::STATIONS,
    &storage::CLIENTS,
    &articles::COST_CENTERS,
    &articles::KITS,
    &articles::KIT_LINES,
    &articles::IMAGES,
    &own::REPORTS,
    &own::REPORT_ROWS,
    &own::SNAPSHOTS,
    &own::SETTINGS,
    &own::CONNECTIONS,
];

pub(super) use own::CALLS;

/// The call log is a resource too, but nobody writes it by a call.
pub(super) fn all() -> impl Iterator<Item = &'static Resource> {
    RESOURCES.into_iter().chain([&CALLS])
}

pub(super) fn find(path: &str) -> &'static Resource {
    all().find(|resource| resource.path == path).expect("the table has every name that the code uses")
}

const INFO: usize = 80;
const INFOS: [Field; 5] = [
    field("Info1", Kind::Text(INFO)),
    field("Info2", Kind::Text(INFO)),
    field("Info3", Kind::Text(INFO)),
    field("Info4", Kind::Text(INFO)),
    field("Info5", Kind::Text(INFO)),
];
