//! Resolves `allOf`, `oneOf` and `anyOf` into one schema.

use super::Types;
use super::union::{Kind, kind};
use crate::import::dialect;
use crate::import::pointer;
use crate::yaml::{Yaml, YamlExt, map};

/// Maximum depth of schemas composed of each other.
const MAX_DEPTH: usize = 40;

/// Maximum number of schemas that one is composed of. Each part may refer to the same parts again, so that the number
/// would double with each level.
const MAX_COMPOSED: usize = 20_000;

/// Keywords that do not change the values of a schema.
pub(super) const ANNOTATIONS: [&str; 10] = [
    "description",
    "title",
    "deprecated",
    "readOnly",
    "writeOnly",
    "example",
    "default",
    "nullable",
    "discriminator",
    "externalDocs",
];

impl Types<'_> {
    /// Returns a schema without `allOf`, `oneOf` and `anyOf`, or a reference with annotations.
    ///
    /// # Errors
    ///
    /// If the schema has no type in Rust; the error is the reason.
    pub(super) fn expand(&self, node: &Yaml, depth: usize) -> Result<Yaml, String> {
        self.composed.set(self.composed.get() + 1);
        if depth > MAX_DEPTH || self.composed.get() > MAX_COMPOSED {
            return Err("it is composed of itself, or of too many schemas".into());
        }
        let mut own = dialect::schema(node);
        if own.get("x-rust-type").is_some() || own.get("x-keyfob-type").is_some() {
            return Ok(own);
        }
        own.take("not");
        for key in ["if", "then", "else", "dependentSchemas", "dependentRequired", "unevaluatedProperties"] {
            own.take(key);
        }
        let mut parts: Vec<Yaml> = own.take("allOf").and_then(|parts| parts.as_sequence().cloned()).unwrap_or_default();
        let discriminator = own.take("discriminator");
        for key in ["oneOf", "anyOf"] {
            let Some(variants) = own.take(key).and_then(|variants| variants.as_sequence().cloned()) else { continue };
            // Alternatives that only require some of the properties do not change the type.
            let variants: Vec<Yaml> = variants.into_iter().filter(|variant| !is_constraint(variant)).collect();
            if !variants.is_empty() {
                parts.push(self.union(&variants, discriminator.as_ref(), depth)?);
            }
        }
        if parts.is_empty() && own.get("$ref").is_none() {
            if let Some(discriminator) = discriminator {
                own.set("discriminator", discriminator);
            }
            return Ok(own);
        }
        let (annotations, structure) = split(&own);
        if own.get("$ref").is_some() && parts.is_empty() && structure.entries().len() == 1 {
            return Ok(own);
        }
        if self.adds(&structure, &parts, depth) {
            parts.push(structure);
        }
        let mut merged =
            if let [part] = parts.as_slice() { self.expand(part, depth + 1)? } else { self.all_of(&parts, depth)? };
        for (key, value) in annotations.entries() {
            merged.set(key, value.clone());
        }
        Ok(merged)
    }

    /// Returns the schema of values that match every part.
    fn all_of(&self, parts: &[Yaml], depth: usize) -> Result<Yaml, String> {
        let mut merged: Option<Yaml> = None;
        for part in parts {
            let part = self.expand_resolved(part, depth + 1)?;
            merged = Some(match merged {
                None => part,
                Some(merged) => both(&merged, &part)?,
            });
        }
        Ok(merged.unwrap_or_else(|| map([])))
    }

    /// Returns whether keywords beside `parts` state more than the parts do. The `type` beside a reference that may be
    /// null is that of its target.
    fn adds(&self, structure: &Yaml, parts: &[Yaml], depth: usize) -> bool {
        if structure.entries().is_empty() || (is_constraint(structure) && structure.list("required").is_empty()) {
            return false;
        }
        let only_type = structure.entries().len() == 1 && structure.get("type").is_some();
        let [part] = parts else { return true };
        !(only_type
            && self.expand_resolved(part, depth + 1).is_ok_and(|part| part.get("type") == structure.get("type")))
    }

    /// Returns a schema without `allOf`, `oneOf`, `anyOf` and references at its top.
    ///
    /// # Errors
    ///
    /// If the schema has no type in Rust; the error is the reason.
    pub(super) fn expand_resolved(&self, node: &Yaml, depth: usize) -> Result<Yaml, String> {
        let expanded = self.expand(node, depth)?;
        let Some(reference) = expanded.text("$ref") else { return Ok(expanded) };
        let target = pointer::find(self.document, reference)
            .ok_or_else(|| format!("the reference {reference} has no target"))?;
        let mut target = self.expand_resolved(target, depth + 1)?;
        for (key, value) in expanded.entries() {
            if key != "$ref" {
                target.set(key, value.clone());
            }
        }
        Ok(target)
    }

    /// Returns the base of a class hierarchy with the alternatives that extend it by `allOf`.
    pub(super) fn with_subtypes(&self, reference: &str, node: &Yaml) -> Yaml {
        let is_base = node.get("discriminator").is_some() && node.get("oneOf").is_none() && node.get("anyOf").is_none();
        if !is_base {
            return node.clone();
        }
        let schemas = self.document.at(&["components", "schemas"]).map(YamlExt::entries).unwrap_or_default();
        let extends = |schema: &Yaml| {
            let mut parts = schema.list("allOf").iter().filter_map(|part| part.text("$ref"));
            parts.any(|part| pointer::segments(part).is_some_and(|keys| pointer::reference(&keys) == reference))
        };
        let children = schemas.into_iter().filter(|(_, schema)| extends(schema));
        let children: Vec<Yaml> = children
            .map(|(name, _)| map([("$ref", pointer::reference(&["components", "schemas", name]).into())]))
            .collect();
        if children.is_empty() {
            return node.clone();
        }
        let mut base = node.clone();
        let discriminator = base.take("discriminator");
        let description = base.take("description");
        let mut variants = vec![base];
        variants.extend(children);
        let mut all = map([("oneOf", Yaml::Sequence(variants))]);
        for (key, value) in [("discriminator", discriminator), ("description", description)] {
            if let Some(value) = value {
                all.set(key, value);
            }
        }
        all
    }
}

/// Returns whether a schema has no type, only annotations and constraints.
pub(super) fn is_constraint(node: &Yaml) -> bool {
    const TYPES: [&str; 11] = [
        "type",
        "properties",
        "enum",
        "const",
        "items",
        "additionalProperties",
        "$ref",
        "allOf",
        "oneOf",
        "anyOf",
        "x-rust-type",
    ];
    let entries = node.entries();
    !entries.is_empty() && !entries.iter().any(|(key, _)| TYPES.contains(key) || *key == "x-keyfob-type")
}

/// Separates annotations from the keywords that state the type.
fn split(node: &Yaml) -> (Yaml, Yaml) {
    let (annotations, structure): (Vec<_>, Vec<_>) = node.entries().into_iter().partition(|(key, _)| {
        ANNOTATIONS.contains(key) || (key.starts_with("x-") && !matches!(*key, "x-rust-type" | "x-keyfob-type"))
    });
    let collect = |entries: Vec<(&str, &Yaml)>| {
        Yaml::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value.clone())).collect())
    };
    (collect(annotations), collect(structure))
}

/// Returns the schema of values that match both schemas.
fn both(one: &Yaml, other: &Yaml) -> Result<Yaml, String> {
    let (first, second) = (kind(one), kind(other));
    if second == Kind::Any && other.get("properties").is_none() && other.list("required").is_empty() {
        return Ok(with_missing(one, other));
    }
    if first == Kind::Any && one.list("required").is_empty() {
        return Ok(with_missing(other, one));
    }
    let objects = |kind: Kind| matches!(kind, Kind::Object | Kind::Map | Kind::Any);
    let numbers = |kind: Kind| matches!(kind, Kind::Integer | Kind::Number);
    let texts = |kind: Kind| matches!(kind, Kind::Enumeration | Kind::Text);
    let compatible = first == second
        || (objects(first) && objects(second))
        || (numbers(first) && numbers(second))
        || (texts(first) && texts(second));
    if !compatible {
        return Err(format!("its allOf combines {} and {}", first.name(), second.name()));
    }
    let mut merged = one.clone();
    for (key, value) in other.entries() {
        match key {
            "properties" => {
                let mut properties =
                    merged.take("properties").and_then(|node| node.as_mapping().cloned()).unwrap_or_default();
                for (name, property) in value.entries() {
                    let combined = match properties.get(name) {
                        Some(before) if before != property => {
                            map([("allOf", Yaml::Sequence(vec![before.clone(), property.clone()]))])
                        }
                        _ => property.clone(),
                    };
                    properties.insert(name.into(), combined);
                }
                merged.set("properties", properties);
            }
            "required" => {
                let mut required = merged.list("required").to_vec();
                for name in value.as_sequence().into_iter().flatten() {
                    if !required.contains(name) {
                        required.push(name.clone());
                    }
                }
                merged.set("required", required);
            }
            "enum" => {
                let before = merged.list("enum").to_vec();
                let after = value.as_sequence().cloned().unwrap_or_default();
                let common: Vec<Yaml> = before.iter().filter(|value| after.contains(value)).cloned().collect();
                if common.len() != before.len() {
                    merged.take("x-enum-varnames");
                    merged.set("enum", if common.is_empty() { after } else { common });
                }
            }
            "type" if first == Kind::Integer => {}
            "additionalProperties" if value.as_bool() == Some(false) => {}
            "nullable" => {}
            "description" | "title" if merged.get(key).is_some() => {}
            _ => merged.set(key, value.clone()),
        }
    }
    if !(one.flag("nullable") && other.flag("nullable")) {
        merged.take("nullable");
    }
    Ok(merged)
}

fn with_missing(node: &Yaml, other: &Yaml) -> Yaml {
    let mut all = node.clone();
    for (key, value) in other.entries() {
        if all.get(key).is_none() && key != "nullable" {
            all.set(key, value.clone());
        }
    }
    all
}
