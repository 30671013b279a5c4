//! The buildings and machines: read only.

use crate::itempath::schema::{Field, Kind, Resource, shown};

const ID: Field = shown("id", Kind::Id(""));
const NAME: Field = shown("name", Kind::Text(50));
const ADDRESSES: [Field; 5] = [
    shown("address1", Kind::Text(80)),
    shown("address2", Kind::Text(80)),
    shown("address3", Kind::Text(80)),
    shown("address4", Kind::Text(80)),
    shown("address5", Kind::Text(80)),
];

pub(in crate::itempath) const WAREHOUSES: Resource = Resource::new(
    "warehouses",
    "warehouse",
    "Warehouse",
    &[ID, NAME, ADDRESSES[0], ADDRESSES[1], ADDRESSES[2], ADDRESSES[3], ADDRESSES[4]],
)
.old_path("warehouse");

pub(in crate::itempath) const STORAGE_UNITS: Resource = Resource::new(
    "storage_units",
    "storage_unit",
    "Storage unit",
    &[
        ID,
        NAME,
        shown("description", Kind::Text(80)),
        shown("type", Kind::Integer),
        shown("warehouseId", Kind::Id("warehouses")),
        shown("depthSteps", Kind::Integer),
        shown("widthSteps", Kind::Integer),
        shown("grossDepth", Kind::Float),
        shown("grossWidth", Kind::Float),
        shown("netDepth", Kind::Float),
        shown("netWidth", Kind::Float),
        shown("maxWeight", Kind::Float),
        shown("isManualSequenceNumbers", Kind::Flag),
    ],
)
.parent("warehouseId")
.old_path("storage_unit");

pub(in crate::itempath) const ACCESS_POINTS: Resource = Resource::new(
    "access_points",
    "access_point",
    "Access point",
    &[
        ID,
        NAME,
        shown("storageUnitId", Kind::Id("storage_units")),
        shown("parameters", Kind::Text(0)),
        shown("isBlocked", Kind::Bool),
        shown("blockReason", Kind::Text(50)),
    ],
)
.parent("storageUnitId");

pub(in crate::itempath) const CARRIERS: Resource =
    Resource::new("carriers", "carrier", "Carrier", &[ID, NAME, shown("storageUnitId", Kind::Id("storage_units"))])
        .parent("storageUnitId");

pub(in crate::itempath) const SHELVES: Resource = Resource::new(
    "shelves",
    "shelf",
    "Shelf",
    &[
        ID,
        NAME,
        shown("carrierId", Kind::Id("carriers")),
        shown("zoneId", Kind::Id("zones")),
        shown("number", Kind::Integer),
        shown("sequenceNumber", Kind::Integer),
        shown("depth", Kind::Float),
        shown("width", Kind::Float),
        shown("minHeight", Kind::Float),
        shown("maxHeight", Kind::Float),
        shown("depthSteps", Kind::Integer),
        shown("widthSteps", Kind::Integer),
        shown("maxWeight", Kind::Float),
        shown("xCoordinate", Kind::Float),
        shown("yCoordinate", Kind::Float),
        shown("zCoordinate", Kind::Float),
    ],
)
.parent("carrierId")
.old_path("shelf");

pub(in crate::itempath) const BINS: Resource = Resource::new(
    "bins",
    "bin",
    "Bin",
    &[
        ID,
        NAME,
        shown("cellName", Kind::Text(50)),
        shown("color", Kind::Integer),
        shown("type", Kind::Integer),
        shown("depth", Kind::Integer),
        shown("width", Kind::Integer),
        shown("height", Kind::Integer),
        shown("insideDepth", Kind::Integer),
        shown("insideWidth", Kind::Integer),
        shown("xSlots", Kind::Integer),
        shown("ySlots", Kind::Integer),
    ],
);

pub(in crate::itempath) const ZONES: Resource = Resource::new(
    "zones",
    "zone",
    "Zone",
    &[
        ID,
        NAME,
        shown("warehouseId", Kind::Id("warehouses")),
        shown("abcClass", Kind::Integer),
        shown("color", Kind::Integer),
        shown("type", Kind::Integer),
        shown("pickType", Kind::Integer),
        shown("putType", Kind::Integer),
        shown("~warehouse", Kind::Text(50)),
    ],
)
.parent("warehouseId");

pub(in crate::itempath) const STATIONS: Resource =
    Resource::new("stations", "station", "Station", &[ID, NAME, shown("description", Kind::Text(80))]);

pub(in crate::itempath) const CLIENTS: Resource = Resource::new(
    "clients",
    "client",
    "Client",
    &[
        ID,
        NAME,
        shown("description", Kind::Text(80)),
        shown("type", Kind::Integer),
        ADDRESSES[0],
        ADDRESSES[1],
        ADDRESSES[2],
        ADDRESSES[3],
        ADDRESSES[4],
    ],
);
