//! Checks the dependencies: licenses, sources, banned crates, duplicate versions, and the minimum Rust version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use spdx::{Expression, LicenseItem};

use crate::cargo::{attempt, cargo, output, packages};

/// Rules, which cargo-deny reads too.
const RULES: &str = "deny.toml";

/// The part of the rules that holds on every machine.
#[derive(Deserialize)]
struct Rules {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Entry>,
    /// Crates that may have several versions.
    skip: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

pub(super) fn check(root: &Path) -> Result<()> {
    let text = fs::read_to_string(root.join(RULES)).with_context(|| format!("reading {RULES}"))?;
    let rules: Rules = toml::from_str(&text).with_context(|| format!("reading {RULES}"))?;
    let packages = packages(root, &["--all-features"])?;
    let mut problems = Vec::new();
    for package in &packages {
        problems.extend(license(package, &rules.licenses.allow));
        problems.extend(source(package));
        problems.extend(banned(package, &rules.bans.deny));
    }
    problems.extend(duplicates(&packages, &rules.bans.skip));
    problems.extend(rust_version(root, &packages)?);
    ensure!(problems.is_empty(), "\n{}", problems.join("\n"));
    if attempt(root, &["deny", "--version"])?.success {
        cargo(root, &["deny", "--locked", "check", "licenses", "bans", "sources"], &[])?;
    }
    Ok(())
}

fn text<'a>(package: &'a Value, name: &str) -> &'a str {
    package[name].as_str().unwrap_or_default()
}

fn license(package: &Value, allowed: &BTreeSet<String>) -> Option<String> {
    let name = text(package, "name");
    // Older manifests separate alternatives by a slash.
    let expression = text(package, "license").replace('/', " OR ");
    let is_allowed = |requirement: &spdx::LicenseReq| match &requirement.license {
        LicenseItem::Spdx { id, .. } => allowed.contains(id.name),
        LicenseItem::Other { .. } => false,
    };
    match Expression::parse(&expression) {
        Ok(expression) if expression.evaluate(is_allowed) => None,
        _ => Some(format!(
            "{name}: the license `{expression}` is not allowed; replace the crate, or allow the license in {RULES}"
        )),
    }
}

fn source(package: &Value) -> Option<String> {
    let source = package["source"].as_str()?;
    let name = text(package, "name");
    (!source.starts_with("registry+")).then(|| format!("{name}: comes from {source}; use a version from the registry"))
}

fn banned(package: &Value, banned: &[Entry]) -> Option<String> {
    let name = text(package, "name");
    let entry = banned.iter().find(|entry| entry.name == name)?;
    Some(format!("{name}: is banned ({}); `cargo tree --invert {name}` lists its dependents", entry.reason))
}

fn duplicates(packages: &[Value], allowed: &[Entry]) -> Vec<String> {
    let mut versions = BTreeMap::<&str, BTreeSet<&str>>::new();
    for package in packages {
        versions.entry(text(package, "name")).or_default().insert(text(package, "version"));
    }
    let allowed: BTreeSet<_> = allowed.iter().map(|entry| entry.name.as_str()).collect();
    let duplicates = versions.iter().filter(|(name, versions)| versions.len() > 1 && !allowed.contains(*name));
    let duplicates = duplicates.map(|(name, versions)| {
        format!("{name}: has several versions, {versions:?}; unify them, or add the crate to `skip` in {RULES}")
    });
    let outdated = allowed.iter().filter(|name| versions.get(*name).is_none_or(|versions| versions.len() == 1));
    duplicates
        .chain(outdated.map(|name| format!("{name}: has one version or none; remove it from `skip` in {RULES}")))
        .collect()
}

/// Checks that every crate compiled for users of the umbrella crate supports its `rust-version`.
fn rust_version(root: &Path, packages: &[Value]) -> Result<Vec<String>> {
    let umbrella = packages.iter().find(|package| text(package, "name") == "keyfob");
    let umbrella = umbrella.context("the workspace has no package `keyfob`")?;
    let supported = minor(text(umbrella, "rust_version")).context("keyfob has no `rust-version`")?;
    let arguments =
        ["tree", "--locked", "--package", "keyfob", "--all-features", "--edges", "normal,build", "--prefix", "none"];
    let tree = output(root, &arguments)?;
    let used: BTreeSet<_> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let newer = packages.iter().filter(|package| used.contains(text(package, "name"))).filter_map(|package| {
        let required = minor(text(package, "rust_version"))?;
        let name = text(package, "name");
        (required > supported).then(|| {
            format!(
                "{name}: requires Rust 1.{required}, but keyfob supports 1.{supported}; use an older version of {name}"
            )
        })
    });
    Ok(newer.collect())
}

/// Returns the minor version of `1.<minor>`.
fn minor(version: &str) -> Option<u32> {
    version.split('.').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_dependencies_of_this_workspace_follow_the_rules() {
        check(crate::root()).unwrap();
    }

    fn entry(name: &str) -> Entry {
        Entry { name: name.into(), reason: "why".into() }
    }

    #[test]
    fn a_license_is_evaluated_as_an_expression() {
        for (stated, fine) in [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0-only OR MIT", true),
            ("GPL-3.0-only", false),
            ("MIT AND GPL-3.0-only", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("", false),
        ] {
            let allowed = ["MIT", "Apache-2.0"].map(str::to_owned).into();
            assert_eq!(license(&json!({"name": "x", "license": stated}), &allowed).is_none(), fine, "{stated}");
        }
    }

    #[test]
    fn only_a_registry_and_the_workspace_are_sources() {
        assert!(source(&json!({"name": "x", "source": "git+https://example.com/x"})).is_some());
        assert!(source(&json!({"name": "x", "source": "registry+https://example.com/index"})).is_none());
        assert!(source(&json!({"name": "x", "source": null})).is_none());
    }

    #[test]
    fn a_crate_in_two_versions_is_found() {
        let packages = [json!({"name": "a", "version": "1.0.0"}), json!({"name": "a", "version": "2.0.0"})];
        assert_eq!(
            duplicates(&packages, &[]),
            [r#"a: has several versions, {"1.0.0", "2.0.0"}; unify them, or add the crate to `skip` in deny.toml"#]
        );
        assert_eq!(duplicates(&packages, &[entry("a")]), [""; 0]);
        assert_eq!(
            duplicates(&packages[..1], &[entry("a")]),
            ["a: has one version or none; remove it from `skip` in deny.toml"]
        );
    }

    #[test]
    fn a_banned_crate_is_found() {
        let rules = [entry("openssl-sys")];
        let problem = banned(&json!({"name": "openssl-sys"}), &rules);
        assert!(problem.is_some_and(|text| text.starts_with("openssl-sys: is banned (why)")));
        assert!(banned(&json!({"name": "rustls"}), &rules).is_none());
    }
}
