//! Materials and what hangs on them: codes, properties, images, kits, cost centers.

use super::INFOS;
use crate::itempath::rules::{codes, kits, materials};
use crate::itempath::schema::{Calls, Envelope, Field, Kind, Resource, Start, field, input, shown};

pub(in crate::itempath) const MATERIALS: Resource =
    Resource::new("materials", "material", "Material", &MATERIAL).calls(Calls::ALL).dynamic().rules(materials::RULES);

const MATERIAL: [Field; 26] = [
    shown("id", Kind::Id("")),
    field("name", Kind::Text(50)).required().unique(),
    field("codes", Kind::Texts).or(Start::List),
    INFOS[0],
    INFOS[1],
    INFOS[2],
    INFOS[3],
    INFOS[4],
    field("materialPropertyId", Kind::Id("material_properties")),
    input("materialProperty", Kind::Text(50)),
    field("isBlocked", Kind::Flag).or(Start::Integer(0)),
    field("blockReason", Kind::Text(50)),
    field("reOrderPoint", Kind::Float),
    field("canOrderPoint", Kind::Float),
    field("unitOfMeasure", Kind::Text(50)),
    field("valuePerUnit", Kind::Float),
    field("weightPerUnit", Kind::Float),
    shown("currentQuantity", Kind::Float).or(Start::Float(0.0)),
    shown("putQuantity", Kind::Float).or(Start::Float(0.0)),
    shown("pickQuantity", Kind::Float).or(Start::Float(0.0)),
    shown("netQuantity", Kind::Float).or(Start::Float(0.0)),
    shown("expectedQuantity", Kind::Float).or(Start::Float(0.0)),
    shown("currentValue", Kind::Float).or(Start::Float(0.0)),
    shown("locationCount", Kind::Float).or(Start::Float(0.0)),
    shown("isCounted", Kind::Bool).or(Start::Bool(false)),
    shown("creationDate", Kind::Stamp).or(Start::Now),
];

pub(in crate::itempath) const MATERIAL_CODES: Resource =
    Resource::new("material_codes", "material_code", "Material code", &MATERIAL_CODE)
        .calls(Calls::ALL)
        .parent("materialId")
        .envelope(Envelope::ListOnCreate)
        .rules(codes::RULES);

const MATERIAL_CODE: [Field; 4] = [
    shown("id", Kind::Id("")),
    field("name", Kind::Text(50)).required().unique(),
    field("materialId", Kind::Id("materials")).required(),
    field("packSize", Kind::Integer),
];

pub(in crate::itempath) const MATERIAL_PROPERTIES: Resource = Resource::new(
    "material_properties",
    "material_property",
    "Material property",
    &[
        shown("id", Kind::Id("")),
        shown("name", Kind::Text(50)),
        shown("description", Kind::Text(80)),
        shown("countingCycle", Kind::Integer),
        shown("dangerClass", Kind::Text(50)),
        shown("fifoType", Kind::Integer),
        shown("spaceType", Kind::Integer),
        shown("lotUsageType", Kind::Integer),
        shown("qualificationUsageType", Kind::Integer),
        shown("serialNumberUsageType", Kind::Integer),
        shown("expiryDateUsageType", Kind::Integer),
        shown("productionDateUsageType", Kind::Integer),
        shown("releaseDateUsageType", Kind::Integer),
    ],
);

pub(in crate::itempath) const COST_CENTERS: Resource = Resource::new(
    "cost_centers",
    "cost_center",
    "Cost center",
    &[
        shown("id", Kind::Id("")),
        field("name", Kind::Text(50)).required().unique(),
        field("description", Kind::Text(80)),
        shown("creationDate", Kind::Stamp).or(Start::Now),
    ],
)
.calls(Calls::ALL);

pub(in crate::itempath) const KITS: Resource = Resource::new(
    "kits",
    "kit",
    "Kit",
    &[
        shown("id", Kind::Id("")),
        field("name", Kind::Text(50)).required().unique(),
        shown("hasStock", Kind::Flag).or(Start::Integer(0)),
        field("target", Kind::Text(50)),
        input("lines", Kind::Objects),
    ],
)
.calls(Calls::ALL)
.rules(kits::RULES);

pub(in crate::itempath) const KIT_LINES: Resource = Resource::new(
    "kit_lines",
    "kit_line",
    "Kit line",
    &[
        shown("id", Kind::Id("")),
        field("kitId", Kind::Id("kits")).required(),
        // A material or another kit: the rules look it up.
        field("materialId", Kind::Id("")).required(),
        field("number", Kind::Integer),
        field("quantity", Kind::Float).or(Start::Float(1.0)),
        shown("hasStock", Kind::Flag).or(Start::Integer(0)),
    ],
)
.calls(Calls::ALL)
.parent("kitId")
.rules(kits::LINE_RULES);

pub(in crate::itempath) const IMAGES: Resource = Resource::new(
    "images",
    "image",
    "Image",
    &[
        shown("id", Kind::Id("")),
        field("name", Kind::Text(50)).or(Start::Text("")),
        field("classification", Kind::Choice(&[1, 2, 3, 5])).or(Start::Integer(1)),
        field("hyperlink", Kind::Text(255)).or(Start::Text("")),
        field("materialId", Kind::Id("materials")),
        field("origin", Kind::Integer).or(Start::Integer(1)),
        field("type", Kind::Integer).or(Start::Integer(1)),
    ],
)
.calls(Calls::CREATE);
