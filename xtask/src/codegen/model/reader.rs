//! Reads the types of a document: component schemas, and the inline schemas of bodies.

use std::collections::{BTreeMap, BTreeSet};

use crate::codegen::model::notes::Notes;
use crate::codegen::model::reach::reach;
use crate::codegen::model::schema::{self, Schema, is_type};
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk;
use crate::codegen::naming::pascal;
use crate::yaml::{Yaml, YamlExt};

/// Keywords that limit values. They have no effect on code: a response beyond a limit must not fail, and requests are
/// validated by the server.
const LIMITS: [&str; 13] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Formats of strings that the client treats as plain text.
const TEXT_FORMATS: [&str; 9] = ["uuid", "uri", "email", "binary", "byte", "password", "time", "duration", "hostname"];

/// Part of the document that a schema belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    Body,
    Parameter,
}

/// Reads schemas as types.
pub(crate) struct Reader<'d> {
    pub(crate) document: &'d Yaml,
    pub(crate) notes: Notes,
    /// Rust names of the components that become types.
    names: BTreeMap<&'d str, String>,
    /// Types of inline schemas.
    inline: Vec<Schema>,
}

impl<'d> Reader<'d> {
    /// Names the components that become types. Those that only error responses use do not.
    pub(crate) fn new(document: &'d Yaml, mut notes: Notes) -> Self {
        let reach = reach(document);
        let is_unused = |name: &str| {
            reach.errors.contains(name) && !reach.requests.contains(name) && !reach.responses.contains(name)
        };
        let unused: BTreeSet<&str> = reach.errors.iter().map(String::as_str).filter(|name| is_unused(name)).collect();
        if !unused.is_empty() {
            let unused: Vec<&str> = unused.iter().copied().collect();
            notes.push(format!("not generated, because only error responses use them: {}", unused.join(", ")));
        }
        let components = schemas(document).into_iter();
        let types = components.filter(|(name, schema)| is_type(schema) && !unused.contains(name));
        let names = types.map(|(name, _)| (name, pascal(name))).collect();
        Self { document, notes, names, inline: Vec::new() }
    }

    /// Returns every type: those of components in the document's order, then those of inline schemas.
    pub(crate) fn finish(mut self) -> (Vec<Schema>, Notes) {
        let mut found = Vec::new();
        for (name, node) in schemas(self.document) {
            let Some(rust) = self.names.get(name).cloned() else { continue };
            found.push(schema::read(&mut self, &rust, node));
            if !node.list("allOf").is_empty() {
                self.notes.push(format!("components/schemas/{name}: allOf becomes one object"));
            }
            self.notes.end(&format!("components/schemas/{name}"));
        }
        found.append(&mut self.inline);
        (found, self.notes)
    }

    /// Reads an inline schema that becomes a type with this name.
    pub(crate) fn inline(&mut self, name: &str, schema: &Yaml) -> Ty {
        let schema = schema::read(self, name, schema);
        self.inline.push(schema);
        Ty::Named(name.to_owned())
    }

    /// Returns the type of a schema. `property` is the name of the property or parameter that has it, or empty.
    pub(crate) fn ty(&mut self, schema: &Yaml, context: Context, property: &str) -> Ty {
        if let Some(path) = schema.at(&["x-rust-type", "path"]).and_then(Yaml::as_str) {
            return Ty::runtime(path);
        }
        if let Some(kind) = schema.text("x-keyfob-type") {
            return scalar(kind);
        }
        // A reference with annotations is written around it, with `allOf`.
        let inner = schema.get("$ref").is_none().then(|| schema.list("allOf").first()).flatten().unwrap_or(schema);
        if inner.get("$ref").is_some() {
            let (name, target) = walk::chase(self.document, inner);
            return match self.names.get(name) {
                Some(name) if is_type(target) => Ty::Named(name.clone()),
                _ => self.ty(target, context, property),
            };
        }
        for key in LIMITS.into_iter().filter(|key| schema.get(key).is_some()) {
            self.notes.ignore(property, key);
        }
        if schema.get("default").is_some() && context == Context::Body {
            self.notes.ignore(property, "default");
        }
        match schema.text("type") {
            Some("string") => self.text(schema.text("format"), context, property),
            Some(kind @ ("integer" | "number" | "boolean")) => scalar(kind),
            Some("array") => {
                let items = schema.get("items").unwrap_or(&Yaml::Null);
                Ty::List(Box::new(self.ty(items, context, property)))
            }
            _ => match schema.get("additionalProperties") {
                Some(values) if !values.entries().is_empty() => Ty::Map(Box::new(self.ty(values, context, property))),
                _ => Ty::Json,
            },
        }
    }

    /// Returns the type of a string with this format.
    fn text(&mut self, format: Option<&str>, context: Context, property: &str) -> Ty {
        match (format, context) {
            (Some("date-time"), Context::Body) => Ty::Timestamp,
            (Some("date"), Context::Body) => Ty::Date,
            (Some("date-time" | "date"), Context::Parameter) => Ty::runtime("TimeParam"),
            (format, _) => {
                if let Some(format) = format.filter(|format| !TEXT_FORMATS.contains(format)) {
                    self.notes.ignore(property, &format!("format {format}"));
                }
                Ty::Text
            }
        }
    }
}

/// Returns the component schemas, in the document's order.
fn schemas(document: &Yaml) -> Vec<(&str, &Yaml)> {
    document.at(&["components", "schemas"]).map(YamlExt::entries).unwrap_or_default()
}

/// Returns the type of a scalar other than a string.
fn scalar(kind: &str) -> Ty {
    match kind {
        "integer" => Ty::Integer,
        "number" => Ty::Number,
        _ => Ty::Boolean,
    }
}
