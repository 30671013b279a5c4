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
    let mut report = |subject, name: &str, schema| {
        let is_text = walk::resolve(document, schema).text("type") == Some("string");
        if is_text && !is_secret(document, schema) && SECRETS.iter().any(|end| snake(name).ends_with(end)) {
            problems.push(subject, format!("{name} is a secret by its name: add `format: password`"));
        }
    };
    for (name, schema) in document.at(&["components", "schemas"]).map(YamlExt::entries).unwrap_or_default() {
        let parts = std::iter::once(schema).chain(schema.list("allOf"));
        for (property, schema) in parts.flat_map(|part| part.pairs("properties")) {
            report(Subject::Component { section: "schemas", name }, property, schema);
        }
    }
    for found in walk::operations(document) {
        let subject = Subject::Operation { path: found.path, method: found.method };
        for node in std::iter::once(found.operation).chain(found.operation.list("x-keyfob-variants")) {
            for parameter in walk::parameters(document, found.item, node) {
                report(
                    subject,
                    parameter.text("name").unwrap_or_default(),
                    parameter.get("schema").unwrap_or(&Yaml::Null),
                );
            }
            let body = node.get("requestBody").map(|body| walk::resolve(document, body));
            for (_, content) in body.map(|body| body.pairs("content")).unwrap_or_default() {
                for (property, schema) in content["schema"].pairs("properties") {
                    report(subject, property, schema);
                }
            }
        }
    }
}
