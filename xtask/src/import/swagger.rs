//! Converts a Swagger 2.0 document to the structure of OpenAPI 3.0.
//!
//! The crate `roas` converts too, but it rejects a document at its first deviation from the standard, such as an integer
//! with `format: uint32` or a response without a description, and it sorts properties and paths.

use super::pointer;
use crate::yaml::{Map, Yaml, YamlExt, map};

/// Media type of bodies if the document does not state one.
const JSON: &str = "application/json";

/// Keywords of a parameter that belong to its schema in OpenAPI 3.0.
const OUTSIDE: [&str; 7] = ["name", "in", "required", "description", "collectionFormat", "allowEmptyValue", "schema"];

/// Returns the document as OpenAPI 3.0; any other version is returned unchanged.
pub(super) fn convert(mut document: Yaml) -> Yaml {
    if document.get("swagger").is_none() {
        return document;
    }
    let original = document.clone();
    for key in ["swagger", "host", "basePath", "schemes", "consumes", "produces", "paths"] {
        document.take(key);
    }
    document.set("openapi", "3.0.3");
    document.set("servers", servers(&original));
    let mut components = map([]);
    let schemas = document.take("definitions").unwrap_or_else(|| map([]));
    components.set("schemas", schemas);
    let schemes = original.pairs("securityDefinitions").into_iter().map(|(name, node)| (name.into(), security(node)));
    components.set("securitySchemes", Yaml::Mapping(schemes.collect()));
    for key in ["securityDefinitions", "parameters", "responses"] {
        document.take(key);
    }
    document.set("components", components);
    let mut paths = Map::new();
    for (path, item) in original.pairs("paths") {
        let Some(item) = pointer::resolve(&original, item) else { continue };
        let mut converted = map([]);
        for (key, node) in item.entries() {
            match key {
                "parameters" => {}
                "get" | "put" | "post" | "delete" | "options" | "head" | "patch" => {
                    converted.set(key, operation(&original, item, node));
                }
                _ => converted.set(key, node.clone()),
            }
        }
        paths.insert(path.into(), converted);
    }
    document.set("paths", paths);
    relocate(&mut document);
    document
}

fn servers(document: &Yaml) -> Vec<Yaml> {
    let base = document.text("basePath").unwrap_or_default().trim_end_matches('/');
    let Some(host) = document.text("host") else {
        return if base.is_empty() { Vec::new() } else { vec![map([("url", base.into())])] };
    };
    let schemes: Vec<&str> = document.list("schemes").iter().filter_map(Yaml::as_str).collect();
    let scheme = if schemes.is_empty() || schemes.contains(&"https") { "https" } else { schemes[0] };
    vec![map([("url", format!("{scheme}://{host}{base}").into())])]
}

fn security(node: &Yaml) -> Yaml {
    let mut scheme = node.clone();
    match node.text("type") {
        Some("basic") => {
            scheme.set("type", "http");
            scheme.set("scheme", "basic");
        }
        Some("oauth2") => {
            let name = match node.text("flow") {
                Some("application") => "clientCredentials",
                Some("accessCode") => "authorizationCode",
                Some("password") => "password",
                _ => "implicit",
            };
            let mut flow = map([]);
            for key in ["authorizationUrl", "tokenUrl", "scopes"] {
                if let Some(value) = scheme.take(key) {
                    flow.set(key, value);
                }
            }
            scheme.take("flow");
            scheme.set("flows", map([(name, flow)]));
        }
        _ => {}
    }
    scheme
}

fn operation(document: &Yaml, item: &Yaml, node: &Yaml) -> Yaml {
    let media = |key: &str| -> Vec<String> {
        let own = node.get(key).or(document.get(key)).and_then(Yaml::as_sequence);
        own.into_iter().flatten().filter_map(Yaml::as_str).map(str::to_owned).collect()
    };
    let (consumes, produces) = (media("consumes"), media("produces"));
    let mut operation = node.clone();
    for key in ["consumes", "produces", "schemes", "parameters"] {
        operation.take(key);
    }
    let own: Vec<&Yaml> = node.list("parameters").iter().filter_map(|node| pointer::resolve(document, node)).collect();
    let shared = item.list("parameters").iter().filter_map(|node| pointer::resolve(document, node));
    let is_same =
        |one: &Yaml, other: &Yaml| one.text("name") == other.text("name") && one.text("in") == other.text("in");
    let mut all: Vec<&Yaml> = shared.filter(|shared| !own.iter().any(|own| is_same(own, shared))).collect();
    all.extend(own);
    let mut parameters = Vec::new();
    let mut fields = Vec::new();
    for parameter in all {
        match parameter.text("in") {
            Some("body") => {
                let names = if consumes.is_empty() { vec![JSON.to_owned()] } else { consumes.clone() };
                let schema = parameter.get("schema").cloned().unwrap_or_else(|| map([]));
                let content = names.into_iter().map(|name| (name.into(), map([("schema", schema.clone())])));
                let mut body = map([
                    ("required", parameter.flag("required").into()),
                    ("content", Yaml::Mapping(content.collect())),
                ]);
                if let Some(description) = parameter.get("description") {
                    body.set("description", description.clone());
                }
                operation.set("requestBody", body);
            }
            Some("formData") => fields.push(parameter),
            _ => parameters.push(self::parameter(parameter)),
        }
    }
    if !fields.is_empty() {
        operation.set("requestBody", form(&fields, &consumes));
    }
    operation.set("parameters", parameters);
    let responses = node.pairs("responses").into_iter().filter_map(|(code, response)| {
        let response = pointer::resolve(document, response)?;
        Some((code.into(), self::response(response, &produces)))
    });
    operation.set("responses", Yaml::Mapping(responses.collect()));
    operation
}

fn parameter(node: &Yaml) -> Yaml {
    let mut parameter = map([]);
    for key in ["name", "in", "required", "description", "allowEmptyValue"] {
        if let Some(value) = node.get(key) {
            parameter.set(key, value.clone());
        }
    }
    if node.text("type") == Some("array") {
        let in_query = node.text("in") == Some("query");
        match node.text("collectionFormat") {
            Some("multi") => {}
            Some("ssv") => parameter.set("style", "spaceDelimited"),
            Some("pipes") => parameter.set("style", "pipeDelimited"),
            // OpenAPI 3 has no name for it; the import reports styles that it does not know.
            Some("tsv") => parameter.set("style", "tabDelimited"),
            _ if in_query => parameter.set("explode", false),
            _ => {}
        }
    }
    let mut schema = map([]);
    for (key, value) in node.entries() {
        if !OUTSIDE.contains(&key) && (!key.starts_with("x-") || key == "x-nullable" || key.starts_with("x-enum")) {
            schema.set(key, value.clone());
        }
    }
    for (key, value) in node.entries() {
        if key.starts_with("x-keyfob-") {
            parameter.set(key, value.clone());
        }
    }
    parameter.set("schema", schema);
    parameter
}

fn form(fields: &[&Yaml], consumes: &[String]) -> Yaml {
    let has_file = fields.iter().any(|field| field.text("type") == Some("file"));
    let url_encoded = consumes.iter().any(|media| media == "application/x-www-form-urlencoded");
    let multipart = consumes.iter().any(|media| media == "multipart/form-data");
    let media = if has_file || (multipart && !url_encoded) {
        "multipart/form-data"
    } else {
        "application/x-www-form-urlencoded"
    };
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        let Some(name) = field.text("name") else { continue };
        let mut schema = parameter(field).take("schema").unwrap_or_else(|| map([]));
        if let Some(description) = field.get("description") {
            schema.set("description", description.clone());
        }
        if field.flag("required") {
            required.push(Yaml::from(name));
        }
        properties.insert(name.into(), schema);
    }
    let is_required = !required.is_empty();
    let mut schema = map([("type", "object".into()), ("properties", Yaml::Mapping(properties))]);
    if is_required {
        schema.set("required", required);
    }
    map([("required", is_required.into()), ("content", map([(media, map([("schema", schema)]))]))])
}

fn response(node: &Yaml, produces: &[String]) -> Yaml {
    let mut response = map([]);
    for (key, value) in node.entries() {
        if !matches!(key, "schema" | "examples" | "headers") {
            response.set(key, value.clone());
        }
    }
    if let Some(headers) = node.get("headers") {
        response.set("headers", headers.clone());
    }
    let Some(schema) = node.get("schema") else { return response };
    let is_file = schema.text("type") == Some("file");
    let mut names: Vec<String> = produces.iter().filter(|name| !(is_file && name.ends_with("json"))).cloned().collect();
    if names.is_empty() {
        names.push(if is_file { "application/octet-stream" } else { JSON }.to_owned());
    }
    let content = names.into_iter().map(|name| {
        let mut media = map([("schema", schema.clone())]);
        if let Some(example) = node.get("examples").and_then(|examples| examples.get(name.as_str())) {
            media.set("example", example.clone());
        }
        (name.into(), media)
    });
    response.set("content", Yaml::Mapping(content.collect()));
    response
}

/// Changes references to definitions into references to component schemas, and discriminators into objects.
fn relocate(node: &mut Yaml) {
    match node {
        Yaml::Mapping(pairs) => {
            for (key, value) in pairs.iter_mut() {
                match (key.as_str(), value.as_str()) {
                    (Some("$ref"), Some(reference)) => {
                        if let Some(name) = reference.strip_prefix("#/definitions/") {
                            *value = format!("#/components/schemas/{name}").into();
                        }
                    }
                    (Some("discriminator"), Some(name)) => *value = map([("propertyName", name.into())]),
                    (Some("example" | "examples" | "default" | "enum"), _) => {}
                    _ => relocate(value),
                }
            }
        }
        Yaml::Sequence(list) => list.iter_mut().for_each(relocate),
        _ => {}
    }
}
