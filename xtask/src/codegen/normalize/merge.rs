//! Replaces an `allOf` of objects by one object.

use crate::codegen::model::walk;
use crate::yaml::{Map, Yaml, YamlExt};

pub(super) fn pass(document: &mut Yaml, log: &mut Vec<String>) {
    let original = document.clone();
    let Some(schemas) = document.get_mut("components").and_then(|components| components.get_mut("schemas")) else {
        return;
    };
    for (name, schema) in schemas.as_mapping_mut().into_iter().flatten() {
        let parts = schema.list("allOf").len();
        if parts == 0 || (parts == 1 && schema.get("properties").is_none()) {
            continue;
        }
        log.push(format!("components/schemas/{}: allOf becomes one object", name.as_str().unwrap_or_default()));
        let mut properties = Map::new();
        let mut required = Vec::new();
        collect(&original, schema, &mut properties, &mut required);
        schema.take("allOf");
        schema.set("type", "object");
        schema.set("properties", properties);
        schema.set("required", required);
    }
}

fn collect(document: &Yaml, schema: &Yaml, properties: &mut Map, required: &mut Vec<Yaml>) {
    for part in schema.list("allOf") {
        collect(document, walk::resolve(document, part), properties, required);
    }
    for (name, property) in schema.pairs("properties") {
        properties.insert(name.into(), property.clone());
    }
    required.extend(schema.list("required").iter().cloned());
}
