//! Files that an import reads and writes.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::import::{Arguments, run};

/// A temporary workspace; dropping it removes its files.
struct Workspace(PathBuf);

impl Workspace {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("keyfob-import-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("theirs/parts")).unwrap();
        fs::create_dir_all(root.join("specs")).unwrap();
        Self(root)
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        fs::write(self.0.join(path), text).unwrap();
        self
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn import(&self, api: &str, overlay: bool) -> anyhow::Result<String> {
        let source = self.0.join("theirs/openapi.yaml").to_string_lossy().into_owned();
        run(&self.0, &Arguments { api: api.into(), source, doc: None, overlay })
    }

    #[track_caller]
    fn rejects(&self, expected: &str) {
        let error = format!("{:#}", self.import("birds", false).expect_err("the import must fail"));
        assert!(error.contains(expected), "{expected:?} is not in {error}");
        assert!(!self.0.join("specs/birds").exists(), "a rejected import writes no file");
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const DOCUMENT: &str = "{ openapi: 3.0.3, info: { title: Birds, version: '1' }, paths: { /birds: { get: { responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { ring: { type: string } } } } } } } } } } }";

fn referring(reference: &str) -> String {
    DOCUMENT.replace("{ type: object, properties: { ring: { type: string } } }", &format!("{{ $ref: '{reference}' }}"))
}

#[test]
fn a_new_api_gets_a_specification_and_a_log() {
    let workspace = Workspace::new("new");
    let printed = workspace.write("theirs/openapi.yaml", DOCUMENT).import("birds", false).unwrap();
    assert!(printed.contains("wrote specs/birds/{openapi.yaml, import.log}"), "{printed}");
    assert!(workspace.read("specs/birds/openapi.yaml").contains("operationId: birds"));
    assert!(workspace.read("specs/birds/openapi.yaml").contains("\n  version: '2"));
    assert!(workspace.read("specs/birds/openapi.yaml").contains("doc: repository:theirs/openapi.yaml"));
    assert!(workspace.read("specs/birds/import.log").starts_with("Import of repository:theirs/openapi.yaml\n"));
}

#[test]
fn an_existing_specification_is_not_written_but_compared() {
    let workspace = Workspace::new("existing");
    workspace.write("theirs/openapi.yaml", DOCUMENT).import("birds", false).unwrap();
    let before = workspace.read("specs/birds/openapi.yaml");
    workspace.write(
        "theirs/openapi.yaml",
        &DOCUMENT
            .replace("{ type: string }", "{ type: integer }")
            .replace("/birds:", "/eggs: { get: { summary: Lists eggs, responses: {} } }, /birds:"),
    );
    let printed = workspace.import("birds", false).unwrap();
    assert!(printed.contains("- GET /eggs (eggs): Lists eggs.\n"), "{printed}");
    assert!(
        printed.contains("response fields of another type: ring is string in ours, integer in theirs"),
        "{printed}"
    );
    assert_eq!(workspace.read("specs/birds/openapi.yaml"), before);
    let error = workspace.import("birds", true).unwrap_err().to_string();
    assert!(error.contains("run without --overlay"), "{error}");
}

#[test]
fn an_overlay_is_applied_to_the_next_version_of_the_document() {
    let workspace = Workspace::new("overlay");
    workspace.write("theirs/openapi.yaml", DOCUMENT).import("birds", true).unwrap();
    assert_eq!(workspace.read("specs/birds/vendor.yaml"), DOCUMENT);
    let overlay = workspace.read("specs/birds/overlay.yaml");
    assert!(overlay.contains("target: $.paths['/birds'].get\n"), "{overlay}");
    let overlay = overlay.replace("operationId: birds", "operationId: allBirds\n    x-keyfob-retry: never");
    workspace.write("specs/birds/overlay.yaml", &overlay);
    let next = DOCUMENT.replace("version: '1'", "version: '2'");
    workspace.write("theirs/openapi.yaml", &next).import("birds", false).unwrap();
    let spec = workspace.read("specs/birds/openapi.yaml");
    for part in
        ["operationId: allBirds", "x-keyfob-retry: never", "Version 2 of", "doc: repository:specs/birds/vendor.yaml"]
    {
        assert!(spec.contains(part), "{part} is not in\n{spec}");
    }
    assert_eq!(workspace.read("specs/birds/vendor.yaml"), next);
    assert_eq!(workspace.read("specs/birds/overlay.yaml"), overlay);
}

#[test]
fn references_to_files_in_the_folder_are_followed() {
    let workspace = Workspace::new("external");
    workspace.write("theirs/openapi.yaml", &referring("parts/bird.yaml"));
    workspace.write(
        "theirs/parts/bird.yaml",
        "{ type: object, properties: { nest: { $ref: 'more.json#/defs/Nest' }, self: { $ref: '#' } } }",
    );
    workspace.write("theirs/parts/more.json", r##"{ "defs": { "Nest": { "type": "object", "properties": { "bird": { "$ref": "bird.yaml" }, "egg": { "$ref": "#/defs/Egg" } } }, "Egg": { "type": "integer" } } }"##);
    workspace.import("birds", false).unwrap();
    let spec: Yaml = yaml_serde::from_str(&workspace.read("specs/birds/openapi.yaml")).unwrap();
    let schemas = &spec["components"]["schemas"];
    assert_yaml(
        &schemas["Bird"],
        "{ type: object, properties: { nest: { $ref: '#/components/schemas/Nest' }, self: { $ref: '#/components/schemas/Bird' } } }",
    );
    assert_eq!(schemas["Nest"]["properties"]["bird"].text("$ref"), Some("#/components/schemas/Bird"));
    assert_eq!(schemas["Egg"].text("type"), Some("integer"));
}

#[test]
fn files_outside_of_the_folder_and_urls_are_not_read() {
    let workspace = Workspace::new("outside");
    workspace.write("secret.yaml", "{ type: string }");
    workspace.write("theirs/openapi.yaml", &referring("../secret.yaml")).rejects("outside of the document's folder");
    workspace.write("theirs/openapi.yaml", &referring("/etc/hostname")).rejects("outside of the document's folder");
    workspace.write("theirs/openapi.yaml", &referring("gone.yaml#/A")).rejects("names a file that cannot be read");
    workspace
        .write("theirs/openapi.yaml", &referring("https://example.invalid/a.yaml"))
        .rejects("is a URL, which is not fetched");
    workspace.write("theirs/openapi.yaml", &referring("parts/a.yaml#/A"));
    workspace
        .write("theirs/parts/a.yaml", "{ A: { $ref: '../../secret.yaml' } }")
        .rejects("outside of the document's folder");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let workspace = Workspace::new("link");
    workspace.write("secret.yaml", "{ type: string }");
    std::os::unix::fs::symlink("../secret.yaml", workspace.0.join("theirs/link.yaml")).unwrap();
    workspace.write("theirs/openapi.yaml", &referring("link.yaml")).rejects("outside of the document's folder");
}

#[test]
fn a_name_that_cannot_be_that_of_a_crate_is_rejected() {
    let workspace = Workspace::new("name");
    workspace.write("theirs/openapi.yaml", DOCUMENT);
    for name in ["../evil", "/tmp/evil", "", "Birds", "a b", "..", "a--b", "a-", "9a", "type", "vögel", &"a".repeat(60)]
    {
        let error = workspace.import(name, false).unwrap_err().to_string();
        assert!(error.contains("cannot be the name of an API"), "{name}: {error}");
    }
    let entries = fs::read_dir(Path::new(&workspace.0).join("specs")).unwrap().count();
    assert_eq!(entries, 0);
}
