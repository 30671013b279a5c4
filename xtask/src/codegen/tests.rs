//! Tests that run codegen in a temporary workspace.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Arguments, run};

const CANARY: &str = include_str!("../../canary/openapi.yaml");

/// A temporary workspace with one generated API; dropping it removes its files.
struct Workspace(PathBuf);

impl Workspace {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("keyfob-xtask-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for folder in ["specs/canary", "crates/canary/src", "docs/book/src"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join(super::SUMMARY), include_str!("../../../docs/book/src/SUMMARY.md")).unwrap();
        fs::write(root.join("specs/canary/openapi.yaml"), CANARY).unwrap();
        let workspace = Self(root);
        workspace.codegen(false).unwrap();
        workspace.codegen(true).unwrap();
        workspace
    }

    fn codegen(&self, check: bool) -> anyhow::Result<()> {
        run(&self.0, &Arguments { check, apis: Vec::new() })
    }

    /// Replaces the first occurrence of `old` in a file.
    fn edit(&self, path: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.0.join(path)).unwrap();
        assert!(text.contains(old), "{path} does not hold {old}");
        fs::write(self.0.join(path), text.replacen(old, new, 1)).unwrap();
    }

    #[track_caller]
    fn drifts(&self, expected: &[&str]) {
        let error = format!("{:#}", self.codegen(true).expect_err("--check must report the difference"));
        for expected in expected {
            assert!(error.contains(expected), "{expected:?} is not in\n{error}");
        }
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_canary_is_generated_as_it_is_committed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    run(root, &Arguments { check: true, apis: vec!["canary".into()] }).unwrap();
}

#[test]
fn check_reports_one_changed_byte_in_any_generated_file() {
    let workspace = Workspace::new("byte");
    for (path, old, new) in [
        ("crates/canary/src/generated.rs", "Lists birds.", "lists birds."),
        ("specs/canary/normalized.log", "minLength", "minlength"),
        ("docs/book/src/reference/apis.md", "| cursor |", "| Cursor |"),
    ] {
        workspace.edit(path, old, new);
        workspace.drifts(&[&format!("{path}: differs from line"), "here:", "generated:", "cargo xtask codegen"]);
        workspace.codegen(false).unwrap();
        workspace.codegen(true).unwrap();
    }
}

#[test]
fn check_reports_one_changed_byte_in_a_specification() {
    let workspace = Workspace::new("spec");
    workspace.edit("specs/canary/openapi.yaml", "Lists birds.", "Lists Birds.");
    workspace.drifts(&["crates/canary/src/generated.rs: differs", "/// Lists Birds."]);
}

#[test]
fn check_reports_missing_files_and_orphans() {
    let workspace = Workspace::new("orphan");
    fs::remove_file(workspace.0.join("docs/book/src/reference/apis.md")).unwrap();
    workspace.drifts(&["docs/book/src/reference/apis.md: missing"]);
    workspace.codegen(false).unwrap();
    fs::create_dir_all(workspace.0.join("crates/old/src")).unwrap();
    fs::write(workspace.0.join("crates/old/src/generated.rs"), "").unwrap();
    workspace.drifts(&["crates/old/src/generated.rs: no specification generates this file"]);
    workspace.codegen(false).unwrap();
    assert!(!workspace.0.join("crates/old/src/generated.rs").exists());
}

#[test]
fn a_rejected_specification_changes_no_file() {
    let workspace = Workspace::new("rejected");
    let code = workspace.0.join("crates/canary/src/generated.rs");
    let before = fs::read(&code).unwrap();
    workspace.edit("specs/canary/openapi.yaml", "x-keyfob-source", "x-keyfob-sauce");
    let error = format!("{:#}", workspace.codegen(false).unwrap_err());
    assert!(error.contains("specs/canary/openapi.yaml:25: GET /birds: unknown extension x-keyfob-sauce"), "{error}");
    assert_eq!(fs::read(&code).unwrap(), before);
}

#[test]
fn an_unknown_api_is_reported_with_the_known_ones() {
    let workspace = Workspace::new("unknown");
    let error = run(&workspace.0, &Arguments { check: true, apis: vec!["nothing".into()] }).unwrap_err();
    assert_eq!(error.to_string(), "there is no specs/nothing/openapi.yaml; the APIs are canary");
}

/// Asserts that the generated code with `new` in place of `old` has all its lines as before, and these lines in addition.
#[track_caller]
fn adds_lines(old: &str, new: &str, expected: &[&str]) {
    let workspace = Workspace::new(expected[0].trim_matches(|letter: char| !letter.is_alphanumeric()));
    let code = workspace.0.join("crates/canary/src/generated.rs");
    let before = fs::read_to_string(&code).unwrap();
    workspace.edit("specs/canary/openapi.yaml", old, new);
    workspace.codegen(false).unwrap();
    let after = fs::read_to_string(&code).unwrap();
    let mut lines = before.lines().peekable();
    let added: Vec<&str> = after.lines().filter(|line| lines.next_if_eq(line).is_none()).map(str::trim).collect();
    assert_eq!(lines.next(), None, "a line changed");
    assert_eq!(added, expected);
}

#[test]
fn a_new_first_field_changes_no_line_of_another() {
    adds_lines(
        "        id: { type: string, readOnly: true, description: Id of the bird. }",
        "        wingspan: { type: number }\n        id: { type: string, readOnly: true, description: Id of the bird. }",
        &[
            "pub wingspan: Option<f64>,",
            "wingspan \"wingspan\",",
            "/// Sets `wingspan`.",
            "pub fn wingspan(mut self, value: f64) -> Self {",
            "self.wingspan = Some(value);",
            "self",
            "}",
        ],
    );
    // The page has only strict fields.
    adds_lines(
        "        total: { type: string, description: 'Number of rings, as text.' }",
        "        first: { type: boolean }\n        total: { type: string, description: 'Number of rings, as text.' }",
        &["pub first: Option<bool>,", "first \"first\" (strict),"],
    );
}

#[test]
fn a_new_first_column_of_a_table_changes_no_line_of_another() {
    adds_lines(
        "        id: { type: string, description: Id of the nest. }",
        "        dry: { type: boolean }\n        id: { type: string, description: Id of the nest. }",
        &[
            "Column { name: \"dry\", kind: ColumnType::Boolean, description: \"\", sensitive: false },",
            "pub dry: Option<bool>,",
            "dry \"dry\",",
        ],
    );
}

#[test]
fn a_seventeenth_field_changes_no_line_of_another() {
    let fields: Vec<String> = (1..=15).map(|number| format!("        f{number}: {{ type: boolean }}")).collect();
    let lines: Vec<String> = (1..=15).map(|number| format!("pub f{number}: Option<bool>,")).collect();
    let rows: Vec<String> = (1..=15).map(|number| format!("f{number} \"f{number}\" (strict),")).collect();
    let rings = "        rings: { type: array, items: { type: string } }\n";
    adds_lines(
        rings,
        &format!("{}\n{rings}", fields.join("\n")),
        &lines.iter().chain(&rows).map(String::as_str).collect::<Vec<_>>(),
    );
}

#[test]
fn a_new_first_value_of_an_enumeration_changes_no_line_of_another() {
    adds_lines(
        "enum: [red, DARK_BLUE,",
        "enum: [amber, red, DARK_BLUE,",
        &["/// `amber` on the wire.", "Amber,", "Amber \"amber\","],
    );
}
