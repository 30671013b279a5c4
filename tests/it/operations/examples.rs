//! Examples of responses in `specs/*/openapi.yaml`: recorded from the simulator, checked against the schemas.
//!
//! With `KEYFOB_BLESS=1` a walk writes `components/examples` of its API; otherwise they must be up to date.

mod cut;
mod document;
mod schema;
mod yaml;

use std::{collections::BTreeMap, env, fs};

use axum::body::Bytes;
use yaml_serde::Value as Yaml;

use self::document::Medium;

/// Line before the examples, at the end of a document.
const START: &str = "
  # Written by a test from responses of the simulator (see specs/README.md); lists and long texts are cut.
  examples:
";

/// Key of the recorded example in `examples` of a media type.
const KEY: &str = "simulator";

/// Bodies of the success responses of each operation, by its Rust name, in the order of the calls.
pub(crate) type Recorded = BTreeMap<&'static str, Vec<Bytes>>;

/// Compares the examples of an API with the recorded responses, or writes them; then checks them against the schemas.
pub(crate) fn check(api: &str, recorded: &Recorded) {
    let path = format!("{}/../specs/{api}/openapi.yaml", env!("CARGO_MANIFEST_DIR"));
    let mut text = fs::read_to_string(&path).unwrap();
    let mut document: Yaml = yaml_serde::from_str(&text).unwrap();
    let expected = examples(&document, recorded);
    if env::var_os("KEYFOB_BLESS").is_some() {
        text = format!("{}\n{START}{}", text.split(START).next().unwrap().trim_end(), yaml::block(&expected));
        document = yaml_serde::from_str(&text).unwrap();
        fs::write(&path, text).unwrap();
    }
    let mut problems = Vec::new();
    let found = document.get("components").and_then(|components| components.get("examples"));
    for (name, example) in &expected {
        let found = found.and_then(|found| found.get(name)).and_then(|found| found.get("value"));
        if found != Some(&example.value) {
            problems.push(format!("components/examples/{name} is out of date: run the test with KEYFOB_BLESS=1"));
        }
    }
    for (name, _) in found.and_then(Yaml::as_mapping).into_iter().flatten() {
        if !expected.contains_key(name.as_str().unwrap()) {
            problems
                .push(format!("components/examples/{} is not used: run with KEYFOB_BLESS=1", name.as_str().unwrap()));
        }
    }
    for medium in document::media(&document) {
        problems.extend(medium_problems(&document, &medium, &expected));
    }
    assert!(problems.is_empty(), "specs/{api}/openapi.yaml:\n  {}", problems.join("\n  "));
}

/// An example, and the operation whose response it is.
struct Example {
    operation: String,
    value: Yaml,
}

/// Returns the example of each shape of a response: the one with the most values.
fn examples(document: &Yaml, recorded: &Recorded) -> BTreeMap<String, Example> {
    let mut examples: BTreeMap<String, Example> = BTreeMap::new();
    for medium in document::media(document) {
        let bodies = recorded.iter().find(|(name, _)| name.replace('_', "") == medium.operation.to_lowercase());
        for body in bodies.map(|(_, bodies)| bodies).into_iter().flatten() {
            let Some(value) = cut::example(medium.media, body) else { continue };
            let better = |known: &Example| cut::values(&value) > cut::values(&known.value);
            if examples.get(&medium.shape()).is_none_or(better) {
                examples.insert(medium.shape(), Example { operation: medium.operation.to_owned(), value });
            }
        }
    }
    examples
}

/// Checks that a media type refers to the example of its shape, and that the example conforms to the schema.
fn medium_problems(document: &Yaml, medium: &Medium<'_>, expected: &BTreeMap<String, Example>) -> Vec<String> {
    let (operation, shape) = (medium.operation, medium.shape());
    let Some(example) = expected.get(&shape) else { return Vec::new() };
    let reference = format!("#/components/examples/{shape}");
    if medium.example(KEY) != Some(&reference) {
        return vec![format!(
            "{operation}: add `examples: {{ {KEY}: {{ $ref: '{reference}' }} }}` to {}",
            medium.media
        )];
    }
    let violations = schema::violations(document, medium.schema, &example.value);
    violations.into_iter().map(|violation| format!("{operation}: example {shape}: {violation}")).collect()
}
