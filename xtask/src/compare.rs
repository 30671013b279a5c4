//! Lists the differences in names between our specification of an API and another document of it.

mod fields;
mod surface;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use self::surface::{Surface, surface};
use crate::codegen::document::Document;

/// Arguments of `cargo xtask compare`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// API: the name of a folder in specs/
    api: String,
    /// The vendor's document, OpenAPI 3 or Swagger 2, JSON or YAML: a file, or a URL, which curl fetches
    theirs: String,
}

/// Returns the differences as Markdown.
///
/// # Errors
///
/// If a document cannot be read or parsed.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<String> {
    let ours = Document::load(root, &format!("specs/{}/openapi.yaml", arguments.api))?;
    let theirs = Document::parse(&arguments.theirs, read(&arguments.theirs)?)?;
    Ok(report(&surface(&ours.tree), &surface(&theirs.tree)))
}

fn read(source: &str) -> Result<String> {
    if !source.starts_with("http://") && !source.starts_with("https://") {
        return std::fs::read_to_string(source).with_context(|| format!("reading {source}"));
    }
    let output = Command::new("curl").args(["--fail", "--silent", "--show-error", "--location", "--", source]).output();
    let output = output.context("starting curl; install it, or download the document and pass the file")?;
    ensure!(output.status.success(), "fetching {source}: {}", String::from_utf8_lossy(&output.stderr).trim());
    String::from_utf8(output.stdout).with_context(|| format!("{source} is not UTF-8 text"))
}

/// Returns the differences as Markdown.
fn report(ours: &Surface, theirs: &Surface) -> String {
    let mut text = String::new();
    let names = |one: &Surface, other: &Surface| -> Vec<String> {
        one.iter().filter(|(key, _)| !other.contains_key(*key)).map(|(_, operation)| operation.name.clone()).collect()
    };
    list(&mut text, "# Operations only in theirs", &names(theirs, ours));
    list(&mut text, "# Operations only in ours", &names(ours, theirs));
    let mut differences = BTreeMap::new();
    for (key, our) in ours {
        let Some(their) = theirs.get(key) else { continue };
        let parts = [
            ("parameters", &our.parameters, &their.parameters),
            ("body fields", &our.body, &their.body),
            ("response fields", &our.response, &their.response),
        ];
        for (kind, our_names, their_names) in parts {
            differences.insert((&our.name, kind), (only(their_names, our_names), only(our_names, their_names)));
        }
    }
    text += "# Operations in both\n\n";
    let mut same = true;
    for ((name, kind), (only_theirs, only_ours)) in &differences {
        for (side, names) in [("theirs", only_theirs), ("ours", only_ours)] {
            if !names.is_empty() {
                same = false;
                text += &format!("- {name}: {kind} only in {side}: {}\n", names.join(", "));
            }
        }
    }
    if same {
        text += "No differences in names.\n";
    }
    text
}

fn only(one: &BTreeSet<String>, other: &BTreeSet<String>) -> Vec<String> {
    one.difference(other).cloned().collect()
}

fn list(text: &mut String, head: &str, names: &[String]) {
    *text += &format!("{head}\n\n");
    if names.is_empty() {
        *text += "None.\n";
    }
    for name in names {
        *text += &format!("- {name}\n");
    }
    *text += "\n";
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "
openapi: 3.0.3
paths:
  /api/things/{id}:
    get:
      parameters: [{ name: id, in: path }, { name: top, in: query }]
      responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } } }
  /api/ours:
    post: { responses: {} }
components:
  schemas:
    Thing: { properties: { id: {}, parts: { type: array, items: { $ref: '#/components/schemas/Thing' } } } }
";
    const THEIRS: &str = r##"{
  "swagger": "2.0", "basePath": "/api",
  "paths": {
    "/Things/{thingId}/": { "get": {
      "parameters": [{ "name": "thingId", "in": "path" }, { "name": "skip", "in": "query" }],
      "responses": { "200": { "schema": { "$ref": "#/definitions/Thing" } } } } },
    "/theirs": { "delete": { "responses": {} } }
  },
  "definitions": { "Thing": { "properties": { "id": {}, "name": {} } } }
}"##;

    #[test]
    fn both_directions_are_reported_for_operations_parameters_and_fields() {
        let ours = Document::parse("ours", OURS.into()).unwrap();
        let theirs = Document::parse("theirs", THEIRS.into()).unwrap();
        let text = report(&surface(&ours.tree), &surface(&theirs.tree));
        for line in [
            "# Operations only in theirs\n\n- DELETE /api/theirs\n",
            "# Operations only in ours\n\n- POST /api/ours\n",
            "- GET /api/things/{id}: parameters only in theirs: skip\n",
            "- GET /api/things/{id}: parameters only in ours: top\n",
            "- GET /api/things/{id}: response fields only in theirs: name\n",
            "- GET /api/things/{id}: response fields only in ours: parts\n",
        ] {
            assert!(text.contains(line), "{line:?} is not in\n{text}");
        }
    }

    #[test]
    fn a_document_does_not_differ_from_itself() {
        let ours = Document::parse("ours", OURS.into()).unwrap();
        let text = report(&surface(&ours.tree), &surface(&ours.tree));
        assert!(text.ends_with("No differences in names.\n"), "{text}");
        assert_eq!(text.matches("None.").count(), 2);
    }
}
