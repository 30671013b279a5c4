//! Removes schemas that only error responses use.

use crate::codegen::model::reach::reach;
use crate::yaml::{Yaml, YamlExt};

pub(super) fn error_schemas(document: &mut Yaml, log: &mut Vec<String>) {
    let reach = reach(document);
    let unused: Vec<&String> = reach
        .errors
        .iter()
        .filter(|name| !reach.requests.contains(*name) && !reach.responses.contains(*name))
        .collect();
    let Some(schemas) = document.get_mut("components").and_then(|components| components.get_mut("schemas")) else {
        return;
    };
    for name in &unused {
        schemas.take(name);
    }
    if !unused.is_empty() {
        let names: Vec<&str> = unused.into_iter().map(String::as_str).collect();
        log.push(format!("not generated, because only error responses use them: {}", names.join(", ")));
    }
}
