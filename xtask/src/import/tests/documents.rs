//! Documents that the generators of web frameworks write, from the programs in `xtask/fixtures/documents`.

use std::fs;
use std::path::Path;

use super::super::{Arguments, run};
use crate::codegen;

/// Imports the document of a generator, generates its client in a temporary workspace, and returns sample calls.
///
/// `import.log` beside the document has the numbers of operations and each part that the specification does not express.
#[track_caller]
fn check(generator: &str, operations: usize) -> Vec<(String, String)> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/documents").join(generator);
    let root = std::env::temp_dir().join(format!("keyfob-xtask-{generator}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("specs")).unwrap();
    let arguments = Arguments {
        api: generator.to_owned(),
        source: fixture.join("openapi.json").to_str().unwrap().to_owned(),
        doc: Some("https://example.invalid/openapi.json".to_owned()),
        overlay: false,
    };
    run(&root, &arguments).unwrap();
    let log = fs::read_to_string(root.join("specs").join(generator).join("import.log")).unwrap();
    let preview = codegen::preview(&root, generator);
    fs::remove_dir_all(&root).unwrap();
    let expected = fs::read_to_string(fixture.join("import.log")).unwrap_or_default();
    assert!(log == expected, "the log of the import is not {generator}/import.log:\n{log}");
    let preview = preview.unwrap();
    assert_eq!(preview.counts.iter().sum::<usize>(), operations);
    preview.samples
}

#[test]
fn a_document_of_fastapi_is_imported_and_generated() {
    let samples = check("fastapi", 11);
    let expected = "client.read_book(\"123e4567-e89b-42d3-a456-426614174000\")";
    assert!(samples.iter().any(|(_, call)| call == expected), "a server rejects another text: {samples:#?}");
}

#[test]
fn a_document_of_drf_yasg_is_imported_and_generated() {
    check("drf-yasg", 10);
}

#[test]
fn a_document_of_nestjs_swagger_is_imported_and_generated() {
    check("nestjs-swagger", 9);
}

#[test]
fn a_document_of_fastify_swagger_is_imported_and_generated() {
    check("fastify-swagger", 11);
}

#[test]
fn a_document_of_utoipa_is_imported_and_generated() {
    check("utoipa", 9);
}
