//! Schemas of storage rules, locations and their contents.

use crate::itempath::schema::{DefaultValue, Field, Kind, Methods, Resource, field, read_only};

pub(in crate::itempath) const STORAGE_RULES: Resource =
    Resource::new("storage_rules", "storage_rule", "Storage rule", &STORAGE_RULE)
        .methods(Methods::ALL)
        .parent("materialId");

const STORAGE_RULE: [Field; 13] = [
    read_only("id", Kind::Reference("")),
    field("name", Kind::Text(50)),
    field("description", Kind::Text(80)),
    field("materialId", Kind::Reference("materials")).required(),
    field("binId", Kind::Reference("bins")).required(),
    field("isDefaultBin", Kind::Bool).default(DefaultValue::Bool(false)),
    field("minNumberLocations", Kind::Integer),
    field("maxNumberLocations", Kind::Integer),
    field("minStockPerBin", Kind::Float),
    field("maxStockPerBin", Kind::Float),
    field("requiredCapacity", Kind::Percent).default(DefaultValue::Integer(0)),
    field("packSize", Kind::Integer),
    field("packSizeUsageType", Kind::IntegerChoice(&[0, 1, 2, 3, 4])).default(DefaultValue::Integer(0)),
];

pub(in crate::itempath) const LOCATIONS: Resource = Resource::new(
    "locations",
    "location",
    "Location",
    &[
        read_only("id", Kind::Reference("")),
        read_only("name", Kind::Text(50)),
        read_only("binId", Kind::Reference("bins")),
        read_only("shelfId", Kind::Reference("shelves")),
        read_only("zoneId", Kind::Reference("zones")),
        read_only("binDepth", Kind::Float),
        read_only("binWidth", Kind::Float),
        read_only("depth", Kind::Float),
        read_only("width", Kind::Float),
        read_only("currentQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
        read_only("quantity", Kind::Float).default(DefaultValue::Float(0.0)),
        read_only("expectedQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
        read_only("fillLevel", Kind::Integer).default(DefaultValue::Integer(0)),
        read_only("isCounted", Kind::Bool).default(DefaultValue::Bool(false)),
        read_only("isMarkedFull", Kind::Flag).default(DefaultValue::Integer(0)),
        read_only("orientation", Kind::Integer).default(DefaultValue::Integer(1)),
        read_only("type", Kind::Integer).default(DefaultValue::Integer(1)),
        read_only("typeDescription", Kind::Text(50)).default(DefaultValue::Text("Bin")),
        read_only("xCoordinate", Kind::Float),
        read_only("yCoordinate", Kind::Float),
        read_only("~carrierId", Kind::Reference("carriers")),
        read_only("~storageUnitId", Kind::Reference("storage_units")),
    ],
)
.parent("shelfId");

pub(in crate::itempath) const LOCATION_CONTENTS: Resource = Resource::new(
    "location_contents",
    "location_content",
    "Location content",
    &[
        read_only("id", Kind::Reference("")),
        read_only("binId", Kind::Reference("bins")),
        read_only("locationId", Kind::Reference("locations")),
        read_only("materialId", Kind::Reference("materials")),
        read_only("storageUnitId", Kind::Reference("storage_units")),
        read_only("storageUnitName", Kind::Text(50)),
        read_only("locationName", Kind::Text(50)),
        read_only("warehouseName", Kind::Text(50)),
        read_only("currentQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
        read_only("countingCycle", Kind::Integer),
        read_only("countDate", Kind::Timestamp),
        read_only("nextCountDate", Kind::Timestamp),
        read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
        read_only("isCounted", Kind::Bool).default(DefaultValue::Bool(false)),
        read_only("type", Kind::Integer).default(DefaultValue::Integer(2)),
        read_only("typeDescription", Kind::Text(50)).default(DefaultValue::Text("Temporary")),
        read_only("~carrierId", Kind::Reference("carriers")),
    ],
)
.plural_key("contents")
.parent("materialId");

pub(in crate::itempath) const LOCATION_CONTENT_BREAKDOWNS: Resource = Resource::new(
    "location_content_breakdowns",
    "location_content_breakdown",
    "Location content breakdown",
    &[
        read_only("id", Kind::Reference("")),
        read_only("locationContentId", Kind::Reference("location_contents")),
        read_only("blockReason", Kind::Text(50)),
        read_only("isBlocked", Kind::Flag).default(DefaultValue::Integer(0)),
        read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
        read_only("currentQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
        read_only("dedicatedQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
        read_only("lot", Kind::Text(50)),
        read_only("serialNumber", Kind::Text(50)),
        read_only("qualification", Kind::Text(50)),
        read_only("expiryDate", Kind::Date),
        read_only("productionDate", Kind::Date),
        read_only("putDate", Kind::Date),
        read_only("releaseDate", Kind::Date),
    ],
)
.parent("locationContentId");
