//! Operations: ids, parameters, bodies, responses, security and paging.

use super::*;

const OK: &str = "responses: { '200': { description: d } }";

#[test]
fn a_missing_operation_id_is_proposed_and_another_form_is_rewritten() {
    let imported = imported(
        "{ openapi: 3.0.3, info: { title: Birds, version: '1' }, paths: { '/birds/{id}': { get: { responses: {} }, put: { operationId: birds/replace-one, responses: {} } } } }",
    );
    let item = &imported.spec["paths"]["/birds/{id}"];
    assert_eq!(item["get"].text("operationId"), Some("bird"));
    assert_eq!(item["put"].text("operationId"), Some("birdsReplaceOne"));
    assert_eq!(item["get"].at(&["x-keyfob-source", "confidence"]).and_then(Yaml::as_str), Some("documented"));
    assert_eq!(
        item["get"].at(&["x-keyfob-source", "doc"]).and_then(Yaml::as_str),
        Some("https://example.invalid/openapi.json")
    );
    assert_eq!(item["get"].list("tags"), ["birds"]);
}

#[test]
fn equal_operation_ids_are_distinguished() {
    let imported = imported(&format!(
        "{{ openapi: 3.0.3, info: {{ title: Birds, version: '1' }}, paths: {{ /a: {{ get: {{ operationId: it, {OK} }}, post: {{ operationId: it, {OK} }}, put: {{ operationId: send, {OK} }} }} }} }}"
    ));
    let ids: Vec<_> = imported.spec["paths"]["/a"]
        .entries()
        .iter()
        .map(|(_, operation)| operation.text("operationId").unwrap())
        .collect();
    assert_eq!(ids, ["it", "postIt", "putSend"]);
}

#[test]
fn parameters_have_a_form_that_can_be_sent() {
    let imported = with(
        "{ parameters: [{ name: shared, in: query, schema: { type: string } }], get: { operationId: birds, parameters: [
            { name: shared, in: query, schema: { type: integer } },
            { name: Authorization, in: header, schema: { type: string } },
            { name: session, in: cookie, schema: { type: string } },
            { name: bits, in: cookie, schema: { type: array, items: { type: string } } },
            { name: filter, in: query, style: deepObject, schema: { type: object, properties: { color: { type: string } } } },
            { name: where, in: query, schema: { type: object, additionalProperties: true } },
            { name: ids, in: query, explode: false, schema: { type: array, items: { type: integer } } },
            { name: piped, in: query, style: pipeDelimited, schema: { type: array, items: { type: string } } },
            { name: json, in: query, content: { application/json: { schema: { type: object } } } },
            { name: one-or-more, in: query, schema: { oneOf: [{ type: string }, { type: array, items: { type: string } }] } },
            { name: sort, in: query, schema: { type: string, enum: [up, down] } },
            { name: X-List, in: header, schema: { type: array, items: { type: string } } } ], responses: { '200': { description: d } } } }",
        "{}",
    );
    let parameters = &imported.spec["paths"]["/birds"]["get"]["parameters"];
    assert_yaml(
        parameters,
        "[{ name: shared, in: query, schema: { type: integer } },
          { name: session, in: cookie, schema: { type: string } },
          { name: bits, in: cookie, schema: { type: string } },
          { name: 'filter[color]', in: query, schema: { type: string } },
          { name: where, in: query, schema: { type: object, additionalProperties: { type: string } } },
          { name: ids, in: query, explode: false, schema: { type: array, items: { type: integer } } },
          { name: piped, in: query, style: pipeDelimited, schema: { type: array, items: { type: string } } },
          { name: json, in: query, schema: { type: string } },
          { name: one-or-more, in: query, schema: { type: array, items: { type: string } } },
          { name: sort, in: query, schema: { $ref: '#/components/schemas/BirdsSort' } },
          { name: X-List, in: header, schema: { type: array, items: { type: string } } }]",
    );
    let removed = reasons(&imported, Effect::Removed);
    assert_eq!(removed, ["GET /birds: parameter Authorization: the client sets this header"]);
}

#[test]
fn path_parameters_are_those_of_the_template() {
    let imported = imported(&format!(
        "{{ openapi: 3.0.3, info: {{ title: Birds, version: '1' }}, paths: {{ '/birds/{{id:[0-9]+}}/{{rest*}}': {{ get: {{ operationId: it, parameters: [{{ name: gone, in: path, schema: {{ type: string }} }}], {OK} }} }} }} }}"
    ));
    let parameters = &imported.spec["paths"]["/birds/{id}/{rest}"]["get"]["parameters"];
    assert_yaml(
        parameters,
        "[{ name: id, in: path, required: true, schema: { type: string } }, { name: rest, in: path, required: true, schema: { type: string } }]",
    );
}

#[test]
fn bodies_are_json_forms_files_or_text() {
    let body = |content: &str| {
        let imported =
            with(&format!("{{ post: {{ operationId: send1, requestBody: {{ content: {content} }}, {OK} }} }}"), "{}");
        imported.spec["paths"]["/birds"]["post"]["requestBody"]["content"].clone()
    };
    assert_yaml(
        &body("{ application/xml: {}, application/json: { schema: { type: string } } }"),
        "{ application/json: { schema: { type: string } } }",
    );
    assert_yaml(&body("{ image/png: {} }"), "{ image/png: { schema: { type: string, format: binary } } }");
    assert_yaml(&body("{ text/csv: { schema: { type: object } } }"), "{ text/csv: { schema: { type: string } } }");
    assert_yaml(
        &body(
            "{ multipart/form-data: { encoding: { a: {} }, schema: { required: [file], properties: { file: { type: string, format: binary }, meta: { type: object, properties: { a: { type: string } } } } } } }",
        ),
        "{ multipart/form-data: { schema: { type: object, required: [file], properties: { file: { type: string, format: binary }, meta: { type: string } } } } }",
    );
}

#[test]
fn all_success_statuses_have_one_content() {
    let responses = |text: &str| {
        let imported = with(&format!("{{ get: {{ operationId: bird, responses: {text} }} }}"), "{}");
        imported.spec["paths"]["/birds"]["get"]["responses"].clone()
    };
    assert_yaml(
        &responses(
            "{ 200: { description: a, content: { application/json: { schema: { type: string } } } }, 204: { description: b } }",
        ),
        "{ '200': { description: a, content: { application/json: { schema: { type: string } } } }, '204': { description: b, content: { application/json: { schema: { type: string } } } } }",
    );
    assert_yaml(
        &responses("{ default: { description: a, content: { application/json: { schema: { type: integer } } } } }"),
        "{ '200': { description: a, content: { application/json: { schema: { type: integer } } } } }",
    );
    assert_yaml(
        &responses("{ 404: { description: gone } }"),
        "{ '200': { description: Success; its status is not documented. }, '404': { description: gone } }",
    );
    assert_yaml(
        &responses("{ 302: { description: moved } }"),
        "{ '200': { description: Success; its status is not documented., content: { application/octet-stream: { schema: { type: string, format: binary } } } }, '302': { description: moved } }",
    );
    assert_yaml(
        &responses(
            "{ 200: { description: a, content: { application/json: { schema: { type: integer } } } }, default: { description: e } }",
        ),
        "{ '200': { description: a, content: { application/json: { schema: { type: integer } } } }, default: { description: e } }",
    );
}

#[test]
fn the_security_of_most_operations_becomes_that_of_the_document() {
    let imported = imported(&format!(
        "{{ openapi: 3.0.3, info: {{ title: Birds, version: '1' }}, servers: [{{ url: 'https://b.invalid/v1' }}], paths: {{
            /a: {{ get: {{ operationId: a, security: [{{ key: [] }}], {OK} }}, post: {{ operationId: b, security: [{{ key: [] }}], {OK} }} }},
            /b: {{ get: {{ operationId: c, {OK} }}, put: {{ operationId: d, security: [{{ gone: [] }}, {{ login: [r] }}], {OK} }} }} }},
          components: {{ securitySchemes: {{ key: {{ type: apiKey, in: header, name: X-Key }}, login: {{ type: oauth2, flows: {{ clientCredentials: {{ tokenUrl: /token, scopes: {{}} }} }} }} }} }} }}"
    ));
    let paths = &imported.spec["paths"];
    assert_yaml(&imported.spec["security"], "[{ key: [] }]");
    assert!(paths["/a"]["get"].get("security").is_none());
    assert_yaml(&paths["/b"]["get"]["security"], "[]");
    assert_yaml(&paths["/b"]["put"]["security"], "[{ login: [r] }]");
    let flow = imported.spec["components"]["securitySchemes"]["login"]["flows"]["clientCredentials"].clone();
    assert_eq!(flow.text("tokenUrl"), Some("https://b.invalid/v1/token"));
}

#[test]
fn paged_listings_are_recognized() {
    let paging = |parameters: &str, fields: &str| {
        let imported = with(
            &format!(
                "{{ get: {{ operationId: birds, parameters: [{parameters}], responses: {{ '200': {{ description: d, content: {{ application/json: {{ schema: {{ type: object, properties: {{ {fields} }} }} }} }} }} }} }} }}"
            ),
            "{}",
        );
        imported.spec["paths"]["/birds"]["get"].get("x-keyfob-paging").cloned()
    };
    let integer = |name: &str| format!("{{ name: {name}, in: query, schema: {{ type: integer }} }}");
    let rows = "rows: { type: array, items: { type: string } }";
    assert_yaml(
        &paging(
            &format!("{{ name: page_token, in: query, schema: {{ type: string }} }}, {}", integer("limit")),
            &format!("{rows}, next_page: {{ type: string, nullable: true }}"),
        )
        .unwrap(),
        "{ scheme: cursor, items: rows, cursor: next_page, parameter: page_token, size: limit }",
    );
    assert_yaml(
        &paging(
            &format!("{{ name: page, in: query, schema: {{ type: integer, default: 0 }} }}, {}", integer("size")),
            &format!("{rows}, total: {{ type: integer }}"),
        )
        .unwrap(),
        "{ scheme: page, parameter: page, first: 0, items: rows, size: size, total: total }",
    );
    assert_yaml(
        &paging(
            &format!("{}, {}", integer("offset"), integer("limit")),
            &format!("count: {{ type: integer }}, next: {{ type: string }}, {rows}"),
        )
        .unwrap(),
        "{ scheme: offset, parameter: offset, items: rows, size: limit, total: count }",
    );
    assert_eq!(paging(&integer("limit"), rows), None);
}

#[test]
fn a_response_that_is_a_list_is_paged_by_number_but_not_by_a_cursor_in_a_header() {
    let listing = |parameter: &str, kind: &str| {
        with(
            &format!(
                "{{ get: {{ operationId: birds, parameters: [{{ name: {parameter}, in: query, schema: {{ type: {kind} }} }}], responses: {{ '200': {{ description: d, headers: {{ Link: {{ schema: {{ type: string }} }} }}, content: {{ application/json: {{ schema: {{ type: array, items: {{ type: string }} }} }} }} }} }} }} }}"
            ),
            "{}",
        )
    };
    assert_yaml(
        &listing("page", "integer").spec["paths"]["/birds"]["get"]["x-keyfob-paging"],
        "{ scheme: page, parameter: page }",
    );
    let removed = reasons(&listing("cursor", "string"), Effect::Removed);
    assert_eq!(removed, ["GET /birds: paging by cursor, whose next value is in the header Link"]);
}

#[test]
fn summaries_are_one_line_and_descriptions_have_no_code_fences() {
    let imported = with(
        "{ get: { operationId: birds, description: \"Lists birds. More.\\n\\n```json\\n{}\\n```\\nEnd\", responses: {} }, delete: { operationId: x1, responses: {} } }",
        "{}",
    );
    let item = &imported.spec["paths"]["/birds"];
    assert_eq!(item["get"].text("summary"), Some("Lists birds."));
    assert_eq!(item["get"].text("description"), Some("Lists birds. More.\n\n{}\nEnd"));
    assert_eq!(item["delete"].text("summary"), Some("Sends DELETE /birds."));
}

#[test]
fn a_path_that_ends_in_a_pattern_without_a_name_takes_several_segments() {
    let imported = imported(
        "{ openapi: 3.0.3, info: { title: Birds, version: '1' }, paths: { '/files/{*}': { get: { operationId: file, parameters: [{ name: '*', in: path, required: true, schema: { type: string } }], responses: { '204': { description: d } } } } } }",
    );
    assert_yaml(
        &imported.spec["paths"]["/files/{wildcard}"]["get"]["parameters"],
        "[{ name: wildcard, in: path, required: true, x-keyfob-path: raw, schema: { type: string } }]",
    );
    assert_eq!(reasons(&imported, Effect::Removed), [""; 0]);
}

#[test]
fn a_nullable_reference_of_a_parameter_is_the_reference() {
    let imported = with(
        "{ get: { operationId: birds, parameters: [{ name: kind, in: query, schema: { anyOf: [{ $ref: '#/components/schemas/Kind' }, { type: 'null' }] } }], responses: { '204': { description: d } } } }",
        "{ Kind: { type: string, enum: [owl] } }",
    );
    assert_yaml(
        &imported.spec["paths"]["/birds"]["get"]["parameters"][0]["schema"],
        "{ $ref: '#/components/schemas/Kind' }",
    );
}
