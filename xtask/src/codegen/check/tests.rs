//! Violations of each rule; the error has file, subject and reason.

mod tables;

use super::check;
use crate::codegen::document::Document;

/// Returns a valid specification with these `paths` and `schemas`.
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

/// Returns a valid operation with `more` in it.
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

fn problems(text: String) -> String {
    let document = Document::parse("specs/test/openapi.yaml", text);
    document.and_then(|document| check(&document)).err().map(|error| format!("{error:#}")).unwrap_or_default()
}

#[track_caller]
fn check_rejected(text: String, expected: &str) {
    let problems = problems(text);
    assert!(problems.contains(expected), "expected `{expected}`, but the problems were `{problems}`");
}

/// Returns a specification with an operation at `/things/{id}`, its path parameter and `more`.
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
    assert_eq!(problems(with("")), "");
}

#[test]
fn an_operation_without_a_source_is_rejected_with_file_path_and_reason() {
    let text = with("").replace("x-keyfob-source: { doc: a page, confidence: documented }", "");
    assert_eq!(
        problems(text),
        "specs/test/openapi.yaml rejected:\n  specs/test/openapi.yaml:5: GET /things/{id}: thing has no \
         x-keyfob-source: add its doc and confidence"
    );
}

#[test]
fn a_source_is_complete_and_has_one_of_three_confidences() {
    check_rejected(with("").replace("doc: a page, ", ""), "x-keyfob-source has no doc");
    check_rejected(
        with("").replace("confidence: documented", "confidence: sure"),
        "confidence is sure: it must be one of documented, example, inferred",
    );
    check_rejected(with("").replace("doc: a page", "doc: a page, url: x"), "unknown key url");
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = with("")
        .replace("x-keyfob-source: { doc: a page, confidence: documented }", "")
        .replace("summary: Does something.", "");
    let problems = problems(text);
    assert!(problems.contains("thing has no x-keyfob-source") && problems.contains("no summary"), "{problems}");
}

#[test]
fn an_object_in_the_query_has_any_properties_and_no_other_form() {
    let object = "name: filter, in: query, schema: { type: object, additionalProperties: { type: string } }";
    assert_eq!(problems(parameter(&format!("{{ {object} }}"))), "");
    check_rejected(parameter(&format!("{{ {object}, required: true }}")), "must be optional and exploded");
    check_rejected(parameter(&format!("{{ {object}, explode: false }}")), "must be optional and exploded");
    check_rejected(
        parameter(&format!("{{ {object} }}, {{ {} }}", object.replace("filter", "other"))),
        "two parameters are objects with any properties",
    );
    check_rejected(parameter("{ name: a, in: query, schema: { type: object } }"), "cannot be sent as a parameter");
}

#[test]
fn the_security_of_an_operation_has_known_schemes() {
    check_rejected(with("security: [{ key: [] }]"), "the security scheme key is not in components/securitySchemes");
}

#[test]
fn broken_yaml_is_located() {
    check_rejected("openapi: 3.0.3\npaths: {".into(), "specs/test/openapi.yaml:3:");
    check_rejected("a: !tag b".into(), "YAML tag");
    check_rejected("- 1".into(), "does not hold a map");
}

#[test]
fn only_openapi_3_0_is_read() {
    check_rejected(with("").replace("3.0.3", "3.1.0"), "`openapi` is 3.1.0: the generator reads OpenAPI 3.0.x");
    check_rejected(with("").replace("openapi: 3.0.3", "swagger: '2.0'"), "`openapi` is missing");
    check_rejected(with("").replace("description: A test.", ""), "info.description is missing");
}

#[test]
fn misspelled_extensions_are_rejected_everywhere() {
    check_rejected(with("x-keyfob-retries: safe"), "GET /things/{id}: unknown extension x-keyfob-retries");
    check_rejected(
        parameter("{ name: a, in: query, x-keyfob-raw: true, schema: { type: string } }"),
        "unknown extension x-keyfob-raw",
    );
    check_rejected(
        schema("{ type: object, x-keyfob-extras: true }"),
        "components/schemas/Other: unknown extension x-keyfob-extras",
    );
    check_rejected(
        schema("{ type: object, properties: { a: { type: string, x-nullable: true } } }"),
        "unknown extension x-nullable",
    );
    check_rejected(with("x-keyfob-retry: always"), "x-keyfob-retry must be `safe` or `never`");
}

#[test]
fn operations_have_unique_and_valid_rust_names() {
    check_rejected(with("").replace("operationId: thing", ""), "no operationId");
    check_rejected(
        with("").replace("operationId: thing", "operationId: new"),
        "clashes with a name that every client has",
    );
    check_rejected(with("").replace("operationId: thing", "operationId: get_thing"), "not lowerCamelCase");
    let two = format!("  /a:\n{}  /b:\n{}", operation("aThing", ""), operation("aThing", ""));
    check_rejected(spec(&two, ""), "GET /b: operationId aThing clashes with aThing");
    check_rejected(
        spec(&format!("  /a:\n{}", operation("a", "").replace("get:", "options:")), ""),
        "does not support this HTTP method",
    );
}

#[test]
fn an_operation_has_a_success_response() {
    let responses = |responses: &str| with(&format!("responses: {responses}"));
    let thing = "{ description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }";
    let text = "{ description: d, content: { application/json: { schema: { type: string } } } }";
    assert_eq!(problems(responses(&format!("{{ '200': {thing}, '201': {thing}, '400': {text} }}"))), "");
    assert_eq!(problems(responses(&format!("{{ '200': {thing}, '201': {text}, '204': {{ description: d }} }}"))), "");
    assert_eq!(problems(responses("{ default: { description: d } }")), "");
    check_rejected(responses("{ '302': { description: d } }"), "no success response");
    check_rejected(responses("{ '200': { description: d, content: { application/json: {} } } }"), "has no schema");
}

#[test]
fn bodies_are_complete() {
    check_rejected(body("{ content: { application/json: { schema: {} } } }"), "has no `required`");
    check_rejected(body("{ required: true, content: {} }"), "has no content");
    check_rejected(body("{ required: true, content: { application/json: {} } }"), "has no schema");
    let form = |encoding: &str| {
        body(&format!(
            "{{ required: true, content: {{ multipart/form-data: {{ encoding: {{ a: {encoding} }}, schema: {{}} }} }} }}"
        ))
    };
    assert_eq!(problems(form("{ contentType: text/csv }")), "");
    check_rejected(form("{ style: spaceDelimited }"), "`encoding`");
    check_rejected(form("{}"), "`encoding`");
}

#[test]
fn parameters_are_of_kinds_that_can_be_sent() {
    assert_eq!(problems(parameter("{ name: a, in: cookie, schema: { type: string } }")), "");
    check_rejected(parameter("{ name: a, in: cookie, schema: { type: array, items: {} } }"), "a is a list in a cookie");
    check_rejected(
        parameter("{ name: a, in: query, style: deepObject, schema: { type: string } }"),
        "a has an unsupported style",
    );
    let list = "schema: { type: array, items: { type: string } }";
    assert_eq!(problems(parameter(&format!("{{ name: a, in: query, style: pipeDelimited, {list} }}"))), "");
    check_rejected(
        parameter("{ name: a, in: query, style: pipeDelimited, schema: { type: string } }"),
        "a has an unsupported style",
    );
    check_rejected(
        parameter("{ name: a, in: query, content: { application/json: { schema: {} } } }"),
        "a has no schema",
    );
    check_rejected(parameter("{ name: a, in: query, schema: { type: object } }"), "a is an object");
    assert_eq!(problems(parameter("{ name: a, in: query, schema: { type: string, enum: [x] } }")), "");
    assert_eq!(problems(parameter(&format!("{{ name: a, in: header, {list} }}"))), "");
    check_rejected(
        parameter("{ name: Authorization, in: header, schema: { type: string } }"),
        "is a header that the client sets",
    );
    check_rejected(
        parameter("{ name: other, in: path, required: true, schema: { type: string } }"),
        "is declared, but is not in the path",
    );
    assert_eq!(problems(parameter("{ name: Id, in: query, schema: { type: string } }")), "");
    check_rejected(parameter(&format!("{ID}, {ID}")), "the parameter id is declared twice");
    check_rejected(
        parameter("{ name: a, in: query, x-keyfob-path: raw, schema: { type: string } }"),
        "it can only be `raw`, and only on path parameters",
    );
    check_rejected(
        parameter("{ name: a, in: query, x-keyfob-value-builder: Filter, schema: { type: string } }"),
        "x-keyfob-value-builder can only be on lists of strings",
    );
}

#[test]
fn path_parameters_are_declared_required_and_plain() {
    let path = |parameter: &str| with(&format!("parameters: [{parameter}]"));
    check_rejected(path("{ name: a, in: query, schema: { type: string } }"), "the path parameter id is not declared");
    check_rejected(path("{ name: id, in: path, schema: { type: string } }"), "must be required");
    check_rejected(
        path("{ name: id, in: path, required: true, style: label, schema: { type: string } }"),
        "an unsupported style",
    );
    assert_eq!(
        problems(path("{ name: id, in: path, required: true, schema: { type: array, items: { type: string } } }")),
        ""
    );
}

#[test]
fn references_name_components_of_the_document() {
    check_rejected(
        schema("{ $ref: 'other.yaml#/Thing' }"),
        "components/schemas/Other: the reference other.yaml#/Thing is not of the form",
    );
    check_rejected(schema("{ $ref: '#/components/schemas/Nothing' }"), "has no target");
    check_rejected(schema("{ $ref: '#/components/schemas/Thing/properties/id' }"), "is not of the form");
    check_rejected(
        with("").replace("#/components/schemas/Thing'", "#/paths'"),
        "GET /things/{id}: the reference #/paths",
    );
}

#[test]
fn schemas_are_complete() {
    for inner in
        ["oneOf: [{}]", "anyOf: [{}]", "not: {}", "type: object, properties: { b: {} }", "type: string, enum: [x]"]
    {
        assert_eq!(problems(schema(&format!("{{ type: object, properties: {{ a: {{ {inner} }} }} }}"))), "", "{inner}");
    }
    check_rejected(
        schema("{ type: object, properties: { a: { type: object, properties: { b: { type: text } } } } }"),
        "type text does not exist",
    );
    check_rejected(schema("{ type: array }"), "a list has no `items`");
    check_rejected(schema("{ type: [string, 'null'] }"), "`type` is not one name");
    check_rejected(schema("{ type: text }"), "type text does not exist");
    check_rejected(schema("{ type: object, required: [b], properties: { a: {} } }"), "requires b, which is not among");
    check_rejected(
        schema("{ allOf: [{ type: string }, { $ref: '#/components/schemas/Thing' }] }"),
        "a part of allOf is not an object",
    );
    check_rejected(schema("{ x-rust-type: { crate: chrono, path: Duration } }"), "x-rust-type must have the form");
    check_rejected(schema("{ x-keyfob-type: text }"), "x-keyfob-type must be one of");
    check_rejected(schema("{ type: string, x-keyfob-type: integer }"), "x-keyfob-type and `type` exclude each other");
}

#[test]
fn types_have_unique_and_valid_rust_names() {
    let things = |schemas: &str| spec(&format!("  /things:\n{}", operation("things", "")), schemas);
    check_rejected(things("    Option: { type: object }"), "the name Option is reserved in Rust");
    check_rejected(things("    thing: { type: object }"), "has the same Rust name as Thing");
}

#[test]
fn enumerations_have_values_of_one_kind_and_distinct_names() {
    check_rejected(schema("{ type: integer, enum: [1] }"), "an enum of integers has no x-enum-varnames");
    check_rejected(
        schema("{ type: integer, enum: [1, a], x-enum-varnames: [A, B] }"),
        "an enum of integers has a value that is none",
    );
    check_rejected(schema("{ type: integer, enum: [1, 2], x-enum-varnames: [A] }"), "differ in length");
    check_rejected(schema("{ type: string, enum: [a, A] }"), "two variants would have the Rust name A");
    check_rejected(schema("{ type: string, enum: ['<'] }"), "has no Rust name");
    check_rejected(schema("{ type: string, enum: [1] }"), "only strings (quote them) or only integers");
    check_rejected(schema("{ enum: [a] }"), "have that `type`");
}

#[test]
fn schemas_of_responses_have_no_required_properties() {
    let text = with("").replace("Thing: { type: object,", "Thing: { type: object, required: [id],");
    check_rejected(text, "components/schemas/Thing: is part of a response");
    let text = with("").replace("id: { type: string }", "id: { type: object, required: [b], properties: { b: {} } }");
    check_rejected(text, "components/schemas/Thing: is part of a response");
    let inline = "responses: { '200': { description: d, content: { application/json: { schema: { type: array, items: \
                  { type: object, required: [b], properties: { b: {} } } } } } } }";
    check_rejected(with(inline), "GET /things/{id}: is part of a response");
}

#[test]
fn variants_are_distinguished_by_their_query() {
    let variants = |variants: &str| with(&format!("x-keyfob-variants: [{variants}]"));
    let source = "operationId: other, summary: Does., x-keyfob-source: { doc: d, confidence: example }";
    assert_eq!(problems(variants(&format!("{{ {source}, query: {{ action: a }} }}"))), "");
    check_rejected(variants(&format!("{{ {source} }}")), "a variant has no `query`: add a map");
    check_rejected(variants(&format!("{{ {source}, query: {{}} }}")), "the query of a variant does not distinguish it");
    check_rejected(variants(&format!("{{ {source}, query: {{ a: [1] }} }}")), "use text, numbers and booleans");
    check_rejected(
        variants(&format!("{{ {source}, query: {{ a: 1 }}, servers: [] }}")),
        "a variant cannot have servers",
    );
    check_rejected(variants("{ summary: Does., query: { a: 1 } }"), "no operationId");
}

#[test]
fn paging_names_what_exists() {
    let paging = |paging: &str| {
        with(&format!(
            "parameters: [{ID}, {{ name: after, in: query, schema: {{ type: string }} }}]\n      x-keyfob-paging: {paging}"
        ))
    };
    assert_eq!(problems(paging("{ scheme: cursor, items: list, cursor: id, parameter: after }")), "");
    check_rejected(paging("{ scheme: link, items: list }"), "has no known scheme: use cursor, page or offset");
    check_rejected(paging("{ scheme: cursor, items: list, parameter: after }"), "has no cursor");
    check_rejected(
        paging("{ scheme: cursor, items: list, cursor: id, parameter: before }"),
        "a query parameter before, which the operation does not have",
    );
    check_rejected(
        paging("{ scheme: cursor, items: rows, cursor: id, parameter: after }"),
        "a property rows, which the response does not have",
    );
    check_rejected(
        paging("{ scheme: cursor, items: id, cursor: id, parameter: after }"),
        "names id as items, which is not a list",
    );
    check_rejected(
        paging("{ scheme: offset, parameter: after }")
            .replace("after, in: query, schema: { type: string", "after, in: query, schema: { type: integer"),
        "has no items, and the response is not a list",
    );
    check_rejected(
        paging("{ scheme: offset, items: list, parameter: after }"),
        "names after as parameter, which must be optional and of type integer",
    );
    check_rejected(
        paging("{ scheme: cursor, items: list, cursor: list, parameter: after }"),
        "names list as cursor, which is neither a string nor an integer",
    );
    check_rejected(paging("{ scheme: offset, items: list, parameter: after, step: 1 }"), "an unknown key step");
}

#[test]
fn a_secret_has_the_format_that_redacts_it() {
    let problem = "is a secret by its name: add `format: password`";
    for name in ["password", "clientSecret", "sessionToken", "X-Api-Key"] {
        check_rejected(schema(&format!("{{ type: object, properties: {{ {name}: {{ type: string }} }} }}")), problem);
        check_rejected(parameter(&format!("{{ name: {name}, in: query, schema: {{ type: string }} }}")), problem);
    }
    let other = "{ type: object, properties: { password: { type: string, format: password }, \
                 passwordExists: { type: boolean }, continuationToken: { type: string } } }";
    assert_eq!(problems(schema(other)), "");
}
