//! Alternatives: `oneOf` and `anyOf` as one schema, where Rust has a type for it.

use super::Types;
use crate::import::pointer;
use crate::yaml::{Map, Yaml, YamlExt, map};

/// Kind of the values of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Any,
    Null,
    /// An object with properties.
    Object,
    /// An object without properties.
    Map,
    List,
    /// An enumeration of strings.
    Enumeration,
    Text,
    Integer,
    Number,
    Boolean,
    /// A type of the runtime.
    Runtime,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Null => "null",
            Self::Object => "an object",
            Self::Map => "a map",
            Self::List => "a list",
            Self::Enumeration => "an enumeration",
            Self::Text => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Runtime => "a type of the runtime",
        }
    }
}

/// Returns the kind of a schema that is not a reference and has no `allOf`, `oneOf` or `anyOf`.
pub(super) fn kind(schema: &Yaml) -> Kind {
    if schema.get("x-rust-type").is_some() || schema.get("x-keyfob-type").is_some() {
        return Kind::Runtime;
    }
    let values: Vec<&Yaml> = schema.list("enum").iter().filter(|value| !value.is_null()).collect();
    if values.is_empty() && !schema.list("enum").is_empty() {
        // OpenAPI 3.0 has no type for null: this is the enumeration of null alone, with or without a type beside it.
        return Kind::Null;
    }
    if !values.is_empty()
        && values.iter().all(|value| value.is_string())
        && matches!(schema.text("type"), None | Some("string"))
    {
        return Kind::Enumeration;
    }
    match schema.text("type") {
        Some("null") => Kind::Null,
        Some("array") => Kind::List,
        Some("string") => Kind::Text,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("object") if schema.pairs("properties").is_empty() => Kind::Map,
        Some("object") => Kind::Object,
        _ if !schema.pairs("properties").is_empty() => Kind::Object,
        _ if schema.get("items").is_some() => Kind::List,
        _ if schema.get("additionalProperties").is_some_and(Yaml::is_mapping) => Kind::Map,
        _ if !values.is_empty() && values.iter().all(|value| value.is_i64()) => Kind::Integer,
        _ if !values.is_empty() && values.iter().all(|value| value.is_number()) => Kind::Number,
        _ if !values.is_empty() && values.iter().all(|value| value.is_bool()) => Kind::Boolean,
        _ => Kind::Any,
    }
}

impl Types<'_> {
    /// Returns one schema for the values of all `variants`.
    ///
    /// # Errors
    ///
    /// If no type holds all of them; the error is the reason.
    pub(super) fn union(&self, variants: &[Yaml], discriminator: Option<&Yaml>, depth: usize) -> Result<Yaml, String> {
        let mut nullable = false;
        let mut rest: Vec<(Yaml, Yaml)> = Vec::new();
        for variant in variants {
            let expanded = self.expand_resolved(variant, depth + 1)?;
            if kind(&expanded) == Kind::Null {
                nullable = true;
                continue;
            }
            nullable |= expanded.flag("nullable");
            if !rest.iter().any(|(known, _)| known == variant) {
                rest.push((variant.clone(), expanded));
            }
        }
        let mut schema = match rest.as_slice() {
            [] => map([]),
            [(variant, _)] => variant.clone(),
            _ => one_type(&rest, discriminator)?,
        };
        if nullable {
            schema = if schema.get("$ref").is_some() { map([("allOf", Yaml::Sequence(vec![schema]))]) } else { schema };
            schema.set("nullable", true);
        }
        Ok(schema)
    }
}

/// Returns one schema for the values of several.
fn one_type(variants: &[(Yaml, Yaml)], discriminator: Option<&Yaml>) -> Result<Yaml, String> {
    let kinds: Vec<Kind> = variants.iter().map(|(_, expanded)| kind(expanded)).collect();
    let all = |allowed: &[Kind]| kinds.iter().all(|kind| allowed.contains(kind));
    if all(&[Kind::Object, Kind::Map]) {
        return Ok(objects(variants, discriminator));
    }
    if all(&[Kind::Enumeration]) {
        return Ok(enumerations(variants));
    }
    if all(&[Kind::Enumeration, Kind::Text]) {
        // An enumeration is open: it retains strings that are not listed.
        let listed: Vec<(Yaml, Yaml)> =
            variants.iter().filter(|(_, schema)| kind(schema) == Kind::Enumeration).cloned().collect();
        if listed.is_empty() {
            let formats: Vec<_> = variants.iter().map(|(_, schema)| schema.text("format")).collect();
            let mut text = map([("type", "string".into())]);
            if let Some(format) = formats[0].filter(|_| formats.iter().all(|format| *format == formats[0])) {
                text.set("format", format);
            }
            return Ok(text);
        }
        return Ok(enumerations(&listed));
    }
    if all(&[Kind::Integer]) {
        return Ok(map([("type", "integer".into())]));
    }
    if all(&[Kind::Integer, Kind::Number]) {
        return Ok(map([("type", "number".into())]));
    }
    if all(&[Kind::Boolean]) {
        return Ok(map([("type", "boolean".into())]));
    }
    let is_truth = |value: &Yaml| matches!(value.as_str(), Some("true" | "false"));
    let mut texts = variants.iter().flat_map(|(_, schema)| schema.list("enum")).filter(|value| value.is_string());
    if all(&[Kind::Boolean, Kind::Enumeration]) && texts.all(is_truth) {
        let kinds = ["boolean", "string"].map(|kind| map([("type", kind.into())]));
        return Ok(map([("anyOf", Yaml::Sequence(kinds.to_vec())), ("x-keyfob-type", "boolean".into())]));
    }
    if all(&[Kind::Integer, Kind::Number, Kind::Text, Kind::Enumeration]) {
        return Ok(number_or_string());
    }
    if all(&[Kind::List]) {
        let mut items: Vec<Yaml> = Vec::new();
        for (_, list) in variants {
            let own = list.get("items").cloned().unwrap_or_else(|| map([]));
            if !items.contains(&own) {
                items.push(own);
            }
        }
        let items = if items.len() == 1 { items.swap_remove(0) } else { map([("anyOf", Yaml::Sequence(items))]) };
        return Ok(map([("type", "array".into()), ("items", items)]));
    }
    if kinds.contains(&Kind::Any) {
        return Err("one of its alternatives is any value".into());
    }
    let mut names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    names.dedup();
    Err(format!("it is either {}", names.join(" or ")))
}

/// Returns the schema of a number that may be a string, a type of the runtime.
pub(super) fn number_or_string() -> Yaml {
    map([("x-rust-type", map([("crate", "keyfob_client".into()), ("path", "NumberOrString".into())]))])
}

fn enumerations(variants: &[(Yaml, Yaml)]) -> Yaml {
    let mut values: Vec<Yaml> = Vec::new();
    for value in variants.iter().flat_map(|(_, schema)| schema.list("enum")) {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    let descriptions: Vec<Yaml> = variants
        .iter()
        .flat_map(|(_, schema)| {
            let own = schema.get("description").cloned().unwrap_or_else(|| "".into());
            schema.list("enum").iter().map(move |_| own.clone())
        })
        .collect();
    let mut schema = map([("type", "string".into()), ("enum", Yaml::Sequence(values.clone()))]);
    let described = descriptions.iter().any(|text| text.as_str().is_some_and(|text| !text.is_empty()));
    // schemars, among others, writes each value as an alternative with a description of its own.
    if described && descriptions.len() == values.len() && variants.len() == values.len() {
        schema.set("x-enum-descriptions", descriptions);
    }
    schema
}

/// Returns one object with the fields of all variants.
fn objects(variants: &[(Yaml, Yaml)], discriminator: Option<&Yaml>) -> Yaml {
    let expanded: Vec<Yaml> = variants.iter().map(|(_, schema)| schema.clone()).collect();
    let mut object = any_of_objects(&expanded);
    let names: Vec<String> = variants
        .iter()
        .filter_map(|(variant, schema)| {
            let reference = variant.text("$ref").and_then(pointer::segments).and_then(|keys| keys.last().cloned());
            reference.or_else(|| schema.text("title").map(str::to_owned))
        })
        .collect();
    if names.len() == variants.len() {
        object.set("description", format!("Fields of one of: {}.", names.join(", ")));
    }
    if let Some(name) = discriminator.and_then(|node| node.text("propertyName").or(node.as_str()))
        && let Some(property) = object.at(&["properties", name]).cloned()
        && is_plain_text(&property)
    {
        let mapped = discriminator.map(|node| node.pairs("mapping")).unwrap_or_default();
        let mapped: Vec<Yaml> = mapped.into_iter().map(|(value, _)| value.into()).collect();
        if !mapped.is_empty() {
            let mut property = property;
            property.set("enum", mapped);
            let mut properties: Map = object.get("properties").and_then(Yaml::as_mapping).cloned().unwrap_or_default();
            properties.insert(name.into(), property);
            object.set("properties", properties);
        }
    }
    object
}

fn is_plain_text(property: &Yaml) -> bool {
    property.text("type") == Some("string") && property.get("enum").is_none()
}

/// Returns an object with the properties of all `variants`; a property that they describe differently has alternatives.
fn any_of_objects(variants: &[Yaml]) -> Yaml {
    let mut properties: Vec<(String, Vec<Yaml>)> = Vec::new();
    let mut required: Option<Vec<Yaml>> = None;
    let mut open = false;
    for variant in variants {
        for (name, property) in variant.pairs("properties") {
            match properties.iter_mut().find(|(known, _)| known == name) {
                Some((_, kinds)) if kinds.contains(property) => {}
                Some((_, kinds)) => kinds.push(property.clone()),
                None => properties.push((name.to_owned(), vec![property.clone()])),
            }
        }
        let own = variant.list("required").to_vec();
        required = Some(match required {
            None => own,
            Some(before) => before.into_iter().filter(|name| own.contains(name)).collect(),
        });
        open |= kind(variant) == Kind::Map
            || variant.get("additionalProperties").is_some_and(|values| values.as_bool() != Some(false));
    }
    let properties = properties.into_iter().map(|(name, mut kinds)| {
        let schema = if kinds.len() == 1 { kinds.swap_remove(0) } else { map([("anyOf", Yaml::Sequence(kinds))]) };
        (name.into(), schema)
    });
    let mut object = map([("type", "object".into()), ("properties", Yaml::Mapping(properties.collect::<Map>()))]);
    if let Some(required) = required.filter(|required| !required.is_empty()) {
        object.set("required", required);
    }
    if open {
        object.set("additionalProperties", true);
    }
    object
}
