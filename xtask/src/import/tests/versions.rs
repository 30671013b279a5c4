//! Documents of each version, as YAML and as JSON.

use super::*;

const SWAGGER: &str = r##"{
  "swagger": "2.0", "info": { "title": "Birds", "version": "v1" }, "host": "b.invalid", "basePath": "/v1", "schemes": ["http", "https"],
  "consumes": ["application/json"], "produces": ["application/json"],
  "securityDefinitions": { "basic": { "type": "basic" }, "login": { "type": "oauth2", "flow": "application", "tokenUrl": "https://b.invalid/token", "scopes": {} } },
  "security": [{ "basic": [] }],
  "parameters": { "Size": { "name": "size", "in": "query", "type": "integer", "format": "uint32" } },
  "responses": { "Bird": { "description": "A bird.", "schema": { "$ref": "#/definitions/Bird" } } },
  "paths": {
    "/birds/{id}": {
      "parameters": [{ "name": "id", "in": "path", "required": true, "type": "integer" }],
      "get": { "operationId": "birds_read", "tags": ["birds"], "parameters": [{ "$ref": "#/parameters/Size" },
          { "name": "a", "in": "query", "type": "array", "items": { "type": "string" }, "collectionFormat": "multi" },
          { "name": "b", "in": "query", "type": "array", "items": { "type": "string" } }],
        "responses": { "200": { "$ref": "#/responses/Bird" }, "404": {} } },
      "put": { "operationId": "birds_update", "tags": ["birds"], "parameters": [{ "name": "data", "in": "body", "required": true, "schema": { "$ref": "#/definitions/Bird" } }],
        "responses": { "200": { "$ref": "#/responses/Bird" } } },
      "post": { "operationId": "birds_photo", "tags": ["birds"], "consumes": ["multipart/form-data"],
        "parameters": [{ "name": "photo", "in": "formData", "type": "file", "required": true }, { "name": "note", "in": "formData", "type": "string" }],
        "responses": { "201": { "description": "", "schema": { "type": "file" } } } }
    }
  },
  "definitions": {
    "Bird": { "type": "object", "required": ["name"], "discriminator": "kind", "properties": { "kind": { "type": "string" }, "name": { "type": "string", "x-nullable": true }, "nest": { "$ref": "#/definitions/Nest" } } },
    "Nest": { "type": "object", "properties": { "cm": { "type": "number" } } }
  }
}"##;

#[test]
fn a_swagger_2_document_is_imported() {
    let imported = imported(SWAGGER);
    let item = &imported.spec["paths"]["/birds/{id}"];
    assert_yaml(&imported.spec["servers"], "[{ url: 'https://b.invalid/v1' }]");
    assert_yaml(&imported.spec["components"]["securitySchemes"]["basic"], "{ type: http, scheme: basic }");
    assert_yaml(
        &item["get"]["parameters"],
        "[{ name: id, in: path, required: true, schema: { type: integer } }, { name: size, in: query, schema: { type: integer, format: uint32 } },
          { name: a, in: query, schema: { type: array, items: { type: string } } }, { name: b, in: query, explode: false, schema: { type: array, items: { type: string } } }]",
    );
    assert_yaml(
        &item["get"]["responses"]["200"]["content"],
        "{ application/json: { schema: { $ref: '#/components/schemas/Bird' } } }",
    );
    assert_yaml(
        &item["put"]["requestBody"],
        "{ required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Bird' } } } }",
    );
    assert_yaml(
        &item["post"]["requestBody"]["content"],
        "{ multipart/form-data: { schema: { type: object, required: [photo], properties: { photo: { type: string, format: binary }, note: { type: string } } } } }",
    );
    assert_yaml(
        &item["post"]["responses"]["201"]["content"],
        "{ application/octet-stream: { schema: { type: string, format: binary } } }",
    );
    let bird = &imported.spec["components"]["schemas"]["Bird"];
    assert_eq!(bird["properties"]["name"]["nullable"].as_bool(), Some(true));
    assert_eq!(bird["x-keyfob-extra"].as_bool(), Some(true));
    assert_eq!((imported.counts.found, imported.counts.typed), (3, 3));
}

#[test]
fn a_list_in_a_form_that_a_client_cannot_send_is_logged() {
    for (location, format) in [("query", "tsv"), ("header", "tsv"), ("header", "ssv"), ("path", "pipes")] {
        let path = if location == "path" { "/birds/{ids}" } else { "/birds" };
        let document = format!(
            "{{ swagger: '2.0', info: {{ title: Birds, version: '1' }}, paths: {{ '{path}': {{ get: {{ operationId: birds, parameters: [{{ name: ids, in: {location}, required: true, type: array, items: {{ type: string }}, collectionFormat: {format} }}], responses: {{ '204': {{ description: d }} }} }} }} }} }}"
        );
        let changed = reasons(&imported(&document), Effect::Changed);
        assert!(
            changed.iter().any(|line| line.contains("ids") && line.ends_with("becomes a string")),
            "{location} {format}: {changed:?}"
        );
    }
}

#[test]
fn a_3_1_document_is_imported() {
    let imported = imported(
        "
openapi: 3.1.0
info: { title: Birds, version: 0.1.0, license: { name: MIT, identifier: MIT } }
paths:
  /items/{item_id}:
    get:
      operationId: read_item_items__item_id__get
      summary: Read Item
      parameters:
        - { name: item_id, in: path, required: true, schema: { type: integer, title: Item Id } }
        - { name: q, in: query, schema: { anyOf: [{ type: string }, { type: 'null' }], title: Q } }
      responses:
        '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Item' } } } }
        '422': { description: bad, content: { application/json: { schema: { $ref: '#/components/schemas/Error' } } } }
webhooks:
  laid: { post: { responses: {} } }
components:
  schemas:
    Item:
      type: object
      $defs: { Tag: { type: object, properties: { name: { type: string } } } }
      required: [kind]
      properties:
        kind: { const: item }
        tag: { $ref: '#/components/schemas/Item/$defs/Tag', description: The tag. }
        point: { type: array, prefixItems: [{ type: number }, { type: number }] }
        price: { type: [number, string, 'null'] }
    Error: { type: object, properties: { detail: { type: array, items: { type: object, title: Detail, properties: { loc: { type: array, items: { anyOf: [{ type: string }, { type: integer }] } } } } } } }
",
    );
    let get = &imported.spec["paths"]["/items/{item_id}"]["get"];
    assert_eq!((get.text("operationId"), get.text("summary")), (Some("readItem"), Some("Read Item.")));
    assert_yaml(&get["parameters"][1]["schema"], "{ type: string }");
    let item = &imported.spec["components"]["schemas"]["Item"];
    assert_yaml(&item["properties"]["tag"], "{ description: The tag., allOf: [{ $ref: '#/components/schemas/Tag' }] }");
    assert_yaml(&item["properties"]["point"], "{ type: array, items: { type: number } }");
    assert_eq!(item["properties"]["price"].at(&["x-rust-type", "path"]).and_then(Yaml::as_str), Some("NumberOrString"));
    assert_eq!(item["properties"]["price"]["anyOf"][0]["nullable"].as_bool(), Some(true));
    assert!(reasons(&imported, Effect::Removed).contains(&"webhook laid: a request that the service sends".to_owned()));
    assert_yaml(&imported.spec["info"]["license"], "{ name: MIT }");
}

#[test]
fn a_document_of_another_kind_or_version_is_rejected() {
    for (document, expected) in [
        ("{ openapi: 4.0.0, paths: {} }", "the document is of version 4.0.0"),
        ("{ swagger: 1.2 }", "the document is of version 1.2"),
        ("{ title: x }", "neither `openapi` nor `swagger`"),
        ("{ openapi: 3.1.0, info: {} }", "no `paths`"),
    ] {
        let document: Yaml = yaml_serde::from_str(document).unwrap();
        let error = convert(document, &Origin { doc: "d", day: "2026-01-02" }).err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
