//! Checks that each feature of the umbrella crate builds alone and compiles only the crates that it requires.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::cargo::{cargo, output, packages};

/// Crates of this workspace that every feature compiles.
const SHARED_CRATES: [&str; 3] = ["keyfob", "keyfob-auth", "keyfob-client"];

/// Number of APIs, each with a feature of the umbrella crate.
const APIS: usize = 7;

pub(super) fn check(root: &Path) -> Result<()> {
    let packages = packages(root, &["--no-deps"])?;
    let umbrella = packages.iter().find(|package| package["name"] == "keyfob");
    let umbrella = umbrella.context("the workspace has no package `keyfob`")?;
    let features = feature_names(umbrella);
    ensure!(
        features.len() >= APIS,
        "the umbrella crate must have a feature for each of {APIS} APIs; it has {features:?}"
    );
    for feature in &features {
        check_package(root, "keyfob", &["--no-default-features", "--features", feature])?;
        let tree = tree(root, feature)?;
        let other_crates: Vec<_> = own_crates(&tree).into_iter().filter(|name| !may_compile(name, feature)).collect();
        ensure!(
            other_crates.is_empty(),
            "feature `{feature}` compiles crates of other features, {other_crates:?}: remove the dependency"
        );
        let (compiled, declared) = (compiles_files(&tree), enables_files(umbrella, feature));
        ensure!(
            compiled == declared,
            "feature `{feature}` compiles file support: {compiled}, but enables the feature `files`: {declared}; both \
             must be the same"
        );
    }
    check_package(root, "keyfob", &["--no-default-features"])?;
    check_package(root, "keyfob", &["--all-features"])?;
    for name in ["keyfob-auth", "keyfob-client", "keyfob-mirror"] {
        let package = packages.iter().find(|package| package["name"] == name);
        let package = package.with_context(|| format!("the workspace has no package `{name}`"))?;
        for feature in feature_names(package) {
            check_package(root, name, &["--no-default-features", "--features", &feature])?;
        }
    }
    // The other checks compile the command line with all destinations.
    check_package(root, "keyfob-cli", &[])
}

fn check_package(root: &Path, package: &str, options: &[&str]) -> Result<()> {
    let mut arguments = vec!["check", "--locked", "--package", package];
    arguments.extend_from_slice(options);
    cargo(root, &arguments, &[])
}

/// Returns whether a feature of the umbrella crate may compile this crate of the workspace.
fn may_compile(name: &str, feature: &str) -> bool {
    SHARED_CRATES.contains(&name)
        || name == format!("keyfob-{feature}")
        || name == "keyfob-ditio" && feature.starts_with("ditio-")
}

/// Returns the crates of this workspace in a dependency tree.
fn own_crates(tree: &str) -> BTreeSet<&str> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| name.starts_with("keyfob")).collect()
}

/// Returns whether a dependency tree has tokio's file system or reqwest's streams.
fn compiles_files(tree: &str) -> bool {
    tree.lines().any(|line| has_feature(line, "tokio", "fs") || has_feature(line, "reqwest", "stream"))
}

/// Returns whether a line of the tree is this crate with this feature enabled.
fn has_feature(line: &str, name: &str, feature: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next() == Some(name) && words.nth(1).is_some_and(|features| features.split(',').any(|own| own == feature))
}

/// Returns whether a feature of the umbrella crate is `files` or enables it.
fn enables_files(umbrella: &Value, feature: &str) -> bool {
    let enabled = umbrella["features"][feature].as_array();
    feature == "files" || enabled.is_some_and(|enabled| enabled.iter().any(|name| name == "files"))
}

/// Returns the dependency tree of a feature, one crate a line: name, version and enabled features.
fn tree(root: &Path, feature: &str) -> Result<String> {
    let mut arguments = vec!["tree", "--locked", "--package", "keyfob", "--features", feature];
    arguments.extend(["--edges", "normal", "--prefix", "none", "--format", "{p} {f}"]);
    output(root, &arguments)
}

fn feature_names(package: &Value) -> Vec<String> {
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
            assert_eq!(has_feature(line, "tokio", "fs"), has_it, "{line}");
        }
    }

    #[test]
    fn a_feature_may_compile_its_own_crates_and_no_others() {
        for (name, feature, may) in [
            ("keyfob-client", "bits", true),
            ("keyfob-bits", "bits", true),
            ("keyfob-ditio", "ditio-core", true),
            ("keyfob-ditio", "bits", false),
            ("keyfob-ditio-core", "ditio-reporting", false),
            ("keyfob-simulator", "bits", false),
        ] {
            assert_eq!(may_compile(name, feature), may, "{name} in {feature}");
        }
    }
}
