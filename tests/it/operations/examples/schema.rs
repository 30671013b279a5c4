//! Comparison of a value with a schema of OpenAPI 3.0: references, types, formats, enumerations, required properties, null.

use chrono::{DateTime, NaiveDate};
use yaml_serde::Value as Yaml;

use super::document::{entries, resolve};

/// Returns the violations of a schema in a value, with their paths.
pub(super) fn violations(document: &Yaml, schema: &Yaml, value: &Yaml) -> Vec<String> {
    let mut found = Vec::new();
    collect(document, schema, value, "$", &mut found);
    found
}

fn collect(document: &Yaml, schema: &Yaml, value: &Yaml, path: &str, found: &mut Vec<String>) {
    let schema = resolve(document, schema);
    if value.is_null() {
        if !takes_null(document, schema) {
            found.push(format!("{path} is null, but not nullable"));
        }
        return;
    }
    for part in list(schema, "allOf") {
        collect(document, part, value, path, found);
    }
    let mut alternatives = list(schema, "anyOf").peekable();
    if alternatives.peek().is_some() && !alternatives.any(|part| violations(document, part, value).is_empty()) {
        found.push(format!("{path} conforms to no schema of anyOf"));
    }
    if schema.get("enum").is_some() && !list(schema, "enum").any(|known| known == value) {
        found.push(format!("{path} is {value:?}, which is not in enum"));
    }
    if let Some(kind) = schema.get("type").and_then(Yaml::as_str) {
        if !has_type(value, kind) {
            found.push(format!("{path} is not of type {kind}"));
            return;
        }
        if !has_format(value, schema.get("format").and_then(Yaml::as_str)) {
            found.push(format!("{path} does not have the format of its schema"));
        }
    }
    for name in list(schema, "required").filter_map(Yaml::as_str) {
        if value.get(name).is_none() {
            found.push(format!("{path}.{name} is required, but absent"));
        }
    }
    for (name, value) in entries(value) {
        let property = schema.get("properties").and_then(|properties| properties.get(name));
        let other = schema.get("additionalProperties").filter(|values| values.is_mapping());
        if let Some(schema) = property.or(other) {
            collect(document, schema, value, &format!("{path}.{name}"), found);
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_sequence()) {
        for (index, value) in list.iter().enumerate() {
            collect(document, items, value, &format!("{path}[{index}]"), found);
        }
    }
}

/// Returns whether null conforms to a schema: to one that is nullable, or that states no type at all.
fn takes_null(document: &Yaml, schema: &Yaml) -> bool {
    let nullable = |schema: &Yaml| schema.get("nullable").and_then(Yaml::as_bool) == Some(true);
    let untyped = ["type", "enum", "allOf", "anyOf"].iter().all(|key| schema.get(key).is_none());
    nullable(schema) || untyped || list(schema, "anyOf").any(|part| nullable(resolve(document, part)))
}

fn has_type(value: &Yaml, kind: &str) -> bool {
    match kind {
        "object" => value.is_mapping(),
        "array" => value.is_sequence(),
        "string" => value.is_string(),
        "boolean" => value.is_bool(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("unknown type {other}"),
    }
}

fn has_format(value: &Yaml, format: Option<&str>) -> bool {
    let text = value.as_str().unwrap_or_default();
    match format {
        Some("date-time") => DateTime::parse_from_rfc3339(text).is_ok(),
        Some("date") => text.parse::<NaiveDate>().is_ok(),
        Some("uuid") => text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'),
        Some("uri") => url::Url::parse(text).is_ok(),
        _ => true,
    }
}

fn list<'d>(schema: &'d Yaml, key: &str) -> impl Iterator<Item = &'d Yaml> {
    schema.get(key).and_then(Yaml::as_sequence).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: &str, value: &str, expected: &[&str]) {
        let document: Yaml = yaml_serde::from_str(
            "components: { schemas: { Color: { type: string, enum: [red] }, Thing: { type: object, required: [id], \
             properties: { id: { type: integer }, color: { $ref: '#/components/schemas/Color' }, \
             maybe: { type: string, nullable: true, allOf: [{ $ref: '#/components/schemas/Color' }] }, \
             mixed: { anyOf: [{ type: number }, { type: boolean }] }, any: {}, day: { type: string, format: date } } } } }",
        )
        .unwrap();
        let (schema, value) = (yaml_serde::from_str(schema).unwrap(), yaml_serde::from_str(value).unwrap());
        assert_eq!(violations(&document, &schema, &value), expected);
    }

    #[test]
    fn an_example_that_conforms_to_its_schema_has_no_violations() {
        let list = "{ type: array, items: { $ref: '#/components/schemas/Thing' } }";
        check(list, "[{ id: 1, color: red, maybe: null, mixed: true, any: null, other: x, day: '2026-03-02' }]", &[]);
    }

    #[test]
    fn violations_are_listed_with_their_paths() {
        let thing = "{ $ref: '#/components/schemas/Thing' }";
        check(thing, "{}", &["$.id is required, but absent"]);
        check(thing, "{ id: x }", &["$.id is not of type integer"]);
        check(thing, "{ id: null }", &["$.id is null, but not nullable"]);
        check(thing, "{ id: 1, color: blue }", &["$.color is String(\"blue\"), which is not in enum"]);
        check(thing, "{ id: 1, mixed: x }", &["$.mixed conforms to no schema of anyOf"]);
        check(thing, "{ id: 1, day: today }", &["$.day does not have the format of its schema"]);
    }
}
