//! Where materials lie and should lie.

use crate::itempath::rules::storage_rules;
use crate::itempath::schema::{Calls, Field, Kind, Resource, Start, field, shown};

pub(in crate::itempath) const STORAGE_RULES: Resource =
    Resource::new("storage_rules", "storage_rule", "Storage rule", &STORAGE_RULE)
        .calls(Calls::ALL)
        .parent("materialId")
        .rules(storage_rules::RULES);

const STORAGE_RULE: [Field; 13] = [
    shown("id", Kind::Id("")),
    field("name", Kind::Text(50)),
    field("description", Kind::Text(80)),
    field("materialId", Kind::Id("materials")).required(),
    field("binId", Kind::Id("bins")).required(),
    field("isDefaultBin", Kind::Bool).or(Start::Bool(false)),
    field("minNumberLocations", Kind::Integer),
    field("maxNumberLocations", Kind::Integer),
    field("minStockPerBin", Kind::Float),
    field("maxStockPerBin", Kind::Float),
    field("requiredCapacity", Kind::Percent).or(Start::Integer(0)),
    field("packSize", Kind::Integer),
    field("packSizeUsageType", Kind::Choice(&[0, 1, 2, 3, 4])).or(Start::Integer(0)),
];

pub(in crate::itempath) const LOCATIONS: Resource = Resource::new(
    "locations",
    "location",
    "Location",
    &[
        shown("id", Kind::Id("")),
        shown("name", Kind::Text(50)),
        shown("binId", Kind::Id("bins")),
        shown("shelfId", Kind::Id("shelves")),
        shown("zoneId", Kind::Id("zones")),
        shown("binDepth", Kind::Float),
        shown("binWidth", Kind::Float),
        shown("depth", Kind::Float),
        shown("width", Kind::Float),
        shown("currentQuantity", Kind::Float).or(Start::Float(0.0)),
        shown("quantity", Kind::Float).or(Start::Float(0.0)),
        shown("expectedQuantity", Kind::Float).or(Start::Float(0.0)),
        shown("fillLevel", Kind::Integer).or(Start::Integer(0)),
        shown("isCounted", Kind::Bool).or(Start::Bool(false)),
        shown("isMarkedFull", Kind::Flag).or(Start::Integer(0)),
        shown("orientation", Kind::Integer).or(Start::Integer(1)),
        shown("type", Kind::Integer).or(Start::Integer(1)),
        shown("typeDescription", Kind::Text(50)).or(Start::Text("Bin")),
        shown("xCoordinate", Kind::Float),
        shown("yCoordinate", Kind::Float),
        shown("~carrierId", Kind::Id("carriers")),
        shown("~storageUnitId", Kind::Id("storage_units")),
    ],
)
.parent("shelfId");

pub(in crate::itempath) const LOCATION_CONTENTS: Resource = Resource::new(
    "location_contents",
    "location_content",
    "Location content",
    &[
        shown("id", Kind::Id("")),
        shown("binId", Kind::Id("bins")),
        shown("locationId", Kind::Id("locations")),
        shown("materialId", Kind::Id("materials")),
        shown("storageUnitId", Kind::Id("storage_units")),
        shown("storageUnitName", Kind::Text(50)),
        shown("locationName", Kind::Text(50)),
        shown("warehouseName", Kind::Text(50)),
        shown("currentQuantity", Kind::Float).or(Start::Float(0.0)),
        shown("countingCycle", Kind::Integer),
        shown("countDate", Kind::Stamp),
        shown("nextCountDate", Kind::Stamp),
        shown("creationDate", Kind::Stamp).or(Start::Now),
        shown("isCounted", Kind::Bool).or(Start::Bool(false)),
        shown("type", Kind::Integer).or(Start::Integer(2)),
        shown("typeDescription", Kind::Text(50)).or(Start::Text("Temporary")),
        shown("~carrierId", Kind::Id("carriers")),
    ],
)
.many("contents")
.parent("materialId");

pub(in crate::itempath) const LOCATION_CONTENT_BREAKDOWNS: Resource = Resource::new(
    "location_content_breakdowns",
    "location_content_breakdown",
    "Location content breakdown",
    &[
        shown("id", Kind::Id("")),
        shown("locationContentId", Kind::Id("location_contents")),
        shown("blockReason", Kind::Text(50)),
        shown("isBlocked", Kind::Flag).or(Start::Integer(0)),
        shown("creationDate", Kind::Stamp).or(Start::Now),
        shown("currentQuantity", Kind::Float).or(Start::Float(0.0)),
        shown("dedicatedQuantity", Kind::Float).or(Start::Float(0.0)),
        shown("lot", Kind::Text(50)),
        shown("serialNumber", Kind::Text(50)),
        shown("qualification", Kind::Text(50)),
        shown("expiryDate", Kind::Date),
        shown("productionDate", Kind::Date),
        shown("putDate", Kind::Date),
        shown("releaseDate", Kind::Date),
    ],
)
.parent("locationContentId");
