//! Each rule, broken once: the refusal names file, place and reason.

use super::check;
use crate::codegen::document::Document;

/// A specification that breaks no rule, with `paths` and `schemas` put in.
fn spec(paths: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.0.3
info: {{ title: Test, version: '1', description: A test. }}
paths:
{paths}
components:
  schemas:
    Thing: {{ type: object, properties: {{ id: {{ type: string }}, list: {{ type: array, items: {{ type: string }} }} }} }}
{schemas}
"
    )
}

/// An operation that breaks no rule; what follows `more` stands in it.
fn operation(id: &str, more: &str) -> String {
    let responses = "responses: { '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } } }";
    let responses = if more.contains("responses:") { "" } else { responses };
    format!(
        "    get:
      operationId: {id}
      summary: Does something.
      x-keyfob-source: {{ doc: a page, confidence: documented }}
      {responses}
      {more}
"
    )
}

fn refusal(text: String) -> String {
    let document = Document::parse("specs/test/openapi.yaml", text);
    document.and_then(|document| check(&document)).err().map(|error| format!("{error:#}")).unwrap_or_default()
}

#[track_caller]
fn refused(text: String, expected: &str) {
    let refusal = refusal(text);
    assert!(refusal.contains(expected), "expected `{expected}`, but the refusal was `{refusal}`");
}

/// An operation at `/things/{id}` with its path parameter.
fn with(more: &str) -> String {
    let more = if more.contains("parameters:") { more.to_owned() } else { format!("parameters: [{ID}]\n      {more}") };
    spec(&format!("  /things/{{id}}:\n{}", operation("thing", &more)), "")
}

const ID: &str = "{ name: id, in: path, required: true, schema: { type: string } }";

fn parameter(parameter: &str) -> String {
    with(&format!("parameters: [{ID}, {parameter}]"))
}

fn schema(schema: &str) -> String {
    spec(&format!("  /things:\n{}", operation("things", "")), &format!("    Other: {schema}"))
}

fn body(body: &str) -> String {
    with(&format!("requestBody: {body}"))
}

#[test]
fn a_plain_specification_is_accepted() {
    assert_eq!(refusal(with("")), "");
}

#[test]
fn an_operation_without_provenance_is_refused_with_file_path_and_reason() {
    let text = with("").replace("x-keyfob-source: { doc: a page, confidence: documented }", "");
    assert_eq!(
        refusal(text),
        "specs/test/openapi.yaml refused:\n  specs/test/openapi.yaml:5: GET /things/{id}: thing does not say where it is \
         known from: no x-keyfob-source"
    );
}

#[test]
fn provenance_is_complete_and_one_of_three_words() {
    refused(with("").replace("doc: a page, ", ""), "x-keyfob-source has no doc");
    refused(
        with("").replace("confidence: documented", "confidence: sure"),
        "confidence is sure, not one of documented, example, inferred",
    );
    refused(with("").replace("doc: a page", "doc: a page, url: x"), "unknown key url");
}

#[test]
fn every_problem_is_named_at_once() {
    let text = with("")
        .replace("x-keyfob-source: { doc: a page, confidence: documented }", "")
        .replace("summary: Does something.", "");
    let refusal = refusal(text);
    assert!(refusal.contains("no x-keyfob-source") && refusal.contains("no summary"), "{refusal}");
}

#[test]
fn broken_yaml_is_located() {
    refused("openapi: 3.0.3\npaths: {".into(), "specs/test/openapi.yaml:3:");
    refused("a: !tag b".into(), "YAML tag");
    refused("- 1".into(), "does not hold a map");
}

#[test]
fn only_openapi_3_0_is_read() {
    refused(with("").replace("3.0.3", "3.1.0"), "OpenAPI 3.0.x, not 3.1.0");
    refused(with("").replace("openapi: 3.0.3", "swagger: '2.0'"), "not none");
    refused(with("").replace("description: A test.", ""), "info.description is missing");
}

#[test]
fn misspelt_extensions_are_refused_wherever_they_stand() {
    refused(with("x-keyfob-retries: safe"), "GET /things/{id}: unknown extension x-keyfob-retries");
    refused(
        parameter("{ name: a, in: query, x-keyfob-raw: true, schema: { type: string } }"),
        "unknown extension x-keyfob-raw",
    );
    refused(
        schema("{ type: object, x-keyfob-extras: true }"),
        "components/schemas/Other: unknown extension x-keyfob-extras",
    );
    refused(
        schema("{ type: object, properties: { a: { type: string, x-nullable: true } } }"),
        "unknown extension x-nullable",
    );
    refused(with("x-keyfob-retry: always"), "neither `safe` nor `never`");
}

#[test]
fn operations_have_unique_names_that_rust_can_have() {
    refused(with("").replace("operationId: thing", ""), "no operationId");
    refused(with("").replace("operationId: thing", "operationId: new"), "clashes with a name that every client has");
    refused(with("").replace("operationId: thing", "operationId: get_thing"), "not lowerCamelCase");
    let two = format!("  /a:\n{}  /b:\n{}", operation("aThing", ""), operation("aThing", ""));
    refused(spec(&two, ""), "GET /b: operationId aThing clashes with aThing");
    refused(
        spec(&format!("  /a:\n{}", operation("a", "").replace("get:", "options:")), ""),
        "does not support this method",
    );
}

#[test]
fn an_operation_has_one_success_answer() {
    let answers = |answers: &str| with(&format!("responses: {answers}"));
    let thing = "{ description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }";
    let text = "{ description: d, content: { application/json: { schema: { type: string } } } }";
    assert_eq!(refusal(answers(&format!("{{ '200': {thing}, '201': {thing}, '400': {text} }}"))), "");
    refused(answers(&format!("{{ '200': {thing}, '201': {text} }}")), "its success answers differ");
    refused(answers(&format!("{{ '200': {thing}, '204': {{ description: d }} }}")), "its success answers differ");
    refused(answers("{ '302': { description: d } }"), "no success answer");
    refused(answers("{ default: { description: d } }"), "no success answer");
    refused(answers("{ '200': { description: d, content: { application/json: {} } } }"), "has no schema");
}

#[test]
fn bodies_are_complete() {
    refused(body("{ content: { application/json: { schema: {} } } }"), "does not say whether it is required");
    refused(body("{ required: true, content: {} }"), "has no content");
    refused(body("{ required: true, content: { application/json: {} } }"), "has no schema");
    refused(body("{ required: true, content: { multipart/form-data: { encoding: {}, schema: {} } } }"), "`encoding`");
}

#[test]
fn parameters_can_be_sent_faithfully() {
    refused(parameter("{ name: a, in: cookie, schema: { type: string } }"), "a is a cookie");
    refused(
        parameter("{ name: a, in: query, style: deepObject, schema: { type: string } }"),
        "a has a style that cannot be sent",
    );
    refused(
        parameter("{ name: a, in: query, style: pipeDelimited, schema: { type: array, items: {} } }"),
        "a has a style that cannot be sent",
    );
    refused(parameter("{ name: a, in: query, content: { application/json: { schema: {} } } }"), "a has no schema");
    refused(parameter("{ name: a, in: query, schema: { type: object } }"), "a is an object");
    refused(parameter("{ name: a, in: query, schema: { type: string, enum: [x] } }"), "a has an inline enum");
    refused(parameter("{ name: a, in: header, schema: { type: array, items: {} } }"), "a is a list outside the query");
    refused(parameter("{ name: Authorization, in: header, schema: { type: string } }"), "the client itself sets");
    refused(
        parameter("{ name: other, in: path, required: true, schema: { type: string } }"),
        "but not in its template",
    );
    refused(parameter("{ name: Id, in: query, schema: { type: string } }"), "two parameters would be called id");
    refused(
        parameter("{ name: a, in: query, x-keyfob-path: raw, schema: { type: string } }"),
        "only `raw`, on path parameters",
    );
}

#[test]
fn path_parameters_are_declared_required_and_plain() {
    let path = |parameter: &str| with(&format!("parameters: [{parameter}]"));
    refused(path("{ name: a, in: query, schema: { type: string } }"), "the path parameter id is not declared");
    refused(path("{ name: id, in: path, schema: { type: string } }"), "must be required");
    refused(
        path("{ name: id, in: path, required: true, style: label, schema: { type: string } }"),
        "a style that cannot be sent",
    );
    refused(
        path("{ name: id, in: path, required: true, schema: { type: array, items: {} } }"),
        "a list outside the query",
    );
}

#[test]
fn references_stay_inside_and_lead_to_something() {
    refused(
        schema("{ $ref: 'other.yaml#/Thing' }"),
        "components/schemas/Other: the reference other.yaml#/Thing is not of the form",
    );
    refused(schema("{ $ref: '#/components/schemas/Nothing' }"), "leads nowhere");
    refused(schema("{ $ref: '#/components/schemas/Thing/properties/id' }"), "is not of the form");
    refused(with("").replace("#/components/schemas/Thing'", "#/paths'"), "GET /things/{id}: the reference #/paths");
}

#[test]
fn schemas_are_named_and_plain() {
    refused(schema("{ oneOf: [{ type: string }] }"), "oneOf has no faithful Rust type");
    refused(schema("{ anyOf: [{ type: string }] }"), "anyOf has no faithful Rust type");
    refused(schema("{ not: { type: string } }"), "not has no faithful Rust type");
    refused(schema("{ type: object, properties: { a: { type: object, properties: {} } } }"), "an inline object");
    refused(schema("{ type: object, properties: { a: { type: string, enum: [x] } } }"), "an inline enum");
    refused(schema("{ type: array }"), "a list without `items`");
    refused(schema("{ type: [string, 'null'] }"), "`type` is not one name");
    refused(schema("{ type: text }"), "type text does not exist");
    refused(schema("{ type: object, properties: { fooBar: {}, foo_bar: {} } }"), "two fields would be called foo_bar");
    refused(
        schema("{ type: object, x-keyfob-extra: true, properties: { extra: {} } }"),
        "two fields would be called extra",
    );
    refused(schema("{ type: object, required: [b], properties: { a: {} } }"), "requires b, which is not among");
    refused(
        schema("{ type: object, properties: { a: {} }, additionalProperties: { type: string } }"),
        "use x-keyfob-extra",
    );
    refused(
        schema("{ allOf: [{ type: string }, { $ref: '#/components/schemas/Thing' }] }"),
        "a part of allOf is no object",
    );
    refused(schema("{ x-rust-type: { crate: chrono, path: Duration } }"), "x-rust-type has the form");
    refused(schema("{ x-keyfob-type: text }"), "x-keyfob-type is none of");
    refused(schema("{ type: string, x-keyfob-type: integer }"), "x-keyfob-type stands instead of");
}

#[test]
fn types_have_names_that_rust_can_have() {
    let things = |schemas: &str| spec(&format!("  /things:\n{}", operation("things", "")), schemas);
    refused(things("    Option: { type: object }"), "the name Option is Rust's own");
    refused(things("    thing: { type: object }"), "clashes with Thing");
}

#[test]
fn enumerations_have_values_of_one_kind_and_distinct_names() {
    refused(schema("{ type: integer, enum: [1] }"), "an enum of integers needs x-enum-varnames");
    refused(schema("{ type: integer, enum: [1, a], x-enum-varnames: [A, B] }"), "not all values are integers");
    refused(schema("{ type: integer, enum: [1, 2], x-enum-varnames: [A] }"), "differ in length");
    refused(schema("{ type: string, enum: [a, A] }"), "two variants would be called A");
    refused(schema("{ type: string, enum: ['<'] }"), "has no name in Rust");
    refused(schema("{ type: string, enum: [1] }"), "either text (quote it) or integers");
    refused(schema("{ enum: [a] }"), "says so in `type`");
}

#[test]
fn nothing_is_required_of_an_answer() {
    let text = with("").replace("Thing: { type: object,", "Thing: { type: object, required: [id],");
    refused(text, "components/schemas/Thing: is part of an answer");
}

#[test]
fn variants_are_told_apart_by_their_query() {
    let variants = |variants: &str| with(&format!("x-keyfob-variants: [{variants}]"));
    let source = "operationId: other, summary: Does., x-keyfob-source: { doc: d, confidence: example }";
    assert_eq!(refusal(variants(&format!("{{ {source}, query: {{ action: a }} }}"))), "");
    refused(variants(&format!("{{ {source} }}")), "a variant without a map `query`");
    refused(variants(&format!("{{ {source}, query: {{}} }}")), "its query does not tell apart");
    refused(variants(&format!("{{ {source}, query: {{ a: [1] }} }}")), "other than text, numbers and booleans");
    refused(variants(&format!("{{ {source}, query: {{ a: 1 }}, servers: [] }}")), "a variant cannot have servers");
    refused(variants("{ summary: Does., query: { a: 1 } }"), "no operationId");
}

#[test]
fn paging_names_what_exists() {
    let paging = |paging: &str| {
        with(&format!(
            "parameters: [{ID}, {{ name: after, in: query, schema: {{ type: string }} }}]\n      x-keyfob-paging: {paging}"
        ))
    };
    assert_eq!(refusal(paging("{ scheme: cursor, items: list, cursor: id, parameter: after }")), "");
    refused(paging("{ scheme: link, items: list }"), "a scheme other than");
    refused(paging("{ scheme: cursor, items: list, parameter: after }"), "has no cursor");
    refused(
        paging("{ scheme: cursor, items: list, cursor: id, parameter: before }"),
        "a query parameter before that the operation does not have",
    );
    refused(
        paging("{ scheme: cursor, items: rows, cursor: id, parameter: after }"),
        "a property rows that the answer does not have",
    );
    refused(
        paging("{ scheme: cursor, items: id, cursor: id, parameter: after }"),
        "names id as items, which is not a list",
    );
    refused(paging("{ scheme: offset, items: list, parameter: after, step: 1 }"), "an unknown key step");
}
