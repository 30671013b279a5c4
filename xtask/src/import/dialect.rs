//! Writes the keywords of OpenAPI 3.1, Swagger 2.0 and common extensions as those of OpenAPI 3.0.

use crate::yaml::{Map, Yaml, YamlExt, map};

/// Returns a schema with the keywords of OpenAPI 3.0; nested schemas are unchanged.
pub(super) fn schema(node: &Yaml) -> Yaml {
    let Some(pairs) = node.as_mapping() else {
        // `true` is any value; `false`, no value at all, is treated alike, since a server may still send one.
        return Yaml::Mapping(Map::new());
    };
    let mut schema = Yaml::Mapping(pairs.clone());
    null_type(&mut schema);
    constant(&mut schema);
    for (exclusive, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if schema.get(exclusive).is_some_and(Yaml::is_number)
            && let Some(value) = schema.take(exclusive)
        {
            schema.set(limit, value);
            schema.set(exclusive, true);
        }
    }
    if schema.get("example").is_none()
        && let Some(first) = schema.list("examples").first().cloned()
    {
        schema.set("example", first);
    }
    schema.take("examples");
    for spelling in ["x-nullable", "x-isnullable", "x-is-nullable"] {
        if schema.take(spelling).is_some_and(|value| value.as_bool() == Some(true)) {
            schema.set("nullable", true);
        }
    }
    if schema.text("type") == Some("file") {
        schema.set("type", "string");
        schema.set("format", "binary");
    }
    if let Some(media) = schema.take("contentMediaType")
        && schema.text("type") == Some("string")
        && schema.get("format").is_none()
    {
        let encoded = schema.get("contentEncoding").is_some();
        if encoded || media.as_str() == Some("application/octet-stream") {
            schema.set("format", if encoded { "byte" } else { "binary" });
        }
    }
    schema.take("contentEncoding");
    tuples(&mut schema);
    if schema.get("properties").is_none()
        && schema.get("additionalProperties").is_none()
        && let [(_, values)] = schema.pairs("patternProperties").as_slice()
    {
        let values = (*values).clone();
        schema.set("additionalProperties", values);
    }
    schema
}

/// Turns `type: [string, null]` into a type and `nullable`, and several types into `anyOf`.
fn null_type(schema: &mut Yaml) {
    if schema.text("type") == Some("null") {
        return;
    }
    let Some(types) = schema.get("type").and_then(Yaml::as_sequence).cloned() else { return };
    let (null, others): (Vec<Yaml>, Vec<Yaml>) =
        types.into_iter().partition(|name| name.is_null() || name.as_str() == Some("null"));
    if !null.is_empty() {
        schema.set("nullable", true);
    }
    match others.as_slice() {
        [] => schema.set("type", "null"),
        [one] => schema.set("type", one.clone()),
        several => {
            // Each keyword stays with its type: `items` is for the list only.
            let parts = several.iter().map(|name| {
                let mut part = map([("type", name.clone())]);
                let own: &[&str] = match name.as_str() {
                    Some("array") => &["items"],
                    Some("object") => &["properties", "required", "additionalProperties"],
                    Some("string") => &["format"],
                    _ => &[],
                };
                for key in own {
                    if let Some(value) = schema.get(key) {
                        part.set(key, value.clone());
                    }
                }
                part
            });
            let parts: Vec<Yaml> = parts.collect();
            for key in ["type", "items", "properties", "required", "additionalProperties", "format"] {
                schema.take(key);
            }
            schema.set("anyOf", parts);
        }
    }
}

fn constant(schema: &mut Yaml) {
    let Some(value) = schema.take("const") else { return };
    if schema.get("type").is_none() {
        let kind = match &value {
            Yaml::String(_) => "string",
            Yaml::Bool(_) => "boolean",
            Yaml::Number(number) if number.is_i64() => "integer",
            Yaml::Number(_) => "number",
            Yaml::Null => "null",
            _ => return,
        };
        schema.set("type", kind);
    }
    schema.set("enum", vec![value]);
}

/// Turns `prefixItems`, and a list under `items`, into items of any of their types.
fn tuples(schema: &mut Yaml) {
    let prefix = schema.take("prefixItems").and_then(|items| items.as_sequence().cloned());
    let list = schema.get("items").and_then(Yaml::as_sequence).cloned();
    let rest = schema.get("items").filter(|items| items.is_mapping()).cloned();
    let Some(mut items) = prefix.or(list) else { return };
    items.extend(rest);
    items.dedup();
    let items = if items.len() == 1 { items.swap_remove(0) } else { map([("anyOf", Yaml::Sequence(items))]) };
    schema.set("items", items);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str) {
        let from: Yaml = yaml_serde::from_str(from).unwrap();
        let to: Yaml = yaml_serde::from_str(to).unwrap();
        assert_eq!(schema(&from), to);
    }

    #[test]
    fn every_spelling_of_nullable_becomes_the_one_of_3_0() {
        check("{ type: [string, 'null'] }", "{ type: string, nullable: true }");
        check("{ type: string, x-nullable: true }", "{ type: string, nullable: true }");
        check("{ type: string, x-nullable: false }", "{ type: string }");
        check("{ type: ['null'] }", "{ type: 'null', nullable: true }");
    }

    #[test]
    fn several_types_become_alternatives_that_have_their_own_keywords() {
        check(
            "{ type: [array, string, 'null'], items: { type: integer }, description: d }",
            "{ description: d, nullable: true, anyOf: [{ type: array, items: { type: integer } }, { type: string }] }",
        );
    }

    #[test]
    fn a_constant_becomes_an_enumeration_of_one_value() {
        check("{ const: cat }", "{ type: string, enum: [cat] }");
        check("{ const: 4 }", "{ type: integer, enum: [4] }");
    }

    #[test]
    fn keywords_of_3_1_become_those_of_3_0() {
        check("{ type: integer, exclusiveMinimum: 3 }", "{ type: integer, minimum: 3, exclusiveMinimum: true }");
        check("{ type: string, examples: [a, b] }", "{ type: string, example: a }");
        check("{ type: string, contentMediaType: application/octet-stream }", "{ type: string, format: binary }");
        check(
            "{ type: string, contentEncoding: base64, contentMediaType: image/png }",
            "{ type: string, format: byte }",
        );
        check("{ type: array, prefixItems: [{ type: string }] }", "{ type: array, items: { type: string } }");
        check(
            "{ type: object, patternProperties: { '^x': { type: string } } }",
            "{ type: object, patternProperties: { '^x': { type: string } }, additionalProperties: { type: string } }",
        );
        check("true", "{}");
    }
}
