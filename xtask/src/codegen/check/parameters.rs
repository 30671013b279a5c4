//! Checks that every parameter is of a kind that the client can send.

use crate::codegen::model::parameter::is_open;
use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::walk::{self, OperationNode};
use crate::yaml::{Yaml, YamlExt};

/// Problem of a parameter that the client cannot serialize.
const STYLE: &str = "has an unsupported style: use `simple` in paths and headers, and `form`, or `spaceDelimited` or \
                     `pipeDelimited` for lists, in queries";

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    for found in walk::operations(document) {
        operation(document, found, found.operation, problems);
        for variant in found.operation.list("x-keyfob-variants") {
            if variant.get("parameters").is_some() {
                operation(document, found, variant, problems);
            }
        }
    }
}

fn operation(document: &Yaml, found: OperationNode<'_>, node: &Yaml, problems: &mut Problems<'_>) {
    let subject = Subject::Operation { path: found.path, method: found.method };
    // A variant inherits the path parameters of its operation.
    let mut parameters = walk::parameters(document, found.item, node);
    let inherited = walk::parameters(document, found.item, found.operation).into_iter();
    for parameter in inherited.filter(|parameter| parameter.text("in") == Some("path")) {
        if !parameters.iter().any(|own| own.text("in") == Some("path") && own.text("name") == parameter.text("name")) {
            parameters.push(parameter);
        }
    }
    let mut names = Vec::new();
    for parameter in &parameters {
        let (Some(name), Some(location)) = (parameter.text("name"), parameter.text("in")) else {
            problems.push(subject, "a parameter has no `name` or no `in`: add both");
            continue;
        };
        if names.contains(&(name, location)) {
            problems.push(subject, format!("the parameter {name} is declared twice: remove one of them"));
        }
        names.push((name, location));
        if let Some(reason) = problem(document, parameter, name, location, found.path) {
            problems.push(subject, reason);
        }
    }
    if parameters.iter().filter(|parameter| is_open(document, parameter)).count() > 1 {
        problems.push(subject, "two parameters are objects with any properties: remove one of them");
    }
    for name in walk::placeholders(found.path) {
        let is_declaration =
            |parameter: &&Yaml| parameter.text("in") == Some("path") && parameter.text("name") == Some(name);
        let declared = parameters.iter().any(is_declaration);
        if !declared {
            problems.push(subject, format!("the path parameter {name} is not declared: add it to `parameters`"));
        }
    }
}

/// Returns the problem of a parameter, if it has one.
fn problem(document: &Yaml, parameter: &Yaml, name: &str, location: &str, path: &str) -> Option<String> {
    let Some(schema) = parameter.get("schema") else {
        return Some(format!("the parameter {name} has no schema: add one"));
    };
    let schema = walk::resolve(document, schema);
    let kind = schema.text("type").unwrap_or("any");
    let style = parameter.text("style");
    let reason = match location {
        "path" if !walk::placeholders(path).contains(&name) => {
            "is declared, but is not in the path: remove it, or add it to the path"
        }
        "path" if !parameter.flag("required") => "is a path parameter and must be required: add `required: true`",
        "path" if style.is_some_and(|style| style != "simple") => STYLE,
        "query" if style.is_some_and(|style| style != "form") && !is_separated(style, kind) => STYLE,
        "header" if matches!(name.to_ascii_lowercase().as_str(), "authorization" | "accept" | "content-type") => {
            "is a header that the client sets: remove it"
        }
        "cookie" if kind == "array" => "is a list in a cookie: use a string",
        "query" if is_open(document, parameter) => {
            if parameter.flag("required") || parameter.get("explode").and_then(Yaml::as_bool) == Some(false) {
                "is an object with any properties, which must be optional and exploded"
            } else {
                return None;
            }
        }
        "path" | "query" | "header" | "cookie" if kind == "object" => {
            "is an object, which cannot be sent as a parameter: use a string, or additionalProperties in the query"
        }
        "path" | "query" | "header" | "cookie" => return None,
        _ => "has an unknown `in`: use path, query, header or cookie",
    };
    Some(format!("the parameter {name} {reason}"))
}

/// Returns whether the style separates the values of a list by spaces or `|`.
fn is_separated(style: Option<&str>, kind: &str) -> bool {
    kind == "array" && matches!(style, Some("spaceDelimited" | "pipeDelimited"))
}
