//! Reads an API description from a file or a URL.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::codegen::document::Document;
use crate::yaml::Yaml;

/// Returns whether `source` is a URL.
pub(crate) fn is_url(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

/// Returns the text of a file, or of a URL, which curl fetches.
pub(crate) fn read(source: &str) -> Result<String> {
    if !is_url(source) {
        return std::fs::read_to_string(source).with_context(|| format!("reading {source}"));
    }
    let output = Command::new("curl").args(["--fail", "--silent", "--show-error", "--location", "--", source]).output();
    let output = output.context("starting curl; install it, or download the document and pass the file")?;
    ensure!(output.status.success(), "fetching {source}: {}", String::from_utf8_lossy(&output.stderr).trim());
    String::from_utf8(output.stdout).with_context(|| format!("{source} is not UTF-8 text"))
}

/// Parses JSON or YAML; `name` is for messages.
pub(crate) fn parse(name: &str, text: &str) -> Result<Yaml> {
    // JSON is read by its own parser, which is ten times as fast; it also reports errors in the terms of JSON.
    let is_json =
        Path::new(name).extension().is_some_and(|extension| extension == "json") || text.trim_start().starts_with('{');
    if is_json && let Ok(tree) = serde_json::from_str::<Yaml>(text.trim_start_matches('\u{feff}')) {
        ensure!(tree.is_mapping(), "{name}: not an OpenAPI document: the file does not hold an object");
        return Ok(tree);
    }
    Ok(Document::parse(name, text.trim_start_matches('\u{feff}').to_owned())?.tree)
}
