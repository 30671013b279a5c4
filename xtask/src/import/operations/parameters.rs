//! Parameters in the forms that a client can send.

use std::collections::BTreeSet;

use super::Context;
use crate::codegen::model::walk;
use crate::import::pointer;
use crate::import::report::Effect;
use crate::import::types::{Place, Types, type_name};
use crate::yaml::{Yaml, YamlExt, map};

/// A path template with plain names in braces.
pub(super) struct Path {
    pub(super) template: String,
    names: Vec<String>,
    /// Names of parameters that cover several segments.
    raw: Vec<String>,
}

/// Returns the name of a path parameter without the marks of patterns; a pattern without a name is `wildcard`.
fn plain_name(name: &str) -> &str {
    match name.trim_matches(['+', '*', '?', '.']) {
        "" => "wildcard",
        plain => plain,
    }
}

/// Reads a path template; `{id:[0-9]+}`, `{path*}` and `{*}` become `{id}`, `{path}` and `{wildcard}`.
pub(super) fn path(text: &str) -> Path {
    let text = text.split(['?', '#']).next().unwrap_or(text);
    let mut path = Path { template: String::new(), names: Vec::new(), raw: Vec::new() };
    if !text.starts_with('/') {
        path.template.push('/');
    }
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        path.template += before;
        let Some((inside, after)) = after.split_once('}') else { break };
        let name = inside.split(':').next().unwrap_or(inside);
        let plain = plain_name(name).to_owned();
        if plain != name && (name.contains('*') || name.contains('+')) {
            path.raw.push(plain.clone());
        }
        path.template += &format!("{{{plain}}}");
        path.names.push(plain);
        // A pattern may contain braces of its own.
        rest = if inside.contains(':') { after.trim_start_matches('}') } else { after };
    }
    path.template += rest;
    path
}

/// Form of a parameter after the import.
enum Form {
    /// The parameter with this schema, and the further keys.
    One(Yaml),
    /// Several parameters in its place.
    Several(Vec<Yaml>),
    Removed,
}

/// Returns the parameters of an operation, including those of its path.
pub(super) fn write(document: &Yaml, types: &mut Types<'_>, context: &Context<'_>, node: &Yaml) -> Vec<Yaml> {
    let mut written = Vec::new();
    let mut names = BTreeSet::new();
    let mut open = false;
    for parameter in declared(document, types, context, node) {
        let forms = match form(types, context, &parameter) {
            Form::Removed => continue,
            Form::One(parameter) => vec![parameter],
            Form::Several(parameters) => parameters,
        };
        for form in forms {
            let name = form.text("name").unwrap_or_default().to_owned();
            let subject = format!("{}: parameter {name}", context.subject);
            let is_open = form.at(&["schema", "type"]).and_then(Yaml::as_str) == Some("object");
            if is_open && std::mem::replace(&mut open, true) {
                types.report.push(Effect::Removed, subject, "another parameter takes any names already");
            } else if names.insert((name, form.text("in").map(str::to_owned))) {
                written.push(form);
            } else {
                types.report.push(Effect::Removed, subject, "another parameter has the same name");
            }
        }
    }
    for name in &context.path.names {
        let is_declared = |form: &Yaml| form.text("in") == Some("path") && form.text("name") == Some(name);
        if !written.iter().any(is_declared) {
            let subject = format!("{}: parameter {name}", context.subject);
            types.report.push(Effect::Changed, subject, "it is in the path but not declared: it becomes a string");
            written.push(map([
                ("name", name.as_str().into()),
                ("in", "path".into()),
                ("required", true.into()),
                ("schema", map([("type", "string".into())])),
            ]));
        }
    }
    written
}

fn declared(document: &Yaml, types: &mut Types<'_>, context: &Context<'_>, node: &Yaml) -> Vec<Yaml> {
    let mut all: Vec<Yaml> = Vec::new();
    for parameter in context.item.list("parameters").iter().chain(node.list("parameters")) {
        let Some(parameter) = pointer::resolve(document, parameter) else {
            types.report.push(Effect::Removed, context.subject, "a parameter that is a reference without a target");
            continue;
        };
        let identity = |node: &Yaml| (node.text("name").map(str::to_owned), node.text("in").map(str::to_owned));
        match all.iter_mut().find(|known| identity(known) == identity(parameter)) {
            Some(known) => *known = parameter.clone(),
            None => all.push(parameter.clone()),
        }
    }
    all
}

fn form(types: &mut Types<'_>, context: &Context<'_>, node: &Yaml) -> Form {
    let (Some(name), Some(location)) = (node.text("name"), node.text("in")) else {
        types.report.push(Effect::Removed, context.subject, "a parameter without `name` or `in`");
        return Form::Removed;
    };
    let name = if location == "path" { plain_name(name) } else { name };
    let subject = format!("{}: parameter {name}", context.subject);
    let removed = match location {
        "path" if !context.path.names.iter().any(|known| known == name) => Some("it is not in the path"),
        "header" if matches!(name.to_ascii_lowercase().as_str(), "authorization" | "accept" | "content-type") => {
            Some("the client sets this header")
        }
        "path" | "query" | "header" | "cookie" => None,
        _ => Some("its place in the request is unknown"),
    };
    if let Some(reason) = removed {
        types.report.push(Effect::Removed, subject, reason);
        return Form::Removed;
    }
    let mut parameter = map([("name", name.into()), ("in", location.into())]);
    if location == "path" || node.flag("required") {
        parameter.set("required", true);
    }
    for key in ["description", "deprecated"] {
        if let Some(value) = node.get(key) {
            parameter.set(key, value.clone());
        }
    }
    for (key, value) in node.entries() {
        if matches!(key, "x-keyfob-source" | "x-keyfob-confidence" | "x-keyfob-path" | "x-keyfob-value-builder") {
            parameter.set(key, value.clone());
        }
    }
    if context.path.raw.iter().any(|raw| raw == name) {
        parameter.set("x-keyfob-path", "raw");
    }
    let text = || map([("type", "string".into())]);
    if node.get("content").is_some() {
        types.report.push(Effect::Changed, subject, "it is sent as JSON: it becomes a string");
        parameter.set("schema", text());
        return Form::One(parameter);
    }
    let empty = map([]);
    let schema = node.get("schema").unwrap_or(&empty);
    let (schema, resolved) = match types.resolved(schema) {
        Ok(resolved) => (schema.clone(), resolved),
        Err(reason) => {
            let Some(list) = list_of_alternatives(types, schema) else {
                types.report.push(Effect::Changed, subject, format!("{reason}: it becomes a string"));
                parameter.set("schema", text());
                return Form::One(parameter);
            };
            (list.clone(), list)
        }
    };
    let is_list = resolved.text("type") == Some("array") || resolved.get("items").is_some();
    let is_object = resolved.text("type") == Some("object") || resolved.get("properties").is_some();
    let place = Place::new(subject.clone(), format!("{}{}", type_name(context.id), type_name(name)), name);
    let style = node.text("style").unwrap_or(if location == "query" { "form" } else { "simple" });
    let explode = node.get("explode").and_then(Yaml::as_bool).unwrap_or(style == "form" || style == "deepObject");
    if is_object {
        return object(types, context, &parameter, &resolved, &place, (style, explode));
    }
    if is_list
        && !matches!(
            (location, style),
            ("path" | "header", "simple") | ("query", "form" | "spaceDelimited" | "pipeDelimited")
        )
    {
        types.report.push(Effect::Changed, subject, format!("a list of the style {style} becomes a string"));
        parameter.set("schema", text());
        return Form::One(parameter);
    }
    if is_list && location == "query" {
        if style != "form" {
            parameter.set("style", style);
        } else if !explode {
            parameter.set("explode", false);
        }
    }
    let is_any = !is_list && resolved.get("type").is_none() && resolved.get("enum").is_none();
    let runtime = resolved.get("x-rust-type").is_some() || resolved.get("x-keyfob-type").is_some();
    let items_unfit = is_list && !is_scalar(types, resolved.get("items").unwrap_or(&empty));
    if is_any || runtime || items_unfit {
        if !is_any {
            types.report.push(Effect::Changed, subject, "the values have several forms: they become strings");
        }
        let schema = if is_list { map([("type", "array".into()), ("items", text())]) } else { text() };
        parameter.set("schema", schema);
        return Form::One(parameter);
    }
    let lowered = types.schema(&schema, &place);
    // A parameter is either sent or not: null has no form in a query.
    let lowered = without_null(lowered);
    parameter.set("schema", lowered);
    Form::One(parameter)
}

fn without_null(mut schema: Yaml) -> Yaml {
    schema.take("nullable");
    if let Some(target) = walk::nullable_reference(&schema).cloned() {
        schema.take("anyOf");
        schema.set("allOf", vec![target]);
    }
    if schema.entries().len() == 1
        && let [target] = schema.list("allOf")
    {
        return target.clone();
    }
    schema
}

/// Returns the list among the alternatives "a value or a list of such values", which can express both.
fn list_of_alternatives(types: &Types<'_>, schema: &Yaml) -> Option<Yaml> {
    let alternatives = schema.list("oneOf").iter().chain(schema.list("anyOf"));
    let mut lists = alternatives
        .filter_map(|variant| types.resolved(variant).ok())
        .filter(|variant| variant.text("type") == Some("array"));
    lists.next().filter(|_| lists.next().is_none())
}

fn is_scalar(types: &Types<'_>, schema: &Yaml) -> bool {
    types.resolved(schema).is_ok_and(|resolved| {
        matches!(resolved.text("type"), Some("string" | "integer" | "number" | "boolean"))
            || resolved.get("enum").is_some()
    })
}

/// Returns the parameters of an object: one for each property, or one that takes any names.
fn object(
    types: &mut Types<'_>,
    context: &Context<'_>,
    parameter: &Yaml,
    resolved: &Yaml,
    place: &Place,
    (style, explode): (&str, bool),
) -> Form {
    let location = parameter.text("in").unwrap_or_default();
    let name = parameter.text("name").unwrap_or_default();
    let required: Vec<&str> = resolved.list("required").iter().filter_map(Yaml::as_str).collect();
    let properties = resolved.pairs("properties");
    let exploded = location == "query" && explode && matches!(style, "form" | "deepObject");
    if exploded && !properties.is_empty() && properties.iter().all(|(_, schema)| is_scalar(types, schema)) {
        let mut several = Vec::new();
        for (property, schema) in properties {
            let wire = if style == "deepObject" { format!("{name}[{property}]") } else { property.to_owned() };
            let mut one = map([("name", wire.as_str().into()), ("in", "query".into())]);
            if parameter.flag("required") && required.contains(&property) {
                one.set("required", true);
            }
            if let Some(description) = schema.get("description") {
                one.set("description", description.clone());
            }
            let inner = Place::new(
                format!("{}: parameter {wire}", context.subject),
                format!("{}{}", type_name(context.id), type_name(property)),
                property,
            );
            let schema = without_null(types.schema(schema, &inner));
            one.set("schema", schema);
            several.push(one);
        }
        types.report.push(
            Effect::Changed,
            place.subject.clone(),
            "an object becomes a parameter for each of its properties",
        );
        return Form::Several(several);
    }
    let values = resolved.get("additionalProperties");
    let any = values.is_none_or(|values| values.as_bool() == Some(true) || is_scalar(types, values));
    if exploded && style == "form" && properties.is_empty() && any && !parameter.flag("required") {
        let mut open = parameter.clone();
        open.set(
            "schema",
            map([("type", "object".into()), ("additionalProperties", map([("type", "string".into())]))]),
        );
        return Form::One(open);
    }
    types.report.push(Effect::Changed, place.subject.clone(), "an object that cannot be sent by name becomes a string");
    let mut text = parameter.clone();
    text.set("schema", map([("type", "string".into())]));
    Form::One(text)
}
