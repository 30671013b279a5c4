//! Schemas of materials, their codes, properties and images, of kits and cost centers.

use crate::itempath::resources::INFOS;
use crate::itempath::schema::{DefaultValue, Envelope, Field, Kind, Methods, Resource, field, read_only, write_only};

pub(in crate::itempath) const MATERIALS: Resource =
    Resource::new("materials", "material", "Material", &MATERIAL).methods(Methods::ALL).custom_fields();

const MATERIAL: [Field; 26] = [
    read_only("id", Kind::Reference("")),
    field("name", Kind::Text(50)).required().unique(),
    field("codes", Kind::TextList).default(DefaultValue::EmptyList),
    INFOS[0],
    INFOS[1],
    INFOS[2],
    INFOS[3],
    INFOS[4],
    field("materialPropertyId", Kind::Reference("material_properties")),
    write_only("materialProperty", Kind::Text(50)),
    field("isBlocked", Kind::Flag).default(DefaultValue::Integer(0)),
    field("blockReason", Kind::Text(50)),
    field("reOrderPoint", Kind::Float),
    field("canOrderPoint", Kind::Float),
    field("unitOfMeasure", Kind::Text(50)),
    field("valuePerUnit", Kind::Float),
    field("weightPerUnit", Kind::Float),
    read_only("currentQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("putQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("pickQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("netQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("expectedQuantity", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("currentValue", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("locationCount", Kind::Float).default(DefaultValue::Float(0.0)),
    read_only("isCounted", Kind::Bool).default(DefaultValue::Bool(false)),
    read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
];

pub(in crate::itempath) const MATERIAL_CODES: Resource =
    Resource::new("material_codes", "material_code", "Material code", &MATERIAL_CODE)
        .methods(Methods::ALL)
        .parent("materialId")
        .envelope(Envelope::ListOnCreate);

const MATERIAL_CODE: [Field; 4] = [
    read_only("id", Kind::Reference("")),
    field("name", Kind::Text(50)).required().unique(),
    field("materialId", Kind::Reference("materials")).required(),
    field("packSize", Kind::Integer),
];

pub(in crate::itempath) const MATERIAL_PROPERTIES: Resource = Resource::new(
    "material_properties",
    "material_property",
    "Material property",
    &[
        read_only("id", Kind::Reference("")),
        read_only("name", Kind::Text(50)),
        read_only("description", Kind::Text(80)),
        read_only("countingCycle", Kind::Integer),
        read_only("dangerClass", Kind::Text(50)),
        read_only("fifoType", Kind::Integer),
        read_only("spaceType", Kind::Integer),
        read_only("lotUsageType", Kind::Integer),
        read_only("qualificationUsageType", Kind::Integer),
        read_only("serialNumberUsageType", Kind::Integer),
        read_only("expiryDateUsageType", Kind::Integer),
        read_only("productionDateUsageType", Kind::Integer),
        read_only("releaseDateUsageType", Kind::Integer),
    ],
);

pub(in crate::itempath) const COST_CENTERS: Resource = Resource::new(
    "cost_centers",
    "cost_center",
    "Cost center",
    &[
        read_only("id", Kind::Reference("")),
        field("name", Kind::Text(50)).required().unique(),
        field("description", Kind::Text(80)),
        read_only("creationDate", Kind::Timestamp).default(DefaultValue::CurrentTime),
    ],
)
.methods(Methods::ALL);

pub(in crate::itempath) const KITS: Resource = Resource::new(
    "kits",
    "kit",
    "Kit",
    &[
        read_only("id", Kind::Reference("")),
        field("name", Kind::Text(50)).required().unique(),
        read_only("hasStock", Kind::Flag).default(DefaultValue::Integer(0)),
        field("target", Kind::Text(50)),
        write_only("lines", Kind::Objects),
    ],
)
.methods(Methods::ALL);

pub(in crate::itempath) const KIT_LINES: Resource = Resource::new(
    "kit_lines",
    "kit_line",
    "Kit line",
    &[
        read_only("id", Kind::Reference("")),
        field("kitId", Kind::Reference("kits")).required(),
        // A material or another kit, checked by the rules.
        field("materialId", Kind::Reference("")).required(),
        field("number", Kind::Integer),
        field("quantity", Kind::Float).default(DefaultValue::Float(1.0)),
        read_only("hasStock", Kind::Flag).default(DefaultValue::Integer(0)),
        // A filter of older versions.
        read_only("~materialName", Kind::Text(50)),
    ],
)
.methods(Methods::ALL)
.parent("kitId");

pub(in crate::itempath) const IMAGES: Resource = Resource::new(
    "images",
    "image",
    "Image",
    &[
        read_only("id", Kind::Reference("")),
        field("name", Kind::Text(50)).default(DefaultValue::Text("")),
        field("classification", Kind::IntegerChoice(&[1, 2, 3, 5])).default(DefaultValue::Integer(1)),
        field("hyperlink", Kind::Text(255)).default(DefaultValue::Text("")),
        field("materialId", Kind::Reference("materials")),
        field("origin", Kind::Text(255)),
        field("type", Kind::Integer).default(DefaultValue::Integer(1)),
    ],
)
.methods(Methods::CREATE);
