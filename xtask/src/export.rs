//! Writes a specification for other tools: variants as separate operations, with or without our extensions.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use yaml_serde::Mapping as Map;

use crate::codegen::document::Document;
use crate::codegen::model::variants;
use crate::codegen::model::walk::{self, OperationNode};
use crate::terminal::print;
use crate::yaml::{Yaml, YamlExt};

/// Arguments of `cargo xtask export-openapi`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// API: the name of a folder in specs/
    api: String,
    /// Leave out x-keyfob-* and x-rust-type, which only this workspace reads
    #[arg(long)]
    plain: bool,
    /// File to write; by default standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the document as JSON: YAML parsers disagree on texts that look like dates.
///
/// # Errors
///
/// If the specification cannot be read, or the output cannot be written.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let document = Document::load(root, &format!("specs/{}/openapi.yaml", arguments.api))?;
    let text = serde_json::to_string_pretty(&export(&document.tree, arguments.plain))?;
    let Some(file) = &arguments.output else {
        print(&text);
        return Ok(());
    };
    fs::write(file, text + "\n").with_context(|| format!("writing {}", file.display()))
}

/// Returns the document with a path item of its own for each variant, and if `plain` without our extensions.
pub(crate) fn export(document: &Yaml, plain: bool) -> Yaml {
    let mut paths = Map::new();
    for (path, item) in document.pairs("paths") {
        let mut item = item.clone();
        let mut additional = Vec::new();
        for found in walk::operations(document).into_iter().filter(|found| found.path == path) {
            for variant in found.operation.list("x-keyfob-variants") {
                additional.push(variant_item(document, found, variant));
            }
            match item.get_mut(found.method) {
                // An operation without an id only holds what its variants share.
                Some(operation) if operation.get("operationId").is_none() => drop(item.take(found.method)),
                Some(operation) => drop(operation.take("x-keyfob-variants")),
                None => {}
            }
        }
        if walk::METHODS.iter().any(|method| item.get(method).is_some()) {
            paths.insert(path.into(), item);
        }
        paths.extend(additional.into_iter().map(|(path, item)| (path.into(), item)));
    }
    let mut exported = document.clone();
    exported.set("paths", Yaml::Mapping(paths));
    if plain { without_extensions(exported) } else { exported }
}

/// Returns the path and the path item of a variant.
///
/// Its fixed query is a part of the path, and so are its required query parameters: a client that appends optional
/// parameters after another `?` would change the request.
fn variant_item(document: &Yaml, found: OperationNode<'_>, variant: &Yaml) -> (String, Yaml) {
    let fixed = variant.get("query").unwrap_or(&Yaml::Null);
    let mut operation = variants::with_variant(document, found, variant, fixed);
    operation.take("x-keyfob-variants");
    let mut query: Vec<String> =
        fixed.entries().into_iter().map(|(name, value)| format!("{name}={}", variants::scalar(value))).collect();
    let mut parameters = Vec::new();
    for parameter in operation.list("parameters") {
        let mut parameter = walk::resolve(document, parameter).clone();
        if parameter.text("in") == Some("query") && parameter.flag("required") {
            let name = parameter.text("name").unwrap_or_default().to_owned();
            query.push(format!("{name}={{{name}}}"));
            parameter.set("in", "path");
        }
        parameters.push(parameter);
    }
    operation.set("parameters", parameters);
    let mut item = Map::new();
    if let Some(servers) = found.item.get("servers") {
        item.insert("servers".into(), servers.clone());
    }
    item.insert(found.method.into(), operation);
    (format!("{}?{}", found.path, query.join("&")), Yaml::Mapping(item))
}

/// Returns the node without the extensions of this workspace.
fn without_extensions(node: Yaml) -> Yaml {
    let is_ours = |key: &Yaml| key.as_str().is_some_and(|key| key.starts_with("x-keyfob-") || key == "x-rust-type");
    match node {
        Yaml::Mapping(map) => {
            let retained = map.into_iter().filter(|(key, _)| !is_ours(key));
            Yaml::Mapping(retained.map(|(key, value)| (key, without_extensions(value))).collect())
        }
        Yaml::Sequence(list) => Yaml::Sequence(list.into_iter().map(without_extensions).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const VARIANTS: &str = "
paths:
  /lists:
    servers: [{ url: https://lists.example }]
    parameters: [{ name: lang, in: query, schema: { type: string } }]
    post:
      operationId: createList
      x-keyfob-retry: never
      requestBody: { required: true, content: { application/json: { schema: {} } } }
      responses: { '200': { description: d } }
      x-keyfob-variants:
        - { operationId: mergeLists, summary: Merges., query: { action: merge } }
        - operationId: importList
          query: { action: import }
          parameters: [{ name: name, in: query, required: true, schema: { type: string } }]
  /members:
    post:
      responses: { '200': { description: d } }
      x-keyfob-variants: [{ operationId: addMembers, query: { action: create } }]
";

    fn ids(document: &Yaml) -> BTreeSet<String> {
        let all = walk::operations(document).into_iter();
        all.map(|found| found.operation.text("operationId").unwrap_or("none").to_owned()).collect()
    }

    #[test]
    fn a_variant_is_exported_as_an_operation_whose_path_has_its_query() {
        let exported = export(&yaml_serde::from_str(VARIANTS).unwrap(), false);
        let paths: Vec<&str> = exported.pairs("paths").into_iter().map(|(path, _)| path).collect();
        let import = "/lists?action=import&name={name}";
        assert_eq!(paths, ["/lists", "/lists?action=merge", import, "/members?action=create"]);
        let parameter = &exported["paths"][import]["post"]["parameters"][0];
        assert_eq!((parameter.text("name"), parameter.text("in")), (Some("name"), Some("path")));
        let merge = &exported["paths"]["/lists?action=merge"];
        assert_eq!(merge["servers"][0].text("url"), Some("https://lists.example"));
        assert_eq!(merge["post"].text("summary"), Some("Merges."));
        assert!(merge.at(&["post", "requestBody"]).is_some() && merge.at(&["post", "x-keyfob-variants"]).is_none());
    }

    #[test]
    fn a_plain_export_has_no_extensions_of_this_workspace() {
        for api in ["bits", "digitaleo", "ditio-core", "ditio-mass-transport", "ditio-reporting", "dvinci", "itempath"]
        {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
            let document = Document::load(root, &format!("specs/{api}/openapi.yaml")).unwrap();
            let plain = export(&document.tree, true);
            let text = serde_json::to_string(&plain).unwrap();
            assert!(!text.contains("\"x-keyfob-") && !text.contains("x-rust-type"), "{api}");
            let text = fs::read_to_string(root.join(format!("specs/{api}/openapi.yaml"))).unwrap();
            assert_eq!(ids(&plain).len(), text.matches("operationId: ").count(), "{api}");
            assert_eq!(ids(&plain), ids(&export(&document.tree, false)), "{api}");
        }
    }
}
