//! Reads the types of a document: component schemas, and the inline schemas of bodies.

use std::collections::{BTreeMap, BTreeSet};

use crate::codegen::model::notes::Notes;
use crate::codegen::model::reach::reach;
use crate::codegen::model::schema::{
    Property, Schema, Shape, enumeration, is_enumeration, is_secret, is_type, merged, sample,
};
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk;
use crate::codegen::naming::{Names, RESERVED_TYPES, pascal, snake};
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

/// Maximum number of schemas within each other. No type has as many: a deeper one is a list or map that contains itself.
const MAX_DEPTH: usize = 24;

/// Part of the document that a schema belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    Body,
    Parameter,
}

/// Position of a schema in the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub(crate) context: Context,
    /// Name of the property or parameter that has the schema; may be empty.
    pub(crate) property: &'a str,
    /// Name of the type that the schema becomes if it is an inline object or enumeration.
    pub(crate) name: &'a str,
}

impl<'a> At<'a> {
    /// Returns the position of the schema of a body or response.
    pub(crate) fn body(name: &'a str) -> Self {
        Self { context: Context::Body, property: "", name }
    }

    fn named(self, name: &'a str) -> Self {
        Self { name, ..self }
    }
}

/// Reads schemas as types.
pub(crate) struct Reader<'d> {
    pub(crate) document: &'d Yaml,
    pub(crate) notes: Notes,
    /// Rust names of the components that become types.
    components: BTreeMap<&'d str, String>,
    /// Names of all types.
    names: Names,
    /// Types of inline schemas.
    inline: Vec<Schema>,
    /// Number of schemas around the current one.
    depth: usize,
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
        let mut names = Names::reserved(RESERVED_TYPES);
        let components = types.map(|(name, _)| (name, names.give(pascal(name)))).collect();
        Self { document, notes, components, names, inline: Vec::new(), depth: 0 }
    }

    /// Returns every type: those of components in the document's order, then those of inline schemas.
    pub(crate) fn finish(mut self) -> (Vec<Schema>, Notes) {
        let mut found = Vec::new();
        for (name, node) in schemas(self.document) {
            let Some(rust) = self.components.get(name).cloned() else { continue };
            found.push(self.schema(&rust, node));
            if !node.list("allOf").is_empty() {
                self.notes.push(format!("components/schemas/{name}: allOf becomes one object"));
            }
            self.notes.end(&format!("components/schemas/{name}"));
        }
        found.append(&mut self.inline);
        (found, self.notes)
    }

    /// Reads an inline object or enumeration, which becomes a type of its own.
    fn inline(&mut self, schema: &Yaml, name: &str) -> Ty {
        let name = self.names.give(name.to_owned());
        self.notes.push(format!("the inline schema of {name} becomes a type"));
        let schema = self.schema(&name, schema);
        self.inline.push(schema);
        Ty::Named(name)
    }

    /// Returns the type of a schema.
    pub(crate) fn ty(&mut self, schema: &Yaml, at: At<'_>) -> Ty {
        if self.depth == MAX_DEPTH {
            self.notes.ignore(at.property, "the type of a list that contains itself");
            return Ty::Json;
        }
        self.depth += 1;
        let ty = self.ty_at_depth(schema, at);
        self.depth -= 1;
        ty
    }

    fn ty_at_depth(&mut self, schema: &Yaml, at: At<'_>) -> Ty {
        let At { context, property, name } = at;
        if let Some(path) = schema.at(&["x-rust-type", "path"]).and_then(Yaml::as_str) {
            return Ty::runtime(path);
        }
        if let Some(kind) = schema.text("x-keyfob-type") {
            return scalar(kind);
        }
        // A reference with annotations is written around it, with `allOf`, or with `anyOf` if it may be null.
        let inner = match schema.list("allOf") {
            [inner] if schema.get("$ref").is_none() && schema.get("properties").is_none() => inner,
            _ => walk::nullable_reference(schema).unwrap_or(schema),
        };
        if inner.get("$ref").is_some() {
            let (component, target) = walk::chase(self.document, inner);
            return match self.components.get(component) {
                Some(name) if is_type(target) => Ty::Named(name.clone()),
                _ => self.ty(target, at),
            };
        }
        if is_type(inner) {
            return self.inline(inner, name);
        }
        for key in ["oneOf", "anyOf", "not"].into_iter().filter(|key| schema.get(key).is_some()) {
            self.notes.ignore(property, key);
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
                Ty::List(Box::new(self.ty(items, at.named(&format!("{name}Item")))))
            }
            _ => match schema.get("additionalProperties") {
                Some(values) if !values.entries().is_empty() => {
                    Ty::Map(Box::new(self.ty(values, at.named(&format!("{name}Value")))))
                }
                _ => Ty::Json,
            },
        }
    }

    /// Reads a schema that becomes a type with this name.
    fn schema(&mut self, rust: &str, node: &Yaml) -> Schema {
        let description = node.text("description").map(|text| text.trim().to_owned());
        let shape = if is_enumeration(node) {
            enumeration(node)
        } else {
            let (properties, required) = merged(self.document, node);
            // Properties of any name beside the declared ones have no type.
            let extra = node.flag("x-keyfob-extra") || !node["additionalProperties"].entries().is_empty();
            let mut names = Names::reserved(if extra { &["wire", "extra"] } else { &["wire"] });
            let properties = properties.into_iter().map(|(name, node)| {
                let field = names.give(snake(name));
                self.property(rust, (name, field), node, required.contains(&name))
            });
            Shape::Object { properties: properties.collect(), patch: node.flag("x-keyfob-patch"), extra }
        };
        Schema { rust: rust.to_owned(), description, shape }
    }

    fn property(&mut self, owner: &str, (name, rust): (&str, String), node: &Yaml, required: bool) -> Property {
        let document = self.document;
        // A reference with annotations is written beside `$ref` or around it, with `allOf`, or with `anyOf` if it may be
        // null.
        let around = node.list("allOf").first().filter(|_| node.list("allOf").len() == 1);
        let inner = around.or_else(|| walk::nullable_reference(node)).unwrap_or(node);
        let target = walk::resolve(document, inner);
        let alias = Some(target).filter(|target| inner.get("$ref").is_some() && !is_type(target));
        let description = node.text("description").or_else(|| alias.and_then(|target| target.text("description")));
        Property {
            name: name.to_owned(),
            rust,
            ty: self.ty(node, At { context: Context::Body, property: name, name: &format!("{owner}{}", pascal(name)) }),
            sample: sample(document, inner),
            description: description.map(|text| text.trim().to_owned()),
            required,
            nullable: [node, target]
                .into_iter()
                .any(|schema| schema.flag("nullable") || schema.list("anyOf").iter().any(|part| part.flag("nullable"))),
            inferred: node.text("x-keyfob-confidence") == Some("inferred"),
            json_string: node.flag("x-keyfob-json-string"),
            strict: node.flag("x-keyfob-strict"),
            secret: is_secret(document, inner),
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
