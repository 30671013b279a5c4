//! Writes a page of the book for each operation, and their entries in the book's summary.

mod calls;
mod fields;
mod operation;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::codegen::drift::Outputs;
use crate::codegen::emit::sample::Samples;
use crate::codegen::markdown::{linked, one_line, request_path, row};
use crate::codegen::model::api::Api;
use crate::codegen::model::operation::Operation;

/// Folder of the pages.
pub(crate) const FOLDER: &str = "docs/book/src/apis";

/// Entry of the summary after which the entries of the pages follow.
const PARENT: &str = "- [APIs](reference/apis.md)\n";

/// Returns the pages of an API by path: its list of operations, and one page for each.
pub(crate) fn pages(api: &Api) -> Outputs {
    let samples = Samples::new(api);
    let mut pages = Outputs::new();
    pages.insert(format!("{FOLDER}/{}.md", api.name), index(api));
    for operation in &api.operations {
        pages.insert(format!("{FOLDER}/{}", path(api, operation)), operation::page(api, operation, &samples));
    }
    pages
}

/// Returns the summary of the book with the entries of these APIs in place of all earlier ones.
pub(crate) fn summary(text: &str, apis: &[&Api]) -> String {
    let is_page = |line: &&str| !line.contains("](apis/");
    let rest: String = text.lines().filter(is_page).map(|line| format!("{line}\n")).collect();
    let mut entries = String::new();
    for api in apis {
        entries += &format!("  - [{}](apis/{}.md)\n", api.name, api.name);
        for operation in &api.operations {
            entries += &format!("    - [{}](apis/{})\n", operation.method_name, path(api, operation));
        }
    }
    rest.replacen(PARENT, &format!("{PARENT}{entries}"), 1)
}

/// Returns the pages that belong to no operation.
///
/// # Errors
///
/// If a folder cannot be read.
pub(crate) fn orphans(root: &Path, outputs: &Outputs) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![FOLDER.to_owned()];
    while let Some(folder) = folders.pop() {
        if !root.join(&folder).is_dir() {
            continue;
        }
        for entry in fs::read_dir(root.join(&folder)).with_context(|| format!("reading {folder}"))? {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if !outputs.contains_key(&path) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Returns the path of a page below the folder of the pages.
fn path(api: &Api, operation: &Operation) -> String {
    format!("{}/{}.md", api.name, operation.method_name)
}

/// Returns the page that lists the operations of an API by resource.
fn index(api: &Api) -> String {
    let mut page = format!("# {}\n\n{}\n", api.name, linked(api.description.trim(), api, &format!("{}/", api.name)));
    page += &format!(
        "\nThe sources were read on {}. [APIs](../reference/apis.md#{}) has the source and the confidence of each operation, and \
         the operations that are known by name only.\n",
        api.version, api.name
    );
    for (resource, operations) in api.groups(&api.operations, |operation| operation) {
        if let Some(resource) = resource {
            page += &format!("\n## {}\n\n{}\n", resource.name, one_line(&resource.description));
        }
        page += "\n| Operation | Request | Purpose |\n|---|---|---|\n";
        for operation in operations {
            page += &row(&[
                format!("[`{}`]({})", operation.method_name, path(api, operation)),
                format!("`{} {}`", operation.http_method, request_path(operation)),
                one_line(&operation.summary),
            ]);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::document::Document;
    use crate::codegen::model::api;

    fn canary() -> Api {
        let document = Document::load(crate::root(), "xtask/canary/openapi.yaml").unwrap();
        api::read("canary", &document.tree)
    }

    #[test]
    fn every_operation_has_a_page_and_an_entry_in_the_summary() {
        let api = canary();
        let pages = pages(&api);
        assert_eq!(pages.len(), api.operations.len() + 1);
        let text = "# Reference\n\n- [APIs](reference/apis.md)\n  - [old](apis/old.md)\n- [Versions](versions.md)\n";
        let summary = summary(text, &[&api]);
        for page in pages.keys() {
            let link = page.strip_prefix("docs/book/src/").unwrap();
            assert_eq!(summary.matches(&format!("]({link})\n")).count(), 1, "{link}");
        }
        assert!(!summary.contains("old") && summary.ends_with(")\n- [Versions](versions.md)\n"), "{summary}");
        assert_eq!(super::summary(&summary, &[&api]), summary, "a second run changes nothing");
    }

    #[test]
    fn a_page_has_parameters_body_response_statuses_and_calls() {
        let api = canary();
        for operation in &api.operations {
            let page = operation::page(&api, operation, &Samples::new(&api));
            for parameter in &operation.parameters {
                assert!(page.contains(&format!("| `{}` |", parameter.name)), "{}: {page}", parameter.name);
            }
            for status in &operation.statuses {
                assert!(page.contains(&format!("| {} |", status.code)), "{}: {page}", status.code);
            }
            assert!(page.contains(&format!("keyfob call canary {}", operation.method_name)), "{page}");
            assert!(page.contains(&format!("client.{}(", operation.method_name)), "{page}");
            assert!(page.contains("curl "), "{page}");
            assert_eq!(page.contains("## Body"), operation.body.is_some(), "{page}");
            let tables = page.lines().filter(|line| line.starts_with('|'));
            assert!(tables.into_iter().all(|line| line.ends_with(" |") || line.ends_with("-|")), "{page}");
        }
    }
}
