//! Schemas: names, alternatives, compositions and enumerations.

use super::*;

#[test]
fn inline_objects_and_enumerations_become_components_with_names() {
    let schemas = "{ Bird: { type: object, properties: { nest: { type: object, properties: { twigs: { type: array, items: { type: object, properties: { cm: { type: integer } } } } } }, color: { type: string, enum: [red, blue] } } } }";
    assert_yaml(
        &component(schemas, "Bird"),
        "{ type: object, properties: { nest: { $ref: '#/components/schemas/BirdNest' }, color: { $ref: '#/components/schemas/BirdColor' } } }",
    );
    assert_yaml(
        &component(schemas, "BirdNest"),
        "{ type: object, properties: { twigs: { type: array, items: { $ref: '#/components/schemas/BirdNestTwig' } } } }",
    );
    assert_yaml(&component(schemas, "BirdColor"), "{ type: string, enum: [red, blue] }");
}

#[test]
fn equal_inline_schemas_share_a_type_and_others_get_names_of_their_own() {
    let schemas = "{ Bird: { type: object, properties: { color: { type: string, enum: [red] }, egg: { type: object, properties: { color: { type: string, enum: [white] } } } } }, Cat: { type: object, properties: { color: { type: string, enum: [red] } } } }";
    assert_yaml(
        &component(schemas, "Cat"),
        "{ type: object, properties: { color: { $ref: '#/components/schemas/BirdColor' } } }",
    );
    assert_yaml(
        &component(schemas, "BirdEgg"),
        "{ type: object, properties: { color: { $ref: '#/components/schemas/BirdEggColor' } } }",
    );
}

#[test]
fn an_enumeration_that_is_the_same_everywhere_has_the_name_of_its_property() {
    let schemas = "{ Bird: { type: object, properties: { color: { type: string, enum: [red] } } }, Cat: { type: object, properties: { color: { type: array, items: { type: string, enum: [red] } } } } }";
    assert_yaml(&component(schemas, "Color"), "{ type: string, enum: [red] }");
    assert_eq!(component(schemas, "BirdColor"), Yaml::Null);
}

#[test]
fn every_spelling_of_a_nullable_value_is_nullable() {
    for spelling in [
        "{ type: string, nullable: true }",
        "{ type: [string, 'null'] }",
        "{ oneOf: [{ type: string }, { type: 'null' }] }",
        "{ anyOf: [{ type: string }, { type: 'null' }] }",
        "{ type: string, x-nullable: true }",
    ] {
        let schemas = format!("{{ Bird: {{ type: object, properties: {{ ring: {spelling} }} }} }}");
        assert_yaml(&component(&schemas, "Bird")["properties"]["ring"], "{ nullable: true, type: string }");
    }
}

#[test]
fn a_nullable_reference_has_the_type_of_its_target() {
    for spelling in [
        "{ nullable: true, allOf: [{ $ref: '#/components/schemas/Nest' }] }",
        "{ oneOf: [{ $ref: '#/components/schemas/Nest' }, { type: 'null' }] }",
        "{ anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/Nest' }] }",
        "{ anyOf: [{ $ref: '#/components/schemas/Nest' }, { type: object, nullable: true, enum: [null] }] }",
    ] {
        let schemas = format!(
            "{{ Bird: {{ type: object, properties: {{ nest: {spelling} }} }}, Nest: {{ type: object, properties: {{ cm: {{ type: integer }} }} }} }}"
        );
        assert_yaml(
            &component(&schemas, "Bird")["properties"]["nest"],
            "{ anyOf: [{ $ref: '#/components/schemas/Nest' }, { type: object, nullable: true, enum: [null] }] }",
        );
    }
}

#[test]
fn the_parts_of_an_all_of_become_one_object() {
    let schemas = "{ Bird: { allOf: [{ $ref: '#/components/schemas/Animal' }, { type: object, properties: { ring: { type: string } } }], description: A bird. }, Animal: { type: object, properties: { id: { type: integer } } } }";
    assert_yaml(
        &component(schemas, "Bird"),
        "{ description: A bird., type: object, properties: { id: { type: integer }, ring: { type: string } } }",
    );
}

#[test]
fn alternatives_of_objects_become_one_object_with_all_fields() {
    let schemas = "{ Bird: { oneOf: [{ $ref: '#/components/schemas/Owl' }, { $ref: '#/components/schemas/Hen' }], discriminator: { propertyName: kind } }, Owl: { type: object, properties: { kind: { type: string, enum: [owl] }, range: { type: integer } } }, Hen: { type: object, properties: { kind: { type: string, enum: [hen] }, eggs: { type: integer } } } }";
    let bird = component(schemas, "Bird");
    assert_yaml(
        &bird,
        "{ description: 'Fields of one of: Owl, Hen.', type: object, properties: { kind: { $ref: '#/components/schemas/BirdKind' }, range: { type: integer }, eggs: { type: integer } } }",
    );
    assert_yaml(&component(schemas, "BirdKind"), "{ type: string, enum: [owl, hen] }");
}

#[test]
fn the_base_of_a_hierarchy_has_the_fields_of_the_schemas_that_extend_it() {
    let schemas = "{ Bird: { type: object, discriminator: { propertyName: kind }, properties: { kind: { type: string } } }, Owl: { allOf: [{ $ref: '#/components/schemas/Bird' }, { type: object, properties: { range: { type: integer } } }] } }";
    let names: Vec<String> =
        component(schemas, "Bird").pairs("properties").iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, ["kind", "range"]);
}

#[test]
fn alternatives_of_scalars_have_the_type_that_holds_all_of_them() {
    for (alternatives, expected) in [
        ("[{ type: integer }, { type: number }]", "{ type: number }"),
        ("[{ type: string, format: date }, { type: string, format: date }]", "{ type: string, format: date }"),
        ("[{ type: string, format: ipv4 }, { type: string, format: ipv6 }]", "{ type: string }"),
        (
            "[{ type: array, items: { type: string } }, { type: array, items: { type: string }, maxItems: 3 }]",
            "{ type: array, items: { type: string } }",
        ),
    ] {
        let schemas = format!("{{ Bird: {{ type: object, properties: {{ it: {{ anyOf: {alternatives} }} }} }} }}");
        assert_yaml(&component(&schemas, "Bird")["properties"]["it"], expected);
    }
    let schemas = "{ Bird: { type: object, properties: { it: { oneOf: [{ type: string }, { type: integer }] } } } }";
    let it = component(schemas, "Bird")["properties"]["it"].clone();
    assert_eq!(it.at(&["x-rust-type", "path"]).and_then(Yaml::as_str), Some("NumberOrString"));
}

#[test]
fn alternatives_without_a_common_type_are_untyped_with_the_reason() {
    let imported = with(
        "{ get: { operationId: bird, responses: { '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Bird' } } } } } } }",
        "{ Bird: { type: object, properties: { it: { description: An id., oneOf: [{ type: string }, { type: array, items: { type: string } }] } } } }",
    );
    assert_yaml(&imported.spec["components"]["schemas"]["Bird"]["properties"]["it"], "{ description: An id. }");
    assert_eq!(reasons(&imported, Effect::Untyped), ["components/schemas/Bird.it: it is either a string or a list"]);
    assert_eq!((imported.counts.typed, imported.counts.partly, imported.counts.untyped), (0, 1, 0));
}

#[test]
fn enumerations_have_names_where_their_values_cannot_be_names() {
    let schemas = "{ Bird: { type: object, properties: { vote: { type: string, enum: ['+1', '*', '', laugh] }, level: { type: integer, enum: [1, -2, null] }, both: { enum: [a, 1] }, flag: { type: boolean, enum: [true] } } } }";
    let bird = component(schemas, "Bird");
    assert_yaml(
        &component(schemas, "BirdVote"),
        "{ type: string, enum: ['+1', '*', '', laugh], x-enum-varnames: [Plus1, Star, Empty, Laugh] }",
    );
    assert_yaml(
        &component(schemas, "BirdLevel"),
        "{ type: integer, enum: [1, -2], x-enum-varnames: [Value1, Minus2] }",
    );
    assert_yaml(&bird["properties"]["flag"], "{ type: boolean }");
    assert_yaml(
        &bird["properties"]["level"],
        "{ anyOf: [{ $ref: '#/components/schemas/BirdLevel' }, { type: integer, nullable: true, enum: [null] }] }",
    );
    assert!(bird["properties"]["both"].get("enum").is_none());
}

#[test]
fn additional_properties_are_a_map_or_are_retained() {
    let schemas = "{ Bird: { type: object, additionalProperties: { type: string }, properties: { id: { type: integer }, names: { type: object, additionalProperties: { type: string } }, closed: { type: object, additionalProperties: false, properties: { a: { type: string } } } } } }";
    let bird = component(schemas, "Bird");
    assert_eq!(bird["x-keyfob-extra"].as_bool(), Some(true));
    assert_yaml(&bird["properties"]["names"], "{ type: object, additionalProperties: { type: string } }");
    assert_yaml(&component(schemas, "BirdClosed"), "{ type: object, properties: { a: { type: string } } }");
}

#[test]
fn secrets_are_redacted() {
    let bird = component("{ Bird: { type: object, properties: { apiKey: { type: string, example: abc } } } }", "Bird");
    assert_yaml(&bird["properties"]["apiKey"], "{ type: string, format: password }");
}

#[test]
fn responses_require_nothing_and_requests_what_the_vendor_requires() {
    let imported = with(
        "{ post: { operationId: createBird, requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/New' } } } }, responses: { '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Bird' } } } } } } }",
        "{ New: { type: object, required: [name, id, gone], properties: { name: { type: string }, id: { type: string, readOnly: true } } }, Bird: { type: object, required: [name], properties: { name: { type: string, maxLength: 3 } } } }",
    );
    let schemas = &imported.spec["components"]["schemas"];
    assert_yaml(&schemas["New"]["required"], "[name]");
    assert_yaml(&schemas["Bird"], "{ type: object, properties: { name: { type: string } } }");
}
