//! Schemas of buildings and machines, all read-only.

use crate::itempath::schema::{DefaultValue, Field, Kind, Resource, read_only};

const ID: Field = read_only("id", Kind::Reference(""));
const NAME: Field = read_only("name", Kind::Text(50));
const ADDRESSES: [Field; 5] = [
    read_only("address1", Kind::Text(80)),
    read_only("address2", Kind::Text(80)),
    read_only("address3", Kind::Text(80)),
    read_only("address4", Kind::Text(80)),
    read_only("address5", Kind::Text(80)),
];

pub(in crate::itempath) const WAREHOUSES: Resource = Resource::new(
    "warehouses",
    "warehouse",
    "Warehouse",
    &[ID, NAME, ADDRESSES[0], ADDRESSES[1], ADDRESSES[2], ADDRESSES[3], ADDRESSES[4]],
)
.legacy_path("warehouse");

pub(in crate::itempath) const STORAGE_UNITS: Resource = Resource::new(
    "storage_units",
    "storage_unit",
    "Storage unit",
    &[
        ID,
        NAME,
        read_only("description", Kind::Text(80)),
        read_only("type", Kind::Integer),
        read_only("warehouseId", Kind::Reference("warehouses")),
        read_only("depthSteps", Kind::Integer),
        read_only("widthSteps", Kind::Integer),
        read_only("grossDepth", Kind::Float),
        read_only("grossWidth", Kind::Float),
        read_only("netDepth", Kind::Float),
        read_only("netWidth", Kind::Float),
        read_only("maxWeight", Kind::Float),
        read_only("isManualSequenceNumbers", Kind::Flag),
    ],
)
.parent("warehouseId")
.legacy_path("storage_unit");

pub(in crate::itempath) const ACCESS_POINTS: Resource = Resource::new(
    "access_points",
    "access_point",
    "Access point",
    &[
        ID,
        NAME,
        read_only("storageUnitId", Kind::Reference("storage_units")),
        read_only("parameters", Kind::Text(0)),
        read_only("isBlocked", Kind::Bool),
        read_only("blockReason", Kind::Text(50)),
    ],
)
.parent("storageUnitId");

pub(in crate::itempath) const CARRIERS: Resource = Resource::new(
    "carriers",
    "carrier",
    "Carrier",
    &[
        ID,
        NAME,
        read_only("number", Kind::Integer),
        read_only("maxWeight", Kind::Integer),
        read_only("isBlockedForPick", Kind::Flag).default(DefaultValue::Integer(0)),
        read_only("isBlockedForPut", Kind::Flag).default(DefaultValue::Integer(0)),
        read_only("blockReason", Kind::Text(50)),
    ],
);

pub(in crate::itempath) const SHELVES: Resource = Resource::new(
    "shelves",
    "shelf",
    "Shelf",
    &[
        ID,
        NAME,
        read_only("carrierId", Kind::Reference("carriers")),
        read_only("zoneId", Kind::Reference("zones")),
        read_only("number", Kind::Integer),
        read_only("sequenceNumber", Kind::Integer),
        read_only("depth", Kind::Float),
        read_only("width", Kind::Float),
        read_only("minHeight", Kind::Float),
        read_only("maxHeight", Kind::Float),
        read_only("depthSteps", Kind::Integer),
        read_only("widthSteps", Kind::Integer),
        read_only("maxWeight", Kind::Float),
        read_only("xCoordinate", Kind::Float),
        read_only("yCoordinate", Kind::Float),
        read_only("zCoordinate", Kind::Float),
    ],
)
.parent("carrierId")
.legacy_path("shelf");

pub(in crate::itempath) const BINS: Resource = Resource::new(
    "bins",
    "bin",
    "Bin",
    &[
        ID,
        NAME,
        read_only("cellName", Kind::Text(50)),
        read_only("color", Kind::Integer),
        read_only("type", Kind::Integer),
        read_only("depth", Kind::Integer),
        read_only("width", Kind::Integer),
        read_only("height", Kind::Integer),
        read_only("insideDepth", Kind::Integer),
        read_only("insideWidth", Kind::Integer),
        read_only("xSlots", Kind::Integer),
        read_only("ySlots", Kind::Integer),
    ],
);

pub(in crate::itempath) const ZONES: Resource = Resource::new(
    "zones",
    "zone",
    "Zone",
    &[
        ID,
        NAME,
        read_only("warehouseId", Kind::Reference("warehouses")),
        read_only("abcClass", Kind::Integer),
        read_only("color", Kind::Integer),
        read_only("type", Kind::Integer),
        read_only("pickType", Kind::Integer),
        read_only("putType", Kind::Integer),
        read_only("~warehouse", Kind::Text(50)),
    ],
)
.parent("warehouseId");

pub(in crate::itempath) const STATIONS: Resource =
    Resource::new("stations", "station", "Station", &[ID, NAME, read_only("description", Kind::Text(80))]);

pub(in crate::itempath) const CLIENTS: Resource = Resource::new(
    "clients",
    "client",
    "Client",
    &[
        ID,
        NAME,
        read_only("description", Kind::Text(80)),
        read_only("type", Kind::Integer),
        ADDRESSES[0],
        ADDRESSES[1],
        ADDRESSES[2],
        ADDRESSES[3],
        ADDRESSES[4],
    ],
);
