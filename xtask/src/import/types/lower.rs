//! Writes a schema in the form of the specification; nested objects and enumerations become components.

use std::collections::BTreeSet;

use super::compose::ANNOTATIONS;
use super::enums::enumeration;
use super::names::{self, title};
use super::union::{Kind, kind};
use super::{Place, Types};
use crate::codegen::naming::snake;
use crate::import::report::Effect;
use crate::yaml::{Map, Yaml, YamlExt, map};

/// Maximum depth of schemas nested in one another without a name.
const MAX_DEPTH: usize = 60;

/// Keywords of scalars that the specification has too.
const SCALAR: [&str; 14] = [
    "type",
    "format",
    "description",
    "nullable",
    "deprecated",
    "readOnly",
    "writeOnly",
    "example",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
];

/// Keywords beside a reference, which move into an `allOf` around it.
const BESIDE: [&str; 5] = ["description", "nullable", "deprecated", "readOnly", "writeOnly"];

/// Extensions that are retained.
const EXTENSIONS: [&str; 9] = [
    "x-keyfob-source",
    "x-keyfob-confidence",
    "x-keyfob-patch",
    "x-keyfob-extra",
    "x-keyfob-json-string",
    "x-keyfob-strict",
    "x-keyfob-type",
    "x-rust-type",
    super::UNTYPED,
];

/// Ends of the names of secrets, which `Debug` must not show.
const SECRETS: [&str; 8] =
    ["password", "passphrase", "secret", "api_key", "api_token", "access_token", "refresh_token", "session_token"];

impl Types<'_> {
    /// Writes a schema; `top` is whether it is a component itself.
    pub(super) fn lower(&mut self, node: &Yaml, place: &Place, top: bool) -> Yaml {
        if place.depth > MAX_DEPTH {
            return self.untyped(node, place, "it is nested too deeply");
        }
        self.composed.set(0);
        match self.expand(node, 0) {
            Err(reason) => self.untyped(node, place, &reason),
            Ok(schema) if schema.get("$ref").is_some() => self.lower_reference(&schema, place),
            Ok(schema) => self.lower_expanded(schema, place, top),
        }
    }

    fn lower_reference(&mut self, node: &Yaml, place: &Place) -> Yaml {
        let reference = node.text("$ref").unwrap_or_default();
        if is_secret(&place.field)
            && let Ok(target) = self.expand_resolved(node, 0)
            && matches!(kind(&target), Kind::Text | Kind::Enumeration)
        {
            return scalar(&target, place);
        }
        let (name, nullable) = match self.component(reference) {
            Ok(found) => found,
            Err(reason) => return self.untyped(node, place, &reason),
        };
        let target = map([("$ref", format!("#/components/schemas/{name}").into())]);
        let mut around = map([]);
        for (key, value) in node.entries() {
            if BESIDE.contains(&key) || (EXTENSIONS.contains(&key) && key != "x-keyfob-source") {
                around.set(key, value.clone());
            }
        }
        if nullable {
            around.set("nullable", true);
        }
        if around.entries().is_empty() {
            return target;
        }
        let kind = self.expand_resolved(node, 0).map_or(Kind::Any, |schema| kind(&schema));
        wrapped(around, target, kind)
    }

    fn lower_expanded(&mut self, schema: Yaml, place: &Place, top: bool) -> Yaml {
        let schema = if schema.get("enum").is_some() { enumeration(&schema) } else { schema };
        if schema.get("enum").is_some() && !(is_secret(&place.field) && kind(&schema) == Kind::Enumeration) {
            return if top {
                annotated(&schema, &["type", "enum", "x-enum-varnames", "x-enum-descriptions"])
            } else {
                self.promote(&schema, place, true)
            };
        }
        match kind(&schema) {
            Kind::Text | Kind::Enumeration | Kind::Integer | Kind::Number | Kind::Boolean => scalar(&schema, place),
            Kind::Runtime => runtime(&schema),
            Kind::Any | Kind::Null => annotated(&schema, &[]),
            Kind::List => {
                let items = schema.get("items").cloned().unwrap_or_else(|| map([]));
                let mut list = annotated(&schema, &[]);
                list.set("type", "array");
                let items = self.lower(&items, &place.item(), false);
                list.set("items", items);
                list
            }
            Kind::Map => {
                let mut object = annotated(&schema, &[]);
                object.set("type", "object");
                if let Some(values) =
                    schema.get("additionalProperties").filter(|values| !values.entries().is_empty()).cloned()
                {
                    let values = self.lower(&values, &place.value(), false);
                    object.set("additionalProperties", values);
                } else {
                    object.set("additionalProperties", true);
                }
                object
            }
            Kind::Object if top => self.object(&schema, place),
            Kind::Object => self.promote(&schema, place, false),
        }
    }

    fn object(&mut self, schema: &Yaml, place: &Place) -> Yaml {
        let mut object = annotated(schema, &[]);
        object.set("type", "object");
        let extra = schema.get("additionalProperties").is_some_and(|values| values.as_bool() != Some(false));
        if schema.get("additionalProperties").is_some_and(|values| values.is_mapping() && !values.entries().is_empty())
        {
            self.report.push(Effect::Changed, place.subject.clone(), "properties of other names are retained as JSON");
        }
        let mut properties = Map::new();
        let mut fields = BTreeSet::new();
        for (name, property) in schema.pairs("properties") {
            let inner = place.property(name);
            fields.insert(snake(name));
            if name.trim().is_empty() {
                self.report.push(Effect::Removed, inner.subject, "a field without a name");
                continue;
            }
            let property = self.lower(property, &inner, false);
            properties.insert(name.into(), property);
        }
        let mut required: Vec<Yaml> = Vec::new();
        for name in schema.list("required") {
            let Some(text) = name.as_str() else { continue };
            if properties.get(text).is_none() {
                self.report.push(
                    Effect::Removed,
                    place.subject.clone(),
                    format!("requires {text}, which is not one of its properties"),
                );
            } else if !required.contains(name) {
                required.push(name.clone());
            }
        }
        if !required.is_empty() {
            object.set("required", required);
        }
        object.set("properties", properties);
        if extra && !fields.contains("extra") {
            object.set("x-keyfob-extra", true);
        }
        object
    }

    /// Makes an inline schema a component, and returns the reference to it.
    fn promote(&mut self, schema: &Yaml, place: &Place, is_enum: bool) -> Yaml {
        let mut content = schema.clone();
        let description = content.take("description");
        for key in ["nullable", "deprecated", "readOnly", "writeOnly", "default", "example"] {
            content.take(key);
        }
        let field = names::type_name(&place.field);
        let shared = Some(field.clone()).filter(|name| is_enum && self.shared_enums.contains(name));
        // Some frameworks write the name of the property as the title of its schema.
        let short = title(schema).filter(|title| *title != field).or(shared);
        let (name, new) = self.names.inline(short, &place.field, &place.name, &content);
        if new {
            // The name is taken first, so that the schema precedes the schemas that are nested in it.
            self.written.insert(name.as_str().into(), Yaml::Null);
            let inner = Place {
                subject: place.subject.clone(),
                name: names::type_name(&name),
                field: String::new(),
                depth: place.depth,
            };
            let mut written = if is_enum {
                annotated(&content, &["type", "enum", "x-enum-varnames", "x-enum-descriptions"])
            } else {
                self.object(&content, &inner)
            };
            if let Some(description) = description.clone() {
                written.set("description", description);
            }
            self.written.insert(name.as_str().into(), written);
        }
        let reference = map([("$ref", format!("#/components/schemas/{name}").into())]);
        let mut around = map([]);
        for key in BESIDE {
            if let Some(value) = schema.get(key).filter(|_| key != "description") {
                around.set(key, value.clone());
            }
        }
        if around.entries().is_empty() {
            return reference;
        }
        if let Some(description) = description {
            around.set("description", description);
        }
        wrapped(around, reference, kind(schema))
    }
}

/// Returns a string, number or boolean; a secret has no example.
fn scalar(schema: &Yaml, place: &Place) -> Yaml {
    let mut scalar = annotated(schema, &[]);
    for key in SCALAR {
        if let Some(value) = schema.get(key) {
            scalar.set(key, value.clone());
        }
    }
    if is_secret(&place.field) && scalar.text("type") == Some("string") {
        scalar.set("format", "password");
        scalar.take("example");
        scalar.take("default");
    }
    scalar
}

/// Returns a reference with annotations; if it may be null, `anyOf` has null as an alternative with the type of the target,
/// because other tools read `nullable` only beside a `type`.
fn wrapped(mut around: Yaml, reference: Yaml, kind: Kind) -> Yaml {
    let name = match kind {
        // A list would need items; the only value of the alternative is null, which an object may be too.
        Kind::Object | Kind::Map | Kind::List => Some("object"),
        Kind::Enumeration | Kind::Text => Some("string"),
        Kind::Integer => Some("integer"),
        Kind::Number => Some("number"),
        Kind::Boolean => Some("boolean"),
        Kind::Any | Kind::Null | Kind::Runtime => None,
    };
    match name.filter(|_| around.flag("nullable")) {
        Some(name) => {
            around.take("nullable");
            let null = map([("type", name.into()), ("nullable", true.into()), ("enum", vec![Yaml::Null].into())]);
            around.set("anyOf", vec![reference, null]);
        }
        None => around.set("allOf", vec![reference]),
    }
    around
}

/// Returns a schema with a type of the runtime; for other tools, `anyOf` lists the types of its values.
fn runtime(schema: &Yaml) -> Yaml {
    let mut runtime = annotated(schema, &["anyOf"]);
    let is_number_or_string = schema.at(&["x-rust-type", "path"]).and_then(Yaml::as_str) == Some("NumberOrString");
    if is_number_or_string && schema.get("anyOf").is_none() {
        let mut number = map([("type", "number".into())]);
        if runtime.take("nullable").is_some() {
            number.set("nullable", true);
        }
        runtime.set("anyOf", vec![number, map([("type", "string".into())])]);
    }
    runtime
}

/// Returns a schema's annotations and extensions, and the keywords `also`.
fn annotated(schema: &Yaml, also: &[&str]) -> Yaml {
    let mut found = map([]);
    for (key, value) in schema.entries() {
        let annotation = ANNOTATIONS.contains(&key) && !matches!(key, "title" | "discriminator" | "externalDocs");
        if annotation || EXTENSIONS.contains(&key) || also.contains(&key) {
            found.set(key, value.clone());
        }
    }
    found
}

/// Returns whether a field of this name is a secret.
fn is_secret(field: &str) -> bool {
    let field = snake(field);
    SECRETS.iter().any(|end| field.ends_with(end))
}
