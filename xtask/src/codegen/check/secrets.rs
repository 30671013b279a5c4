//! Checks that strings whose names say that they are secrets have `format: password`, so that `Debug` redacts them.

use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::schema::is_secret;
use crate::codegen::model::walk;
use crate::codegen::naming::snake;
use crate::yaml::{Yaml, YamlExt};

/// Ends of the Rust names of secrets. A `token` alone may be a cursor.
const SECRETS: [&str; 8] =
    ["password", "passphrase", "secret", "api_key", "api_token", "access_token", "refresh_token", "session_token"];

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    for (name, schema) in document.at(&["components", "schemas"]).map(YamlExt::entries).unwrap_or_default() {
        properties(document, schema, Subject::Component { section: "schemas", name }, problems);
    }
    for found in walk::operations(document) {
        let subject = Subject::Operation { path: found.path, method: found.method };
        for node in std::iter::once(found.operation).chain(found.operation.list("x-keyfob-variants")) {
            for parameter in walk::parameters(document, found.item, node) {
                let name = parameter.text("name").unwrap_or_default();
                named(document, name, parameter.get("schema").unwrap_or(&Yaml::Null), subject, problems);
            }
            let body = node.get("requestBody").into_iter();
            let responses = node.pairs("responses").into_iter().map(|(_, response)| response);
            for holder in body.chain(responses).map(|holder| walk::resolve(document, holder)) {
                for (_, content) in holder.pairs("content") {
                    properties(document, &content["schema"], subject, problems);
                }
            }
        }
    }
}

/// Checks the properties of a schema and of its inline parts.
fn properties(document: &Yaml, schema: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    for (name, property) in schema.pairs("properties") {
        named(document, name, property, subject, problems);
        properties(document, property, subject, problems);
    }
    let inner = ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key));
    for part in inner.chain(schema.list("allOf")) {
        properties(document, part, subject, problems);
    }
}

/// Checks the schema of the property or parameter with this name.
fn named(document: &Yaml, name: &str, schema: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    let is_text = walk::resolve(document, schema).text("type") == Some("string");
    if is_text && !is_secret(document, schema) && SECRETS.iter().any(|end| snake(name).ends_with(end)) {
        problems.push(subject, format!("{name} is a secret by its name: add `format: password`"));
    }
}
