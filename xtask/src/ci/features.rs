//! A feature of the umbrella crate builds alone, and brings neither another vendor along nor, unasked, files.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{cargo, output};

/// Crates that every feature may bring.
const SHARED: [&str; 3] = ["keyfob", "keyfob-auth", "keyfob-client"];

pub(super) fn check(root: &Path) -> Result<()> {
    let umbrella = umbrella(root)?;
    let features = names(&umbrella);
    ensure!(features.len() >= 7, "the umbrella crate has a feature for each API, found {features:?}");
    for feature in &features {
        cargo(
            root,
            &["check", "--locked", "--package", "keyfob", "--no-default-features", "--features", feature],
            &[],
        )?;
        let tree = tree(root, feature)?;
        let foreign = ours(&tree).into_iter().filter(|name| !belongs(name, feature)).collect::<Vec<_>>();
        ensure!(foreign.is_empty(), "feature `{feature}` brings {foreign:?} along");
        let (compiled, named) = (compiles_files(&tree), names_files(&umbrella, feature));
        ensure!(
            compiled == named,
            "feature `{feature}` compiles what files need: {compiled}; it brings the feature `files`: {named}"
        );
    }
    cargo(root, &["check", "--locked", "--package", "keyfob", "--no-default-features"], &[])?;
    cargo(root, &["check", "--locked", "--package", "keyfob", "--all-features"], &[])?;
    for (package, feature) in extra(root)? {
        cargo(
            root,
            &["check", "--locked", "--package", &package, "--no-default-features", "--features", &feature],
            &[],
        )?;
    }
    Ok(())
}

/// Whether a crate of ours may be in the tree of this feature.
fn belongs(name: &str, feature: &str) -> bool {
    SHARED.contains(&name)
        || name == format!("keyfob-{feature}")
        || name == "keyfob-ditio" && feature.starts_with("ditio-")
}

/// The crates of ours in a tree.
fn ours(tree: &str) -> BTreeSet<&str> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| name.starts_with("keyfob")).collect()
}

/// Whether tokio's file system is compiled in a tree, or reqwest's streams.
fn compiles_files(tree: &str) -> bool {
    tree.lines().any(|line| has(line, "tokio", "fs") || has(line, "reqwest", "stream"))
}

/// Whether a line of the tree is this crate, with this feature of its own.
fn has(line: &str, name: &str, feature: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next() == Some(name) && words.nth(1).is_some_and(|features| features.split(',').any(|own| own == feature))
}

/// Whether this feature of the umbrella crate is `files`, or brings it.
fn names_files(umbrella: &Value, feature: &str) -> bool {
    let brought = umbrella["features"][feature].as_array();
    feature == "files" || brought.is_some_and(|brought| brought.iter().any(|name| name == "files"))
}

/// What this feature of the umbrella crate has compiled: name, version and features of each crate.
fn tree(root: &Path, feature: &str) -> Result<String> {
    let mut arguments = vec!["tree", "--locked", "--package", "keyfob", "--features", feature];
    arguments.extend(["--edges", "normal", "--prefix", "none", "--format", "{p} {f}"]);
    output(root, &arguments)
}

/// What cargo knows of the umbrella crate.
fn umbrella(root: &Path) -> Result<Value> {
    packages(root)?.into_iter().find(|package| package["name"] == "keyfob").context("the umbrella crate")
}

/// The features of the crates below it, each with its crate.
fn extra(root: &Path) -> Result<Vec<(String, String)>> {
    let packages = packages(root)?;
    let below =
        packages.iter().filter(|package| ["keyfob-auth", "keyfob-client"].iter().any(|name| package["name"] == *name));
    Ok(below
        .flat_map(|package| {
            let name = package["name"].as_str().unwrap_or_default().to_owned();
            names(package).into_iter().map(move |feature| (name.clone(), feature))
        })
        .collect())
}

fn packages(root: &Path) -> Result<Vec<Value>> {
    let mut metadata: Value =
        serde_json::from_str(&output(root, &["metadata", "--locked", "--no-deps", "--format-version", "1"])?)?;
    Ok(metadata["packages"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

fn names(package: &Value) -> Vec<String> {
    package["features"].as_object().into_iter().flat_map(|features| features.keys().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_has_the_features_behind_its_version() {
        for (line, has_it) in [
            ("tokio v1.54.1 bytes,fs,net", true),
            ("tokio v1.54.1 bytes,fs,net (*)", true),
            ("tokio v1.54.1 bytes,fsx", false),
            ("tokio v1.54.1", false),
            ("tokio-util v0.7.16 fs", false),
        ] {
            assert_eq!(has(line, "tokio", "fs"), has_it, "{line}");
        }
    }

    #[test]
    fn a_feature_may_bring_its_own_crates_and_no_others() {
        for (name, feature, may) in [
            ("keyfob-client", "bits", true),
            ("keyfob-bits", "bits", true),
            ("keyfob-ditio", "ditio-core", true),
            ("keyfob-ditio", "bits", false),
            ("keyfob-ditio-core", "ditio-reporting", false),
            ("keyfob-simulator", "bits", false),
        ] {
            assert_eq!(belongs(name, feature), may, "{name} in {feature}");
        }
    }
}
