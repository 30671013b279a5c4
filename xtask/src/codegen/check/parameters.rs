//! Parameters are of the kinds that can be sent faithfully.

use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::walk::{self, OperationNode};
use crate::codegen::naming::snake;
use crate::yaml::{Yaml, YamlExt};

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
    // A variant inherits the path parameters of the operation it varies.
    let mut parameters = walk::parameters(document, found.item, node);
    let inherited = walk::parameters(document, found.item, found.operation).into_iter();
    for parameter in inherited.filter(|parameter| parameter.text("in") == Some("path")) {
        if !parameters.iter().any(|own| own.text("in") == Some("path") && own.text("name") == parameter.text("name")) {
            parameters.push(parameter);
        }
    }
    let mut names = Vec::new();
    for parameter in &parameters {
        let (Some(name), Some(place)) = (parameter.text("name"), parameter.text("in")) else {
            problems.push(subject, "a parameter without name or place");
            continue;
        };
        let rust = snake(name);
        if names.contains(&rust) {
            problems.push(subject, format!("two parameters would be called {rust}"));
        }
        names.push(rust);
        if let Some(reason) = refusal(document, parameter, name, place, found.path) {
            problems.push(subject, reason);
        }
    }
    for name in walk::placeholders(found.path) {
        let declared = parameters.iter().any(|one| one.text("in") == Some("path") && one.text("name") == Some(name));
        if !declared {
            problems.push(subject, format!("the path parameter {name} is not declared"));
        }
    }
}

fn refusal(document: &Yaml, parameter: &Yaml, name: &str, place: &str, path: &str) -> Option<String> {
    let Some(schema) = parameter.get("schema") else {
        return Some(format!("the parameter {name} has no schema"));
    };
    let schema = walk::resolve(document, schema);
    let kind = schema.text("type").unwrap_or("any");
    let style = parameter.text("style");
    let reason = match place {
        "path" if !walk::placeholders(path).contains(&name) => "is declared in the path but not in its template",
        "path" if !parameter.flag("required") => "is in the path, and so must be required",
        "path" if style.is_some_and(|style| style != "simple") => "has a style that cannot be sent",
        "query" if style.is_some_and(|style| style != "form") => "has a style that cannot be sent",
        "header" if matches!(name.to_ascii_lowercase().as_str(), "authorization" | "accept" | "content-type") => {
            "is a header that the client itself sets"
        }
        "cookie" => "is a cookie, which cannot be sent",
        "path" | "header" if kind == "array" => "is a list outside the query",
        "path" | "query" | "header" if kind == "object" => "is an object, which no parameter can carry",
        "path" | "query" | "header" if schema.get("enum").is_some() && parameter.at(&["schema", "$ref"]).is_none() => {
            "has an inline enum: enums are named component schemas"
        }
        "path" | "query" | "header" => return None,
        _ => "has an unknown place",
    };
    Some(format!("the parameter {name} {reason}"))
}
