//! The resources and their schemas.

mod articles;
mod native;
mod orders;
mod stock;
pub(super) mod storage;

use crate::itempath::schema::{Field, Kind, Resource, field};

/// Every resource, in the order of the documentation.
pub(super) const RESOURCES: [&Resource; 31] = [
    &native::USERS,
    &articles::MATERIALS,
    &articles::MATERIAL_CODES,
    &articles::MATERIAL_PROPERTIES,
    &orders::ORDERS,
    &orders::ORDER_LINES,
    &orders::TRANSACTIONS,
    &orders::BATCHES,
    &orders::WORK_ORDER_LINES,
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
    &native::REPORTS,
    &native::REPORT_ROWS,
    &native::SNAPSHOTS,
    &native::SETTINGS,
    &native::CONNECTIONS,
];

/// Returns all resources, including the call log, which clients cannot write.
pub(super) fn all() -> impl Iterator<Item = &'static Resource> {
    RESOURCES.into_iter().chain([&native::CALLS])
}

/// Returns the resource with a path.
pub(super) fn find(path: &str) -> &'static Resource {
    all().find(|resource| resource.path == path).expect("every path used in the code is in the table")
}

/// Maximum length of an info field, in characters.
const MAX_INFO: usize = 80;
const INFOS: [Field; 5] = [
    field("Info1", Kind::Text(MAX_INFO)),
    field("Info2", Kind::Text(MAX_INFO)),
    field("Info3", Kind::Text(MAX_INFO)),
    field("Info4", Kind::Text(MAX_INFO)),
    field("Info5", Kind::Text(MAX_INFO)),
];
