//! Schemas that become types: objects and enumerations.

use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk;
use crate::codegen::naming::{Names, pascal};
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
    /// Text in the format of the schema, for samples.
    pub(crate) sample: &'static str,
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
    is_enumeration(schema) || schema.get("properties").is_some() || schema.list("allOf").len() > 1
}

/// Returns whether the schema lists strings or integers; other lists of values do not limit the type.
pub(crate) fn is_enumeration(schema: &Yaml) -> bool {
    let mut values = schema.list("enum").iter().filter(|value| !value.is_null()).peekable();
    values.peek().is_some()
        && match schema.text("type") {
            Some("integer") => values.all(Yaml::is_i64),
            Some("string") => values.all(Yaml::is_string),
            _ => false,
        }
}

/// Returns whether the schema is a string with `format: password`, or a list of such strings.
pub(crate) fn is_secret(document: &Yaml, schema: &Yaml) -> bool {
    let schema = walk::resolve(document, schema);
    let item = schema.get("items").map(|items| walk::resolve(document, items));
    item.unwrap_or(schema).text("format") == Some("password")
}

/// Returns a text in the format of a string, or of the strings of a list: a server rejects any other text.
pub(crate) fn sample(document: &Yaml, schema: &Yaml) -> &'static str {
    let schema = walk::resolve(document, schema);
    let item = schema.get("items").map(|items| walk::resolve(document, items));
    match item.unwrap_or(schema).text("format") {
        Some("uuid") => "123e4567-e89b-42d3-a456-426614174000",
        Some("uri") => "https://example.com/",
        Some("email") => "name@example.com",
        Some("hostname") => "example.com",
        Some("time") => "12:00:00Z",
        Some("duration") => "PT1H",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        _ => "text",
    }
}

/// Returns the properties of an object and the names of those that are required, including those that `allOf`
/// contributes. A property that several parts have is that of the last part.
pub(crate) fn merged<'d>(document: &'d Yaml, node: &'d Yaml) -> (Vec<(&'d str, &'d Yaml)>, Vec<&'d str>) {
    let (mut properties, mut required): (Vec<(&str, &Yaml)>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut add = |name, property| match properties.iter_mut().find(|(other, _)| *other == name) {
        Some((_, other)) => *other = property,
        None => properties.push((name, property)),
    };
    for part in node.list("allOf") {
        let (inherited, inherited_required) = merged(document, walk::resolve(document, part));
        for (name, property) in inherited {
            add(name, property);
        }
        required.extend(inherited_required);
    }
    for (name, property) in node.pairs("properties") {
        add(name, property);
    }
    required.extend(node.list("required").iter().filter_map(Yaml::as_str));
    (properties, required)
}

/// Reads an enumeration.
pub(crate) fn enumeration(node: &Yaml) -> Shape {
    let text = |key: &str, at: usize| node.list(key).get(at).and_then(Yaml::as_str).map(str::to_owned);
    let mut names = Names::default();
    let mut variants: Vec<(Variant, i64)> = Vec::new();
    for (at, value) in node.list("enum").iter().filter(|value| !value.is_null()).enumerate() {
        let number = value.as_i64().unwrap_or_default();
        let value = value.as_str().map_or_else(|| number.to_string(), str::to_owned);
        if variants.iter().any(|(variant, _)| variant.value == value) {
            continue;
        }
        let name = text("x-enum-varnames", at).unwrap_or_else(|| value.clone());
        let has_letters = name.chars().any(char::is_alphanumeric);
        let name = if has_letters { pascal(&name) } else { format!("Value{}", at + 1) };
        let description = text("x-enum-descriptions", at);
        variants.push((Variant { rust: names.give(name), value, description }, number));
    }
    if node.text("type") == Some("integer") {
        Shape::Integers(variants)
    } else {
        Shape::Strings(variants.into_iter().map(|(variant, _)| variant).collect())
    }
}
