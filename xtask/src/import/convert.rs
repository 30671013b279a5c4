//! Converts a vendor's document to a specification.

use anyhow::{Result, bail, ensure};

use super::report::{Counts, Effect, Report};
use super::types::Types;
use super::{counts, operations, paging, swagger, usage};
use crate::source::is_url;
use crate::yaml::{Map, Yaml, YamlExt, map};

/// A specification made from a vendor's document.
pub(super) struct Imported {
    pub(super) spec: Yaml,
    pub(super) report: Report,
    pub(super) counts: Counts,
}

/// Facts about the document that are not in it.
pub(super) struct Origin<'a> {
    /// Address or path of the document, for `x-keyfob-source`.
    pub(super) doc: &'a str,
    /// Day of the import, `YYYY-MM-DD`.
    pub(super) day: &'a str,
}

/// Converts a document whose references are local.
///
/// # Errors
///
/// If the document is of an unknown version or has no operations.
pub(super) fn convert(document: Yaml, origin: &Origin<'_>) -> Result<Imported> {
    let version = document.text("openapi").or(document.text("swagger")).map(str::to_owned);
    let version =
        version.or_else(|| document.get("swagger").and_then(Yaml::as_f64).map(|number| format!("{number:.1}")));
    match version.as_deref() {
        Some(version) if version.starts_with("3.0") || version.starts_with("3.1") || version == "2.0" => {}
        Some(version) => {
            bail!("the document is of version {version}: the import reads OpenAPI 3.0 and 3.1, and Swagger 2.0")
        }
        None => bail!("the document has neither `openapi` nor `swagger`: it is not an OpenAPI document"),
    }
    let mut document = swagger::convert(document);
    ensure!(
        document.get("paths").is_some_and(Yaml::is_mapping),
        "the document has no `paths`: there is nothing to import"
    );
    let mut report = Report::default();
    let servers = servers(&document, origin.doc);
    let base = servers.first().and_then(|server| server.text("url")).map(str::to_owned);
    let schemes = document.at(&["components", "securitySchemes"]).cloned().unwrap_or_else(|| map([]));
    let schemes = operations::credentials(&schemes, base.as_deref(), &mut report);
    operations::normalize_security(&mut document, &schemes, &mut report);
    for key in ["webhooks", "x-webhooks"] {
        for (name, _) in document.pairs(key) {
            report.push(Effect::Removed, format!("webhook {name}"), "a request that the service sends");
        }
    }
    let mut types = Types::new(&document);
    let written = operations::write(&document, origin.doc, &mut types);
    let (schemas, found) = types.finish();
    report.append(found);
    let mut spec = map([("openapi", "3.0.3".into()), ("info", info(&document, origin))]);
    if !servers.is_empty() {
        spec.set("servers", servers);
    }
    if let Some(security) =
        document.get("security").filter(|list| list.as_sequence().is_some_and(|list| !list.is_empty()))
    {
        spec.set("security", security.clone());
    }
    let tags = tags(&document, &written.paths);
    if !tags.is_empty() {
        spec.set("tags", tags);
    }
    let mut known_only = document.list("x-keyfob-known-only").to_vec();
    known_only.extend(written.known_only);
    if !known_only.is_empty() {
        spec.set("x-keyfob-known-only", known_only);
    }
    spec.set("paths", written.paths);
    let mut components = map([("schemas", Yaml::Mapping(schemas))]);
    if !schemes.entries().is_empty() {
        components.set("securitySchemes", schemes);
    }
    spec.set("components", components);
    hosts(&mut spec, &mut report);
    usage::apply(&mut spec, &mut report);
    paging::propose(&mut spec, &document, &mut report);
    let counts = counts::count(&spec, written.found);
    counts::unmark(&mut spec);
    Ok(Imported { spec, report, counts })
}

fn info(document: &Yaml, origin: &Origin<'_>) -> Yaml {
    let text =
        |key: &str| document.at(&["info", key]).and_then(Yaml::as_str).map(str::trim).filter(|text| !text.is_empty());
    let title = text("title").map_or_else(|| "Untitled API".to_owned(), operations::one_line);
    let mut info = map([("title", title.as_str().into()), ("version", origin.day.into())]);
    let version = document
        .at(&["info", "version"])
        .and_then(|node| node.as_str().map(str::to_owned).or_else(|| node.as_f64().map(|number| number.to_string())));
    let version = version.map(|version| format!("Version {} of the vendor's document.", version.trim()));
    let description = text("description").map_or_else(|| format!("{title}."), str::to_owned);
    let description = description.replace("```", "`");
    info.set("description", [Some(description), version].into_iter().flatten().collect::<Vec<_>>().join("\n\n"));
    for key in ["termsOfService", "contact", "license"] {
        if let Some(value) =
            document.at(&["info", key]).filter(|value| !value.entries().is_empty() || value.is_string())
        {
            let mut value = value.clone();
            let extensions: Vec<String> = value
                .entries()
                .iter()
                .map(|(key, _)| (*key).to_owned())
                .filter(|key| key.starts_with("x-") || key == "identifier")
                .collect();
            for key in extensions {
                value.take(&key);
            }
            info.set(key, value);
        }
    }
    info
}

/// Returns the servers with absolute addresses, as far as the origin allows, and with the defaults of their variables.
fn servers(document: &Yaml, doc: &str) -> Vec<Yaml> {
    let origin = is_url(doc).then(|| doc.splitn(4, '/').take(3).collect::<Vec<_>>().join("/"));
    let servers = document.list("servers").iter().filter_map(|server| {
        let mut url = url(server)?;
        if let Some(origin) = origin.as_ref().filter(|_| url.starts_with('/')) {
            url = format!("{origin}{url}");
        }
        let mut written = map([("url", url.into())]);
        for key in ["description", "x-keyfob-server"] {
            if let Some(value) = server.get(key) {
                written.set(key, value.clone());
            }
        }
        Some(written)
    });
    servers.collect()
}

/// Returns the address of a server, with the defaults of its variables.
fn url(server: &Yaml) -> Option<String> {
    let mut url = server.text("url")?.to_owned();
    for (name, variable) in server.pairs("variables") {
        url = url.replace(&format!("{{{name}}}"), variable.text("default").unwrap_or_default());
    }
    Some(url)
}

/// Names the servers of operations that have their own.
fn hosts(spec: &mut Yaml, report: &mut Report) {
    let own: Vec<String> =
        spec.list("servers").iter().filter_map(|server| server.text("url")).map(str::to_owned).collect();
    let paths = spec.get_mut("paths").and_then(Yaml::as_mapping_mut);
    for (path, item) in paths.into_iter().flatten() {
        let path = path.as_str().unwrap_or_default().to_owned();
        for (method, operation) in item.as_mapping_mut().into_iter().flatten() {
            let Some(url) = operation.list("servers").first().and_then(url) else {
                continue;
            };
            let given =
                operation.list("servers").first().and_then(|server| server.text("x-keyfob-server")).map(str::to_owned);
            let host = url
                .split("://")
                .nth(1)
                .and_then(|rest| rest.split(['/', '.', ':']).next())
                .map(operations::camel)
                .filter(|name| !name.is_empty());
            match given.or(host) {
                Some(name) if !own.contains(&url) => {
                    operation.set("servers", vec![map([("url", url.into()), ("x-keyfob-server", name.into())])]);
                }
                _ => {
                    operation.take("servers");
                    if !own.contains(&url) {
                        let subject = format!("{} {path}", method.as_str().unwrap_or_default().to_uppercase());
                        report.push(Effect::Removed, subject, format!("the server {url}, which has no host"));
                    }
                }
            }
        }
    }
}

/// Returns the tags that operations have, those of the document first.
fn tags(document: &Yaml, paths: &Map) -> Vec<Yaml> {
    let mut used: Vec<&str> = Vec::new();
    for operation in paths.iter().flat_map(|(_, item)| item.entries()).map(|(_, operation)| operation) {
        if let Some(tag) = operation.list("tags").first().and_then(Yaml::as_str)
            && !used.contains(&tag)
        {
            used.push(tag);
        }
    }
    let mut tags = Vec::new();
    for tag in document.list("tags") {
        let Some(name) = tag.text("name").map(str::trim) else { continue };
        if let Some(index) = used.iter().position(|used| *used == name) {
            used.remove(index);
            let mut written = map([("name", name.into())]);
            if let Some(description) = tag.text("description").filter(|text| !text.trim().is_empty()) {
                written.set("description", operations::one_line(description));
            }
            tags.push(written);
        }
    }
    tags.extend(used.into_iter().map(|name| map([("name", name.into())])));
    tags
}
