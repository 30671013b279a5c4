//! Lists the differences between two specifications of an API: operations, parameters and fields, with their types,
//! `required` and enumerations.

mod fields;
mod surface;

use std::collections::BTreeSet;

use self::fields::{Field, Fields};
use self::surface::{Surface, surface};
use crate::yaml::Yaml;

/// Returns the differences as Markdown.
pub(crate) fn report(ours: &Yaml, theirs: &Yaml) -> String {
    let (ours, theirs) = (surface(ours), surface(theirs));
    let mut text = String::new();
    list(&mut text, "# Operations only in theirs", &only_in(&theirs, &ours, true));
    list(&mut text, "# Operations only in ours", &only_in(&ours, &theirs, false));
    text += "# Operations in both\n\n";
    let mut same = true;
    for (key, our) in &ours {
        let Some(their) = theirs.get(key) else { continue };
        let parts = [
            ("parameters", &our.parameters, &their.parameters),
            ("body fields", &our.body, &their.body),
            ("response fields", &our.response, &their.response),
        ];
        for (kind, our_fields, their_fields) in parts {
            for line in differences(our_fields, their_fields) {
                same = false;
                text += &format!("- {}: {kind} {line}\n", our.name);
            }
        }
    }
    if same {
        text += "No differences.\n";
    }
    text
}

/// Returns the operations that only one document has; new ones with their summary.
fn only_in(one: &Surface, other: &Surface, with_summary: bool) -> Vec<String> {
    let missing = one.iter().filter(|(key, _)| !other.contains_key(*key));
    let lines = missing.map(|(_, operation)| {
        if with_summary && !operation.summary.is_empty() {
            format!("{} ({}): {}", operation.name, operation.id, operation.summary)
        } else {
            operation.name.clone()
        }
    });
    lines.collect()
}

/// Returns the differences between the fields of one part of an operation.
fn differences(ours: &Fields, theirs: &Fields) -> Vec<String> {
    let mut lines = Vec::new();
    for (side, one, other) in [("theirs", theirs, ours), ("ours", ours, theirs)] {
        let names = one.iter().filter(|(name, _)| !other.contains_key(*name));
        let names: Vec<String> = names.map(|(name, field)| with_type(name, field, side == "theirs")).collect();
        if !names.is_empty() {
            lines.push(format!("only in {side}: {}", names.join(", ")));
        }
    }
    for (name, our) in ours {
        let Some(their) = theirs.get(name) else { continue };
        if our.kind != their.kind && our.kind != "any" && their.kind != "any" {
            lines.push(format!("of another type: {name} is {} in ours, {} in theirs", our.kind, their.kind));
        } else if our.kind != their.kind {
            lines.push(format!("typed on one side: {name} is {} in ours, {} in theirs", our.kind, their.kind));
        }
        if our.required != their.required {
            lines.push(format!("required only in {}: {name}", if our.required { "ours" } else { "theirs" }));
        }
        for (side, one, other) in [("theirs", their, our), ("ours", our, their)] {
            let values: BTreeSet<&String> = one.values.difference(&other.values).collect();
            if !(values.is_empty() || one.values.is_empty() || other.values.is_empty()) {
                let values: Vec<&str> = values.into_iter().map(String::as_str).collect();
                lines.push(format!("values only in {side}: {name}: {}", values.join(", ")));
            }
        }
        if our.values.is_empty() != their.values.is_empty() {
            let side = if our.values.is_empty() { "theirs" } else { "ours" };
            lines.push(format!("an enumeration only in {side}: {name}"));
        }
    }
    lines
}

fn with_type(name: &str, field: &Field, typed: bool) -> String {
    let required = if field.required { ", required" } else { "" };
    if typed { format!("{name} ({}{required})", field.kind) } else { name.to_owned() }
}

fn list(text: &mut String, head: &str, names: &[String]) {
    *text += &format!("{head}\n\n");
    if names.is_empty() {
        *text += "None.\n";
    }
    for name in names {
        *text += &format!("- {name}\n");
    }
    *text += "\n";
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "
openapi: 3.0.3
paths:
  /api/things/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }, { name: top, in: query, schema: { type: integer } }, { name: kind, in: query, schema: { $ref: '#/components/schemas/Kind' } }]
      responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } } }
  /api/ours:
    post: { responses: {} }
components:
  schemas:
    Kind: { type: string, enum: [a, b] }
    Thing: { properties: { id: { type: integer }, parts: { type: array, items: { $ref: '#/components/schemas/Thing' } } } }
";
    const THEIRS: &str = r##"{
  "openapi": "3.0.3", "servers": [{ "url": "https://things.invalid/api" }],
  "paths": {
    "/Things/{thingId}/": { "get": {
      "parameters": [{ "name": "thingId", "in": "path", "required": true, "schema": { "type": "string" } }, { "name": "skip", "in": "query", "required": true, "schema": { "type": "integer" } }, { "name": "kind", "in": "query", "required": true, "schema": { "$ref": "#/components/schemas/Kind" } }],
      "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } } } },
    "/theirs": { "delete": { "operationId": "remove", "summary": "Removes.", "responses": {} } }
  },
  "components": { "schemas": { "Kind": { "type": "string", "enum": ["b", "c"] }, "Thing": { "properties": { "id": { "type": "string" }, "name": { "type": "string" } } } } }
}"##;

    #[test]
    fn both_directions_are_reported_for_operations_parameters_and_fields() {
        let ours: Yaml = yaml_serde::from_str(OURS).unwrap();
        let theirs: Yaml = yaml_serde::from_str(THEIRS).unwrap();
        let text = report(&ours, &theirs);
        for line in [
            "# Operations only in theirs\n\n- DELETE /api/theirs (remove): Removes.\n",
            "# Operations only in ours\n\n- POST /api/ours\n",
            "- GET /api/things/{id}: parameters only in theirs: skip (integer, required)\n",
            "- GET /api/things/{id}: parameters only in ours: top\n",
            "- GET /api/things/{id}: parameters required only in theirs: kind\n",
            "- GET /api/things/{id}: parameters values only in theirs: kind: c\n",
            "- GET /api/things/{id}: parameters values only in ours: kind: a\n",
            "- GET /api/things/{id}: response fields only in theirs: name (string)\n",
            "- GET /api/things/{id}: response fields only in ours: parts\n",
            "- GET /api/things/{id}: response fields of another type: id is integer in ours, string in theirs\n",
        ] {
            assert!(text.contains(line), "{line:?} is not in\n{text}");
        }
    }

    #[test]
    fn a_document_does_not_differ_from_itself() {
        let ours: Yaml = yaml_serde::from_str(OURS).unwrap();
        let text = report(&ours, &ours);
        assert!(text.ends_with("No differences.\n"), "{text}");
        assert_eq!(text.matches("None.").count(), 2);
    }
}
