//! Reduces parameters to name, location and a plain schema; dates and times become one type that takes either.

use super::schemas::{Context, RemovedKeywords, simplified};
use crate::codegen::model::parameter::is_open;
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt, map};

pub(super) fn pass(document: &mut Yaml, log: &mut Vec<String>) {
    let original = document.clone();
    walk::each_operation_mut(document, |id, operation| {
        let mut removed = RemovedKeywords::default();
        let mut joined = Vec::new();
        let (open, fixed): (Vec<_>, Vec<_>) =
            operation.list("parameters").iter().partition(|parameter| is_open(&original, parameter));
        for parameter in open {
            let name = parameter.text("name").unwrap_or_default();
            log.push(format!("{id}: {name} takes query parameters with any names, without the generator"));
        }
        let parameters = fixed.into_iter().map(|parameter| {
            let name = parameter.text("name").unwrap_or_default();
            let location = parameter.text("in").unwrap_or_default();
            let schema = parameter.get("schema").unwrap_or(&Yaml::Null);
            if parameter.get("explode").and_then(Yaml::as_bool) == Some(false) {
                joined.push(name.to_owned());
            }
            map([
                ("name", name.into()),
                ("in", location.into()),
                ("required", parameter.flag("required").into()),
                ("schema", simplified(&original, schema, Context::Parameter, name, &mut removed)),
            ])
        });
        let parameters: Vec<Yaml> = parameters.collect();
        operation.set("parameters", parameters);
        removed.log(id, log);
        if !joined.is_empty() {
            log.push(format!("{id}: lists joined by commas: {}", joined.join(", ")));
        }
    });
}
