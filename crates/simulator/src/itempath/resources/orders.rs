//! Schemas of orders, order lines, transactions, batches and work order lines.

use crate::itempath::resources::INFOS;
use crate::itempath::schema::{DefaultValue, Field, Kind, Methods, Resource, field, read_only, write_only};

pub(in crate::itempath) const ORDERS: Resource =
    Resource::new("orders", "order", "Order", &ORDER).methods(Methods::ALL).custom_fields();

const PRIORITIES: Kind = Kind::IntegerChoice(&[1, 2, 3, 4]);

const ORDER: [Field; 32] = [
    read_only("id", Kind::Reference("")),
    field("name", Kind::Text(50)).required().unique(),
    field("directionType", Kind::Direction).default(DefaultValue::Integer(2)),
    write_only("order_lines", Kind::Objects),
    field("priority", PRIORITIES).default(DefaultValue::Integer(2)),
    field("deadline", Kind::Date),
    INFOS[0],
    INFOS[1],
    INFOS[2],
    INFOS[3],
    INFOS[4],
    field("warehouseName", Kind::Text(50)),
    field("recipient", Kind::Text(50)),
    read_only("owner", Kind::Text(50)).default(DefaultValue::Text("sys")),
    read_only("stationName", Kind::Text(50)),
    field("initialHandlingUnit", Kind::Text(50)),
    read_only("unit", Kind::Any),
    read_only("handlingUnit", Kind::Text(50)),
    field("zones", Kind::References("zones")).default(DefaultValue::EmptyList),
    field("storageUnits", Kind::References("storage_units")).default(DefaultValue::EmptyList),
    write_only("carriers", Kind::References("carriers")),
    write_only("locations", Kind::References("locations")),
    write_only("countEmptyLocations", Kind::Bool),
    write_only("allocate", Kind::Bool),
    write_only("deallocate", Kind::Bool),
    read_only("hasStock", Kind::Flag).default(DefaultValue::Integer(0)),
    read_only("incompleteAllocations", Kind::Integer).default(DefaultValue::Integer(0)),
    read_only("status", Kind::Text(0)).default(DefaultValue::Text("Untouched")),
    read_only("~orderStatusType", Kind::Integer).default(DefaultValue::Integer(1)),
    read_only("~allocatedAt", Kind::Any),
    read_only("modifiedDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
    read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
];

pub(in crate::itempath) const ORDER_LINES: Resource =
    Resource::new("order_lines", "order_line", "Order line", &ORDER_LINE)
        .methods(Methods::ALL)
        .custom_fields()
        .parent("orderId");

const ORDER_LINE: [Field; 41] = [
    read_only("id", Kind::Reference("")),
    field("orderId", Kind::Reference("orders")).required(),
    field("materialId", Kind::Reference("materials")).required(),
    write_only("materialName", Kind::Text(50)),
    field("quantity", Kind::Float).required(),
    field("number", Kind::Integer),
    field("lot", Kind::Text(50)),
    write_only("lotNumber", Kind::Text(50)),
    field("qualification", Kind::Text(50)),
    field("serialNumber", Kind::Text(50)),
    field("expiryDate", Kind::Date),
    field("productionDate", Kind::Date),
    field("releaseDate", Kind::Date),
    read_only("putDate", Kind::Date),
    INFOS[0],
    INFOS[1],
    INFOS[2],
    INFOS[3],
    INFOS[4],
    field("costCenterName", Kind::Text(50)),
    field("hostIdentification", Kind::Text(50)),
    read_only("owner", Kind::Text(50)).default(DefaultValue::Text("sys")),
    field("storageUnits", Kind::References("storage_units")).default(DefaultValue::EmptyList),
    write_only("batchId", Kind::Reference("batches")),
    read_only("directionType", Kind::Integer),
    read_only("quantityRequested", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("quantityConfirmed", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("quantityDeviated", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("status", Kind::Text(0)).default(DefaultValue::Text("queued")),
    read_only("progressType", Kind::Integer).default(DefaultValue::Integer(1)),
    read_only("hasStock", Kind::Flag).default(DefaultValue::Integer(0)),
    read_only("incompleteAllocations", Kind::Integer).default(DefaultValue::Integer(0)),
    read_only("pickLocation", Kind::Text(50)),
    read_only("pickBinName", Kind::Text(50)),
    read_only("putLocation", Kind::Text(50)),
    read_only("putBinName", Kind::Text(50)),
    read_only("putHeight", Kind::Float),
    read_only("orderName", Kind::Text(50)),
    read_only("warehouseName", Kind::Text(50)),
    read_only("modifiedDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
    read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
];

pub(in crate::itempath) const TRANSACTIONS: Resource =
    Resource::new("transactions", "transaction", "Transaction", &TRANSACTION).methods(Methods::UPDATE).sparse();

const TRANSACTION: [Field; 37] = [
    read_only("id", Kind::Reference("")),
    read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
    read_only("type", Kind::Integer).default(DefaultValue::Integer(0)),
    read_only("motiveType", Kind::Integer).default(DefaultValue::Integer(0)),
    field("exportStateType", Kind::IntegerChoice(&[0, 1, 2, 3, 4, 5, 6])).default(DefaultValue::Integer(2)),
    read_only("directionType", Kind::Integer),
    read_only("orderId", Kind::Reference("")),
    read_only("orderLineId", Kind::Reference("")),
    read_only("orderName", Kind::Text(50)),
    read_only("number", Kind::Integer).default(DefaultValue::Integer(0)),
    read_only("materialName", Kind::Text(50)),
    read_only("materialInfo1", Kind::Text(80)),
    read_only("materialInfo2", Kind::Text(80)),
    read_only("materialInfo3", Kind::Text(80)),
    read_only("materialInfo4", Kind::Text(80)),
    read_only("materialInfo5", Kind::Text(80)),
    read_only("quantityRequested", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("quantityConfirmed", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("quantityDeviated", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("lot", Kind::Text(50)),
    read_only("serialNumber", Kind::Text(50)),
    read_only("reasonCode", Kind::Text(50)),
    read_only("expiryDate", Kind::Date),
    read_only("productionDate", Kind::Date),
    read_only("releaseDate", Kind::Date),
    read_only("userName", Kind::Text(50)),
    read_only("warehouseName", Kind::Text(50)),
    read_only("storageUnitName", Kind::Text(50)),
    read_only("locationName", Kind::Text(50)),
    read_only("binName", Kind::Text(50)),
    read_only("carrierName", Kind::Text(50)),
    read_only("shelfName", Kind::Text(50)),
    read_only("batchName", Kind::Text(50)),
    read_only("stationName", Kind::Text(50)),
    read_only("xStep", Kind::Integer),
    read_only("yStep", Kind::Integer),
    read_only("handlingUnit", Kind::Text(50)),
];

pub(in crate::itempath) const BATCHES: Resource = Resource::new(
    "batches",
    "batch",
    "Batch",
    &[
        read_only("id", Kind::Reference("")),
        field("name", Kind::Text(50)).required().unique(),
        field("type", Kind::IntegerChoice(&[0, 1, 2, 3])).default(DefaultValue::Integer(1)),
        field("priority", PRIORITIES).default(DefaultValue::Integer(2)),
        field("deadline", Kind::Date),
        read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
    ],
)
.methods(Methods::ALL);

pub(in crate::itempath) const WORK_ORDER_LINES: Resource = Resource::new(
    "work_order_lines",
    "work_order_line",
    "Work order line",
    &[
        read_only("id", Kind::Reference("")),
        read_only("name", Kind::Text(50)),
        field("batchId", Kind::Reference("batches")),
        field("handlingRank", Kind::Integer).default(DefaultValue::Integer(0)),
        read_only("orderId", Kind::Reference("")),
        read_only("orderLineId", Kind::Reference("")),
        read_only("materialId", Kind::Reference("")),
        read_only("locationId", Kind::Reference("")),
        read_only("locationContentId", Kind::Reference("")),
        read_only("locationContentBreakdownId", Kind::Reference("")),
        read_only("storageUnitId", Kind::Reference("")),
        read_only("zoneId", Kind::Reference("")),
        read_only("orderName", Kind::Text(50)),
        read_only("locationName", Kind::Text(50)),
        read_only("handlingUnit", Kind::Text(50)),
        read_only("directionType", Kind::Integer),
        read_only("quantity", Kind::Float).default(DefaultValue::Float(0.0)),
        read_only("progressType", Kind::Integer).default(DefaultValue::Integer(1)),
        read_only("pickError", Kind::Text(0)),
        read_only("putError", Kind::Text(0)),
        read_only("attributeControl", Kind::Any),
    ],
)
.methods(Methods::UPDATE)
.parent("orderId")
.legacy_path("work_order_line");
