//! Our own specifications, imported without the extensions of this workspace.

use std::path::Path;

use super::*;
use crate::compare;

/// Returns the node without `x-keyfob-` keys.
fn stripped(node: &Yaml) -> Yaml {
    match node {
        Yaml::Mapping(pairs) => {
            let pairs = pairs.iter().filter(|(key, _)| !key.as_str().is_some_and(|key| key.starts_with("x-keyfob-")));
            Yaml::Mapping(pairs.map(|(key, value)| (key.clone(), stripped(value))).collect())
        }
        Yaml::Sequence(list) => Yaml::Sequence(list.iter().map(stripped).collect()),
        other => other.clone(),
    }
}

/// Returns the names of the component schemas that are objects or enumerations, with the names of their fields.
fn types(document: &Yaml) -> Vec<(String, Vec<String>)> {
    let schemas = document["components"]["schemas"].entries().into_iter();
    let types = schemas.filter(|(_, schema)| schema.get("properties").is_some() || schema.get("enum").is_some());
    let fields = |schema: &Yaml| schema.pairs("properties").iter().map(|(name, _)| (*name).to_owned()).collect();
    types.map(|(name, schema)| (name.to_owned(), fields(schema))).collect()
}

/// Imports the specification without extensions, and lists what differs from it.
///
/// Only extensions state that a field is a number or a boolean although it has several forms (`x-keyfob-type`): without
/// it the field is a number or a string, or untyped.
#[test]
fn our_own_specifications_come_back_without_their_extensions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut apis = 0;
    for folder in std::fs::read_dir(root.join("specs")).unwrap() {
        let api = folder.unwrap().file_name().into_string().unwrap();
        let file = format!("specs/{api}/openapi.yaml");
        if !root.join(&file).exists() {
            continue;
        }
        apis += 1;
        let ours = Document::load(root, &file).unwrap().tree;
        let imported = convert(stripped(&ours), &Origin { doc: "d", day: "2026-01-02" }).unwrap();
        let text = yaml_serde::to_string(&imported.spec).unwrap();
        check::check(&Document::parse(&api, text).unwrap()).unwrap();
        let lenient = |line: &str| {
            line.ends_with(" is boolean in ours, any in theirs")
                || line.ends_with(" is integer in ours, number or string in theirs")
                || line.ends_with(" is number in ours, number or string in theirs")
        };
        let report = compare::report(&ours, &imported.spec);
        let differences: Vec<&str> = report.lines().filter(|line| line.starts_with("- ") && !lenient(line)).collect();
        assert!(differences.is_empty(), "{api}: {differences:#?}");
        let (before, mut after) = (types(&ours), types(&imported.spec));
        // An inline body of a request, or the alternatives of an error body, get a name.
        after.retain(|(name, _)| {
            before.iter().any(|(known, _)| known == name) || !(name.ends_with("Body") || name.ends_with("Error"))
        });
        let names = |types: &[(String, Vec<String>)]| types.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&before), names(&after), "{api}");
        // A composed schema is one object after the import, so its fields are those of its parts.
        let composed = |name: &str| !ours["components"]["schemas"][name].list("allOf").is_empty();
        for ((name, fields), (_, after_fields)) in before.iter().zip(&after) {
            assert!(fields == after_fields || composed(name), "{api}: {name}: {fields:?} {after_fields:?}");
        }
    }
    assert!(apis >= 7, "{apis}");
}
