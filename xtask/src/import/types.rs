//! Schemas of the specification: every object and enumeration has a name, and no schema is composed of others.

mod compose;
mod enums;
mod lower;
mod names;
mod union;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use self::names::Names;
pub(super) use self::names::{singular, type_name};
use super::pointer;
use super::report::{Effect, Report};
use crate::yaml::{Map, Yaml, YamlExt, map};

/// Key of a schema that the import made untyped; its value is the reason. It is removed after the count.
pub(super) const UNTYPED: &str = "x-keyfob-import-untyped";

/// Position of a schema in the document.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Position for the report, for example `GET /birds: response[].ring`.
    pub(super) subject: String,
    /// Start of the name of a type that is defined here.
    name: String,
    /// Name of the property or parameter.
    field: String,
    depth: usize,
}

impl Place {
    pub(super) fn new(subject: impl Into<String>, name: impl Into<String>, field: &str) -> Self {
        Self { subject: subject.into(), name: name.into(), field: field.to_owned(), depth: 0 }
    }

    fn property(&self, name: &str) -> Self {
        Self {
            subject: format!("{}.{name}", self.subject),
            name: format!("{}{}", self.name, names::type_name(name)),
            field: name.to_owned(),
            depth: self.depth + 1,
        }
    }

    fn item(&self) -> Self {
        let name = names::singular(&self.name).unwrap_or_else(|| format!("{}Item", self.name));
        Self { subject: format!("{}[]", self.subject), name, field: self.field.clone(), depth: self.depth + 1 }
    }

    fn value(&self) -> Self {
        Self {
            subject: format!("{}{{}}", self.subject),
            name: format!("{}Value", self.name),
            field: self.field.clone(),
            depth: self.depth + 1,
        }
    }
}

/// The schemas of a document while they are written.
pub(super) struct Types<'d> {
    document: &'d Yaml,
    /// Names by reference.
    components: BTreeMap<String, String>,
    names: Names,
    /// Names of types for enumerations that are the same wherever a property of that name has one.
    shared_enums: BTreeSet<String>,
    /// References to schemas that are not written yet.
    pending: Vec<String>,
    written: Map,
    /// Schemas that were composed for the current one.
    composed: Cell<usize>,
    pub(super) report: Report,
}

impl<'d> Types<'d> {
    /// Writes the component schemas of the document.
    pub(super) fn new(document: &'d Yaml) -> Self {
        let mut types = Self {
            document,
            components: BTreeMap::new(),
            names: Names::default(),
            shared_enums: enums::shared(document),
            pending: Vec::new(),
            written: Map::new(),
            composed: Cell::new(0),
            report: Report::default(),
        };
        let schemas = document.at(&["components", "schemas"]).map(YamlExt::entries).unwrap_or_default();
        let mut references = Vec::new();
        // Names that can stay as they are come first, so that no other name takes one of them.
        let (plain, odd): (Vec<_>, Vec<_>) = schemas.iter().partition(|(name, _)| names::is_plain(name));
        for (name, node) in plain.into_iter().chain(odd) {
            let reference = pointer::reference(&["components", "schemas", name]);
            if alias_of(node).is_none() {
                let given = types.names.component(name);
                if given != *name {
                    let subject = format!("components/schemas/{name}");
                    types.report.push(Effect::Changed, subject, format!("the name becomes {given}"));
                }
                types.components.insert(reference, given);
            }
        }
        for (name, _) in schemas {
            let reference = pointer::reference(&["components", "schemas", name]);
            if types.components.contains_key(&reference) {
                references.push(reference);
            }
        }
        for reference in references {
            types.write_component(&reference);
            types.write_pending();
        }
        types
    }

    /// Returns the component schemas, and the report of all that was written.
    pub(super) fn finish(mut self) -> (Map, Report) {
        self.write_pending();
        (self.written, self.report)
    }

    /// Returns a schema in the form that the specification has for a property, a parameter or a body.
    pub(super) fn schema(&mut self, node: &Yaml, place: &Place) -> Yaml {
        let schema = self.lower(node, place, false);
        self.write_pending();
        schema
    }

    /// Returns the schema with the keywords of the schemas that it is composed of, and the reason if that is impossible.
    pub(super) fn resolved(&self, node: &Yaml) -> Result<Yaml, String> {
        self.composed.set(0);
        self.expand_resolved(node, 0)
    }

    fn write_pending(&mut self) {
        while let Some(reference) = self.pending.pop() {
            self.write_component(&reference);
        }
    }

    fn write_component(&mut self, reference: &str) {
        let Some(name) = self.components.get(reference).cloned() else { return };
        let Some(node) = pointer::find(self.document, reference) else { return };
        let place = Place::new(format!("components/schemas/{name}"), names::type_name(&name), "");
        // The name is taken first, so that the schema precedes the schemas that are nested in it.
        self.written.insert(name.as_str().into(), Yaml::Null);
        let node = self.with_subtypes(reference, node);
        let schema = self.lower(&node, &place, true);
        self.written.insert(name.into(), schema);
    }

    /// Returns the name of the component that a reference means, and whether null is one of its values. A schema
    /// elsewhere in the document becomes a component.
    fn component(&mut self, reference: &str) -> Result<(String, bool), String> {
        let mut reference = reference.to_owned();
        let mut nullable = false;
        for _ in 0..32 {
            let keys = pointer::segments(&reference)
                .ok_or_else(|| format!("the reference {reference} is not a pointer into the document"))?;
            let canonical = pointer::reference(&keys);
            let node = pointer::find(self.document, &canonical)
                .ok_or_else(|| format!("the reference {reference} has no target"))?;
            nullable |= node.flag("nullable");
            if let Some(next) = alias_of(node) {
                reference = next.to_owned();
                continue;
            }
            if let Some(name) = self.components.get(&canonical) {
                return Ok((name.clone(), nullable));
            }
            let name = self.names.adopted(&keys);
            self.components.insert(canonical.clone(), name.clone());
            self.pending.push(canonical);
            return Ok((name, nullable));
        }
        Err(format!("the reference {reference} leads to itself"))
    }

    /// Records that a value becomes untyped, and returns the schema of any JSON.
    fn untyped(&mut self, node: &Yaml, place: &Place, reason: &str) -> Yaml {
        self.report.push(Effect::Untyped, place.subject.clone(), reason);
        let mut schema = map([]);
        if let Some(description) = node.get("description") {
            schema.set("description", description.clone());
        }
        schema.set(UNTYPED, reason);
        schema
    }
}

/// Returns the reference of a schema that is only another name of a component.
fn alias_of(node: &Yaml) -> Option<&str> {
    let structural = |node: &Yaml| ["type", "properties", "items", "enum"].iter().any(|key| node.get(key).is_some());
    if structural(node) {
        return None;
    }
    node.text("$ref").or_else(|| match node.list("allOf") {
        [part] if node.get("oneOf").is_none() && node.get("anyOf").is_none() => part.text("$ref"),
        _ => None,
    })
}
