//! A feature of the umbrella crate builds alone, and brings no other vendor along.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{cargo, output};

/// Crates that every feature may bring.
const SHARED: [&str; 3] = ["keyfob", "keyfob-auth", "keyfob-client"];

pub(super) fn check(root: &Path) -> Result<()> {
    let features = features(root)?;
    ensure!(features.len() >= 7, "the umbrella crate has a feature for each API, found {features:?}");
    for feature in &features {
        cargo(
            root,
            &["check", "--locked", "--package", "keyfob", "--no-default-features", "--features", feature],
            &[],
        )?;
        let foreign = ours(root, feature)?.into_iter().filter(|name| !belongs(name, feature)).collect::<Vec<_>>();
        ensure!(foreign.is_empty(), "feature `{feature}` brings {foreign:?} along");
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

fn ours(root: &Path, feature: &str) -> Result<BTreeSet<String>> {
    let arguments =
        ["tree", "--locked", "--package", "keyfob", "--features", feature, "--edges", "normal", "--prefix", "none"];
    let tree = output(root, &arguments)?;
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    Ok(names.filter(|name| name.starts_with("keyfob")).map(str::to_owned).collect())
}

/// The umbrella crate's features.
fn features(root: &Path) -> Result<Vec<String>> {
    let packages = packages(root)?;
    let umbrella = packages.iter().find(|package| package["name"] == "keyfob").context("the umbrella crate")?;
    Ok(names(umbrella))
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
