//! Orders, their lines, batches, the work on the lines, and the history.

use super::INFOS;
use crate::itempath::rules::{batches, lines, orders};
use crate::itempath::schema::{Calls, Field, Kind, Resource, Start, field, input, shown};

pub(in crate::itempath) const ORDERS: Resource =
    Resource::new("orders", "order", "Order", &ORDER).calls(Calls::ALL).dynamic().rules(orders::RULES);

const PRIORITIES: Kind = Kind::Choice(&[1, 2, 3, 4]);

const ORDER: [Field; 32] = [
    shown("id", Kind::Id("")),
    field("name", Kind::Text(50)).required().unique(),
    field("directionType", Kind::Direction).or(Start::Integer(2)),
    input("order_lines", Kind::Objects),
    field("priority", PRIORITIES).or(Start::Integer(2)),
    field("deadline", Kind::Date),
    INFOS[0],
    INFOS[1],
    INFOS[2],
    INFOS[3],
    INFOS[4],
    field("warehouseName", Kind::Text(50)),
    field("recipient", Kind::Text(50)),
    shown("owner", Kind::Text(50)).or(Start::Text("sys")),
    shown("stationName", Kind::Text(50)),
    field("initialHandlingUnit", Kind::Text(50)),
    shown("unit", Kind::Any),
    shown("handlingUnit", Kind::Text(50)),
    field("zones", Kind::Refs("zones")).or(Start::List),
    field("storageUnits", Kind::Refs("storage_units")).or(Start::List),
    input("carriers", Kind::Refs("carriers")),
    input("locations", Kind::Refs("locations")),
    input("countEmptyLocations", Kind::Bool),
    input("allocate", Kind::Bool),
    input("deallocate", Kind::Bool),
    shown("hasStock", Kind::Flag).or(Start::Integer(0)),
    shown("incompleteAllocations", Kind::Integer).or(Start::Integer(0)),
    shown("status", Kind::Text(0)).or(Start::Text("Untouched")),
    shown("~orderStatusType", Kind::Integer).or(Start::Integer(1)),
    shown("~allocatedAt", Kind::Any),
    shown("modifiedDate", Kind::Stamp).or(Start::Now),
    shown("creationDate", Kind::Stamp).or(Start::Now),
];

pub(in crate::itempath) const ORDER_LINES: Resource =
    Resource::new("order_lines", "order_line", "Order line", &ORDER_LINE)
        .calls(Calls::ALL)
        .dynamic()
        .parent("orderId")
        .rules(lines::RULES);

const ORDER_LINE: [Field; 41] = [
    shown("id", Kind::Id("")),
    field("orderId", Kind::Id("orders")).required(),
    field("materialId", Kind::Id("materials")).required(),
    input("materialName", Kind::Text(50)),
    field("quantity", Kind::Float).required(),
    field("number", Kind::Integer),
    field("lot", Kind::Text(50)),
    input("lotNumber", Kind::Text(50)),
    field("qualification", Kind::Text(50)),
    field("serialNumber", Kind::Text(50)),
    field("expiryDate", Kind::Date),
    field("productionDate", Kind::Date),
    field("releaseDate", Kind::Date),
    shown("putDate", Kind::Date),
    INFOS[0],
    INFOS[1],
    INFOS[2],
    INFOS[3],
    INFOS[4],
    field("costCenterName", Kind::Text(50)),
    field("hostIdentification", Kind::Text(50)),
    shown("owner", Kind::Text(50)).or(Start::Text("sys")),
    field("storageUnits", Kind::Refs("storage_units")).or(Start::List),
    input("batchId", Kind::Id("batches")),
    shown("directionType", Kind::Integer),
    shown("quantityRequested", Kind::Float).or(Start::Float(0.0)),
    shown("quantityConfirmed", Kind::Float).or(Start::Float(0.0)),
    shown("quantityDeviated", Kind::Float).or(Start::Float(0.0)),
    shown("status", Kind::Text(0)).or(Start::Text("queued")),
    shown("progressType", Kind::Integer).or(Start::Integer(1)),
    shown("hasStock", Kind::Flag).or(Start::Integer(0)),
    shown("incompleteAllocations", Kind::Integer).or(Start::Integer(0)),
    shown("pickLocation", Kind::Text(50)),
    shown("pickBinName", Kind::Text(50)),
    shown("putLocation", Kind::Text(50)),
    shown("putBinName", Kind::Text(50)),
    shown("putHeight", Kind::Float),
    shown("orderName", Kind::Text(50)),
    shown("warehouseName", Kind::Text(50)),
    shown("modifiedDate", Kind::Stamp).or(Start::Now),
    shown("creationDate", Kind::Stamp).or(Start::Now),
];

pub(in crate::itempath) const TRANSACTIONS: Resource =
    Resource::new("transactions", "transaction", "Transaction", &TRANSACTION).calls(Calls::UPDATE).sparse();

const TRANSACTION: [Field; 37] = [
    shown("id", Kind::Id("")),
    shown("creationDate", Kind::Stamp).or(Start::Now),
    shown("type", Kind::Integer).or(Start::Integer(0)),
    shown("motiveType", Kind::Integer).or(Start::Integer(0)),
    field("exportStateType", Kind::Choice(&[0, 1, 2, 3, 4, 5, 6])).or(Start::Integer(2)),
    shown("directionType", Kind::Integer),
    shown("orderId", Kind::Id("")),
    shown("orderLineId", Kind::Id("")),
    shown("orderName", Kind::Text(50)),
    shown("number", Kind::Integer).or(Start::Integer(0)),
    shown("materialName", Kind::Text(50)),
    shown("materialInfo1", Kind::Text(80)),
    shown("materialInfo2", Kind::Text(80)),
    shown("materialInfo3", Kind::Text(80)),
    shown("materialInfo4", Kind::Text(80)),
    shown("materialInfo5", Kind::Text(80)),
    shown("quantityRequested", Kind::Float).or(Start::Float(0.0)),
    shown("quantityConfirmed", Kind::Float).or(Start::Float(0.0)),
    shown("quantityDeviated", Kind::Float).or(Start::Float(0.0)),
    shown("lot", Kind::Text(50)),
    shown("serialNumber", Kind::Text(50)),
    shown("reasonCode", Kind::Text(50)),
    shown("expiryDate", Kind::Date),
    shown("productionDate", Kind::Date),
    shown("releaseDate", Kind::Date),
    shown("userName", Kind::Text(50)),
    shown("warehouseName", Kind::Text(50)),
    shown("storageUnitName", Kind::Text(50)),
    shown("locationName", Kind::Text(50)),
    shown("binName", Kind::Text(50)),
    shown("carrierName", Kind::Text(50)),
    shown("shelfName", Kind::Text(50)),
    shown("batchName", Kind::Text(50)),
    shown("stationName", Kind::Text(50)),
    shown("xStep", Kind::Integer),
    shown("yStep", Kind::Integer),
    shown("handlingUnit", Kind::Text(50)),
];

pub(in crate::itempath) const BATCHES: Resource = Resource::new(
    "batches",
    "batch",
    "Batch",
    &[
        shown("id", Kind::Id("")),
        field("name", Kind::Text(50)).required().unique(),
        field("type", Kind::Choice(&[0, 1, 2, 3])).or(Start::Integer(1)),
        field("priority", PRIORITIES).or(Start::Integer(2)),
        field("deadline", Kind::Date),
        shown("creationDate", Kind::Stamp).or(Start::Now),
    ],
)
.calls(Calls::ALL)
.rules(batches::RULES);

pub(in crate::itempath) const WORK_ORDER_LINES: Resource = Resource::new(
    "work_order_lines",
    "work_order_line",
    "Work order line",
    &[
        shown("id", Kind::Id("")),
        shown("name", Kind::Text(50)),
        field("batchId", Kind::Id("batches")),
        field("handlingRank", Kind::Integer).or(Start::Integer(0)),
        shown("orderId", Kind::Id("")),
        shown("orderLineId", Kind::Id("")),
        shown("materialId", Kind::Id("")),
        shown("locationId", Kind::Id("")),
        shown("locationContentId", Kind::Id("")),
        shown("locationContentBreakdownId", Kind::Id("")),
        shown("storageUnitId", Kind::Id("")),
        shown("zoneId", Kind::Id("")),
        shown("orderName", Kind::Text(50)),
        shown("locationName", Kind::Text(50)),
        shown("handlingUnit", Kind::Text(50)),
        shown("directionType", Kind::Integer),
        shown("quantity", Kind::Float).or(Start::Float(0.0)),
        shown("progressType", Kind::Integer).or(Start::Integer(1)),
        shown("pickError", Kind::Integer),
        shown("putError", Kind::Integer),
        shown("attributeControl", Kind::Any),
    ],
)
.calls(Calls::UPDATE)
.parent("orderId")
.old_path("work_order_line");
