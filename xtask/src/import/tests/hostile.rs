//! Documents that are broken, or are made to break their reader.

use super::*;

#[test]
fn references_that_lead_to_themselves_are_untyped() {
    let imported = with(
        "{ get: { operationId: birds, responses: { '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } } } } }",
        "{ A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' }, C: { allOf: [{ $ref: '#/components/schemas/C' }, { type: object, properties: { a: { type: string } } }] }, D: { oneOf: [{ $ref: '#/components/schemas/D' }, { type: string }] }, L: { type: array, items: { $ref: '#/components/schemas/L' } }, M: { type: object, additionalProperties: { type: array, items: { $ref: '#/components/schemas/M' } } }, T: { type: object, properties: { t: { $ref: '#/components/schemas/T' }, l: { $ref: '#/components/schemas/L' } } } }",
    );
    let untyped = reasons(&imported, Effect::Untyped);
    assert_eq!(imported.counts.untyped, 1);
    for subject in [
        "GET /birds: response",
        "components/schemas/C",
        "components/schemas/D",
        "components/schemas/L",
        "components/schemas/M",
    ] {
        assert!(untyped.iter().any(|line| line.starts_with(subject)), "{subject} is not in {untyped:?}");
    }
    assert_yaml(&imported.spec["components"]["schemas"]["T"]["properties"]["t"], "{ $ref: '#/components/schemas/T' }");
}

#[test]
fn alternatives_that_contain_each_other_end() {
    component(
        "{ Bird: { anyOf: [{ $ref: '#/components/schemas/One' }, { $ref: '#/components/schemas/Two' }] }, One: { type: object, properties: { next: { $ref: '#/components/schemas/One' }, x: { anyOf: [{ $ref: '#/components/schemas/One' }, { $ref: '#/components/schemas/Two' }] } } }, Two: { type: object, properties: { next: { $ref: '#/components/schemas/Two' }, x: { $ref: '#/components/schemas/Two' } } } }",
        "Bird",
    );
}

#[test]
fn a_deeply_nested_schema_is_untyped_below_a_limit() {
    let mut schema = "{ type: string }".to_owned();
    for _ in 0..24 {
        schema = format!("{{ type: object, properties: {{ a: {{ type: array, items: {schema} }} }} }}");
    }
    with(
        &format!(
            "{{ post: {{ operationId: a1, requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}, responses: {{}} }} }}"
        ),
        "{}",
    );
    let text = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(crate::source::parse("deep.yaml", &text).is_err());
    assert!(crate::source::parse("deep.json", &format!("{{\"a\":{text}}}")).is_err());
}

#[test]
fn a_long_chain_of_compositions_does_not_overflow_the_stack() {
    let chain: String = (0..2_000).map(|index| format!("S{index}: {{ allOf: [{{ $ref: '#/components/schemas/S{}' }}, {{ type: object, properties: {{ p{index}: {{ type: string }} }} }}] }}, ", index + 1)).collect();
    component(
        &format!(
            "{{ Bird: {{ allOf: [{{ $ref: '#/components/schemas/S0' }}, {{ type: object }}] }}, {chain} S2000: {{ type: object, properties: {{ z: {{ type: string }} }} }} }}"
        ),
        "Bird",
    );
}

#[test]
fn parts_that_double_with_each_level_are_bounded() {
    for key in ["allOf", "anyOf"] {
        let levels: String = (0..38)
            .map(|index| {
                let part = format!("{{ $ref: '#/components/schemas/S{}' }}", index + 1);
                format!("S{index}: {{ {key}: [{part}, {{ type: object, {key}: [{part}] }}] }}, ")
            })
            .collect();
        component(
            &format!(
                "{{ Bird: {{ type: object, properties: {{ a: {{ $ref: '#/components/schemas/S0' }} }} }}, {levels} S38: {{ type: object, properties: {{ z: {{ type: string }} }} }} }}"
            ),
            "Bird",
        );
    }
}

#[test]
fn names_that_rust_does_not_have_are_replaced() {
    let imported = imported(
        r##"{ "openapi": "3.0.3", "info": { "title": "../x\n<b>", "version": 3 }, "paths": {
          "/../../etc/{type}": { "get": { "operationId": "../../etc/passwd", "tags": ["../up"], "parameters": [{ "name": "type", "in": "path", "required": true, "schema": { "type": "string" } }, { "name": "größe", "in": "query", "schema": { "type": "string" } }, { "name": "../a", "in": "query", "schema": { "type": "string" } }],
            "responses": { "200": { "description": "d", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/..~1..~1evil" } } } } } },
            "post": { "operationId": "fn", "responses": {} }, "put": { "operationId": "日本", "responses": {} }, "delete": { "operationId": "new", "responses": {} } },
          "/a": { "post": { "operationId": "self", "responses": {} }, "get": { "operationId": "3d", "responses": {} } } },
        "components": { "schemas": { "../../evil": { "type": "object", "properties": { "fn": { "type": "string" }, "self": { "type": "string" }, "größe": { "type": "string" }, "$": { "type": "string" }, "": { "type": "string" }, "1st": { "type": "string" } } },
          "Option": { "type": "object", "properties": { "a": { "type": "string" } } }, "Page[User]": { "type": "string", "enum": ["self", "Self", "", "*", "日本", "ü"] }, "page-user": { "type": "string", "enum": ["unknown", "other"] }, "日本": { "type": "object", "properties": { "a": { "type": "string" } } } } } }"##,
    );
    for (name, _) in imported.spec["components"]["schemas"].entries() {
        assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter)), "{name}");
    }
    assert_eq!(imported.counts.imported, 6);
}

#[test]
fn parts_of_the_wrong_kind_are_passed_over() {
    for document in [
        "{ openapi: 3.0.3, paths: { /a: [] } }",
        "{ openapi: 3.0.3, paths: { /a: { get: 7, post: [], put: { parameters: {}, responses: [], tags: x, requestBody: [] } } }, components: [], servers: {}, security: 1, tags: 3, info: [] }",
        "{ openapi: 3.0.3, paths: { /a: { put: { operationId: [], parameters: [1, {}, { name: a }, { $ref: '#/x' }, { name: b, in: query }, { name: b, in: nowhere }], responses: { '200': 1, '4': { content: [] } }, requestBody: { content: { application/json: 5 } } } } }, components: { schemas: [1], securitySchemes: { a: 1, b: { type: odd } } } }",
        "{ openapi: 3.1.0, paths: { /a: { put: { responses: { '200': { content: { application/json: { schema: { type: [], properties: { a: 1, b: true, c: { type: odd }, d: { enum: [] }, e: { enum: [[1]] }, f: { allOf: [] }, g: { anyOf: [false] }, h: { items: false, type: array }, i: { $ref: 3 }, j: { $ref: gone } } } } } } } } } } }",
        "{ swagger: '2.0', paths: { /a: { get: { parameters: [{ in: body }, { in: formData }, 3], responses: { 200: { schema: 3 } } } } }, definitions: 4, securityDefinitions: [] }",
    ] {
        imported(document);
    }
}
