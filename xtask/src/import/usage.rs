//! Rules that depend on the use of a schema: by requests, by responses, or by both.

use std::collections::BTreeSet;

use super::report::{Effect, Report};
use super::types::UNTYPED;
use crate::codegen::model::reach::reach;
use crate::codegen::model::schema::is_type;
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt, map};

/// Keywords that limit values. A response beyond a limit must not fail.
const LIMITS: [&str; 5] = ["minimum", "maximum", "minLength", "maxLength", "pattern"];

/// Applies the rules of specs/README.md to the component schemas.
pub(super) fn apply(document: &mut Yaml, report: &mut Report) {
    break_cycles(document, report);
    let reach = reach(document);
    let replaced = bodies(document, "put");
    let patched = bodies(document, "patch");
    let others: BTreeSet<String> =
        ["put", "post", "delete"].iter().flat_map(|method| bodies(document, method)).collect();
    let mut relaxed = 0;
    let components = document.get_mut("components").and_then(|components| components.get_mut("schemas"));
    for (name, schema) in components.and_then(Yaml::as_mapping_mut).into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        read_only(schema);
        if reach.responses.contains(name) {
            relaxed += usize::from(reach.requests.contains(name) && schema.take("required").is_some());
            schema.take("required");
            without_limits(schema);
        }
        let has_extra_field = schema.pairs("properties").iter().any(|(field, _)| *field == "extra");
        let is_object = schema.get("properties").is_some();
        if is_object
            && replaced.contains(name)
            && reach.responses.contains(name)
            && !has_extra_field
            && !schema.flag("x-keyfob-extra")
        {
            schema.set("x-keyfob-extra", true);
            report.push(
                Effect::Proposed,
                format!("components/schemas/{name}"),
                "unknown fields are retained: a PUT sends what a GET returned",
            );
        }
        let nullable = schema
            .pairs("properties")
            .iter()
            .any(|(_, property)| property.flag("nullable") || walk::nullable_reference(property).is_some());
        let only_patched = patched.contains(name) && !others.contains(name) && !reach.responses.contains(name);
        if is_object && only_patched && nullable && schema.get("x-keyfob-patch").is_none() {
            schema.set("x-keyfob-patch", true);
            report.push(
                Effect::Proposed,
                format!("components/schemas/{name}"),
                "a PATCH distinguishes null from an absent field",
            );
        }
    }
    if relaxed > 0 {
        report.push(
            Effect::Changed,
            "components/schemas",
            format!("{relaxed} schemas of requests are also part of responses, and so have no required properties"),
        );
    }
}

/// Removes from `required` the properties that only the server sets.
fn read_only(schema: &mut Yaml) {
    let is_read_only = |name: &Yaml| name.as_str().is_some_and(|name| schema["properties"][name].flag("readOnly"));
    let required: Vec<Yaml> = schema.list("required").iter().filter(|name| !is_read_only(name)).cloned().collect();
    if required.is_empty() {
        schema.take("required");
    } else {
        schema.set("required", required);
    }
}

fn without_limits(schema: &mut Yaml) {
    for key in LIMITS {
        schema.take(key);
    }
    if let Some(properties) = schema.get_mut("properties").and_then(Yaml::as_mapping_mut) {
        properties.iter_mut().for_each(|(_, property)| without_limits(property));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key).filter(|inner| inner.is_mapping()) {
            without_limits(inner);
        }
    }
}

/// Returns the components that are the bodies of requests of a method.
fn bodies(document: &Yaml, method: &str) -> BTreeSet<String> {
    let operations = walk::operations(document).into_iter().filter(|found| found.method == method);
    let schemas = operations
        .flat_map(|found| found.operation.get("requestBody").map(|body| body.pairs("content")).unwrap_or_default());
    let names = schemas.filter_map(|(_, media)| media["schema"].text("$ref").and_then(walk::component));
    names.map(|(_, name)| name.to_owned()).collect()
}

/// Makes lists and maps untyped that contain themselves without an object between: Rust has no type for them.
fn break_cycles(document: &mut Yaml, report: &mut Report) {
    let names: Vec<String> = document
        .at(&["components", "schemas"])
        .map(YamlExt::entries)
        .unwrap_or_default()
        .into_iter()
        .map(|(name, _)| name.to_owned())
        .collect();
    for name in names {
        let mut above = vec![name.clone()];
        if reaches_itself(document, &document["components"]["schemas"][name.as_str()], &mut above) {
            let reason = "it contains itself without an object between";
            report.push(Effect::Untyped, format!("components/schemas/{name}"), reason);
            if let Some(schemas) = document.get_mut("components").and_then(|components| components.get_mut("schemas")) {
                schemas.set(&name, map([(UNTYPED, reason.into())]));
            }
        }
    }
}

fn reaches_itself(document: &Yaml, node: &Yaml, above: &mut Vec<String>) -> bool {
    if is_type(node) {
        return false;
    }
    if let Some(("schemas", name)) = node.text("$ref").and_then(walk::component) {
        if above.iter().any(|known| known == name) {
            return above.first().is_some_and(|first| first == name);
        }
        above.push(name.to_owned());
        let found =
            document.at(&["components", "schemas", name]).is_some_and(|target| reaches_itself(document, target, above));
        above.pop();
        return found;
    }
    let parts = node.list("allOf").iter().chain(node.list("anyOf"));
    let inner = parts.chain(node.get("items")).chain(node.get("additionalProperties"));
    let inner: Vec<&Yaml> = inner.collect();
    inner.into_iter().any(|inner| reaches_itself(document, inner, above))
}
