//! Schemas that become types: objects and enumerations.

use crate::codegen::model::reader::{Context, Reader};
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk;
use crate::codegen::naming::{pascal, snake};
use crate::yaml::{Yaml, YamlExt};

/// A schema that becomes a type.
#[derive(Debug)]
pub(crate) struct Schema {
    /// Name of the type.
    pub(crate) rust: String,
    pub(crate) description: Option<String>,
    pub(crate) shape: Shape,
}

/// Kind of a type.
#[derive(Debug)]
pub(crate) enum Shape {
    Object {
        properties: Vec<Property>,
        /// Null differs from absent: nullable fields are `Patch<T>`.
        patch: bool,
        /// Unknown fields are retained and sent back.
        extra: bool,
    },
    /// An enumeration of strings.
    Strings(Vec<Variant>),
    /// An enumeration of integers.
    Integers(Vec<(Variant, i64)>),
}

/// A field of an object.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is independent of the others")]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) rust: String,
    /// Type of a value that is present.
    pub(crate) ty: Ty,
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    /// The field is less certain than its object.
    pub(crate) inferred: bool,
    /// The value is sent as a string that contains JSON.
    pub(crate) json_string: bool,
    /// A value of an unexpected type is an error in a response and in a row of a listing.
    pub(crate) strict: bool,
    /// The value is a secret, which `Debug` must not show.
    pub(crate) secret: bool,
}

/// A value of an enumeration.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) rust: String,
    pub(crate) value: String,
    pub(crate) description: Option<String>,
}

/// Returns whether a component becomes a type; any other one is inlined where it is used.
pub(crate) fn is_type(schema: &Yaml) -> bool {
    schema.get("enum").is_some() || schema.get("properties").is_some() || schema.list("allOf").len() > 1
}

/// Returns whether the schema is a string with `format: password`, or a list of such strings.
pub(crate) fn is_secret(document: &Yaml, schema: &Yaml) -> bool {
    let schema = walk::resolve(document, schema);
    let item = schema.get("items").map(|items| walk::resolve(document, items));
    item.unwrap_or(schema).text("format") == Some("password")
}

/// Reads a schema that becomes a type with this name.
pub(crate) fn read(reader: &mut Reader<'_>, rust: &str, node: &Yaml) -> Schema {
    let description = node.text("description").map(|text| text.trim().to_owned());
    let shape = if node.get("enum").is_some() {
        enumeration(node)
    } else {
        let (properties, required) = merged(reader.document, node);
        let properties = properties.into_iter();
        Shape::Object {
            properties: properties.map(|(name, node)| property(reader, name, node, required.contains(&name))).collect(),
            patch: node.flag("x-keyfob-patch"),
            extra: node.flag("x-keyfob-extra"),
        }
    };
    Schema { rust: rust.to_owned(), description, shape }
}

/// Returns the properties of an object and the names of those that are required, including those that `allOf`
/// contributes. A property that several parts have is that of the last part.
fn merged<'d>(document: &'d Yaml, node: &'d Yaml) -> (Vec<(&'d str, &'d Yaml)>, Vec<&'d str>) {
    let (mut properties, mut required): (Vec<(&str, &Yaml)>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut add = |name, property| match properties.iter_mut().find(|(other, _)| *other == name) {
        Some((_, other)) => *other = property,
        None => properties.push((name, property)),
    };
    for part in node.list("allOf") {
        let (inherited, inherited_required) = merged(document, walk::resolve(document, part));
        inherited.into_iter().for_each(|(name, property)| add(name, property));
        required.extend(inherited_required);
    }
    node.pairs("properties").into_iter().for_each(|(name, property)| add(name, property));
    required.extend(node.list("required").iter().filter_map(Yaml::as_str));
    (properties, required)
}

fn property(reader: &mut Reader<'_>, name: &str, node: &Yaml, required: bool) -> Property {
    let document = reader.document;
    // A reference with annotations is written either beside `$ref` or around it, with `allOf`.
    let inner = node.list("allOf").first().filter(|_| node.list("allOf").len() == 1).unwrap_or(node);
    let target = walk::resolve(document, inner);
    let alias = Some(target).filter(|target| inner.get("$ref").is_some() && !is_type(target));
    let description = node.text("description").or_else(|| alias.and_then(|target| target.text("description")));
    Property {
        name: name.to_owned(),
        rust: snake(name),
        ty: reader.ty(node, Context::Body, name),
        description: description.map(|text| text.trim().to_owned()),
        required,
        nullable: [node, target].into_iter().chain(node.list("anyOf")).any(|schema| schema.flag("nullable")),
        inferred: node.text("x-keyfob-confidence") == Some("inferred"),
        json_string: node.flag("x-keyfob-json-string"),
        strict: node.flag("x-keyfob-strict"),
        secret: is_secret(document, inner),
    }
}

fn enumeration(node: &Yaml) -> Shape {
    let text = |key: &str, at: usize| node.list(key).get(at).and_then(Yaml::as_str).map(str::to_owned);
    let values = node.list("enum").iter().filter(|value| !value.is_null());
    let variants = values.enumerate().map(|(at, value)| {
        let text_value = value.as_str().map_or_else(|| value.as_i64().unwrap_or_default().to_string(), str::to_owned);
        let variant = Variant {
            rust: pascal(&text("x-enum-varnames", at).unwrap_or_else(|| text_value.clone())),
            value: text_value,
            description: text("x-enum-descriptions", at),
        };
        (variant, value.as_i64().unwrap_or_default())
    });
    if node.text("type") == Some("integer") {
        Shape::Integers(variants.collect())
    } else {
        Shape::Strings(variants.map(|(variant, _)| variant).collect())
    }
}
