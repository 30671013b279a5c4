//! Tests of whole imports, with small documents.

mod documents;
mod files;
mod hostile;
mod operations;
mod own;
mod schemas;
mod versions;

use super::convert::{Imported, Origin, convert};
use super::report::Effect;
use crate::codegen::check;
use crate::codegen::document::Document;
use crate::yaml::{Yaml, YamlExt};

/// Converts a document, and checks that codegen accepts the specification.
#[track_caller]
fn imported(document: &str) -> Imported {
    let document = crate::source::parse("test", document).unwrap();
    let imported =
        convert(document, &Origin { doc: "https://example.invalid/openapi.json", day: "2026-01-02" }).unwrap();
    let text = yaml_serde::to_string(&imported.spec).unwrap();
    if let Err(error) = check::check(&Document::parse("import", text.clone()).unwrap()) {
        panic!("{error:#}\n{text}");
    }
    imported
}

/// Converts a document of OpenAPI 3.0 with this path item under `/birds` and these schemas.
#[track_caller]
fn with(item: &str, schemas: &str) -> Imported {
    imported(&format!(
        "{{ openapi: 3.0.3, info: {{ title: Birds, version: '1' }}, paths: {{ /birds: {item} }}, components: {{ schemas: {schemas} }} }}"
    ))
}

/// Returns the component `name` that an import makes of schemas, of which `Bird` is a response.
#[track_caller]
fn component(schemas: &str, name: &str) -> Yaml {
    let imported = with(
        "{ get: { operationId: bird, responses: { '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Bird' } } } } } } }",
        schemas,
    );
    imported.spec["components"]["schemas"].get(name).cloned().unwrap_or(Yaml::Null)
}

#[track_caller]
fn assert_yaml(found: &Yaml, expected: &str) {
    let expected: Yaml = yaml_serde::from_str(expected).unwrap();
    assert_eq!(*found, expected, "found\n{}", yaml_serde::to_string(found).unwrap());
}

/// Returns the reasons of one effect, with their subjects.
fn reasons(imported: &Imported, effect: Effect) -> Vec<String> {
    imported.report.of(effect).map(|(subject, reason)| format!("{subject}: {reason}")).collect()
}

#[test]
fn the_log_counts_operations_and_lists_each_loss_with_its_reason() {
    let imported = with(
        "{ get: { operationId: birds, responses: { '200': { description: d, content: { application/json: { schema: { oneOf: [{ type: string }, { type: object }] } } } } } }, trace: { responses: {} } }",
        "{}",
    );
    let log = imported.report.text("birds.json", imported.counts);
    for line in [
        "Import of birds.json\n",
        "operations in the document                         2\n",
        "operations imported                                1\n",
        "  with an untyped parameter, body or response      1\n",
        "Untyped (1)\n\nGET /birds: response: it is either a string or a map\n",
        "Removed (1)\n\nTRACE /birds: clients do not send this method\n",
    ] {
        assert!(log.contains(line), "{line:?} is not in\n{log}");
    }
    assert_eq!(
        imported.spec["paths"]["/birds"]["get"].at(&["responses", "200", "content", "application/json", "schema"]),
        Some(&Yaml::Mapping(crate::yaml::Map::new()))
    );
}
