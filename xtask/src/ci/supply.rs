//! Checks the dependencies: licenses, sources, banned crates, duplicate versions, and the minimum Rust version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use spdx::{Expression, LicenseItem};

use crate::ci::cargo::{output, packages};

/// Licenses that are allowed: those without conditions on the programs of users. MPL-2.0 is the license of progenitor,
/// which only `xtask` links.
const LICENSES: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

/// Crates that must not be compiled: a second TLS stack, the runtime that keyfob-client replaces, and an unmaintained
/// YAML parser.
const BANNED: [&str; 8] = [
    "aws-lc-rs",
    "aws-lc-sys",
    "native-tls",
    "openssl",
    "openssl-sys",
    "progenitor-client",
    "reqwest-middleware",
    "serde_yaml",
];

/// Crates that are compiled in several versions, with the reason. Every other crate has one version.
const DUPLICATES: [(&str, &str); 12] = [
    ("base64", "oauth2 and reqwest use different versions"),
    ("cpufeatures", "sha2 (of oauth2) and chacha20 (of rand) use different versions"),
    ("getrandom", "oauth2 uses an older rand"),
    ("hashbrown", "governor uses an older version"),
    ("num-bigint", "der-parser uses an older version than parquet"),
    ("r-efi", "each version of getrandom uses its own"),
    ("rand", "oauth2 uses an older version"),
    ("rand_core", "oauth2 uses an older rand"),
    ("syn", "derive macros are migrating from one version to the next"),
    ("synstructure", "derive macros are migrating from one version to the next"),
    ("thiserror", "oauth2, and therefore Keyfob, uses an older version than test tools"),
    ("thiserror-impl", "oauth2, and therefore Keyfob, uses an older version than test tools"),
];

pub(super) fn check(root: &Path) -> Result<()> {
    let packages = packages(root, &["--all-features"])?;
    let mut problems = Vec::new();
    for package in &packages {
        problems.extend(license(package));
        problems.extend(source(package));
        problems.extend(banned(package));
    }
    problems.extend(duplicates(&packages, &DUPLICATES));
    problems.extend(rust_version(root, &packages)?);
    ensure!(problems.is_empty(), "\n{}", problems.join("\n"));
    Ok(())
}

fn text<'a>(package: &'a Value, name: &str) -> &'a str {
    package[name].as_str().unwrap_or_default()
}

fn license(package: &Value) -> Option<String> {
    let name = text(package, "name");
    // Older manifests separate alternatives by a slash.
    let expression = text(package, "license").replace('/', " OR ");
    let allowed = |requirement: &spdx::LicenseReq| match &requirement.license {
        LicenseItem::Spdx { id, .. } => LICENSES.contains(&id.name),
        LicenseItem::Other { .. } => false,
    };
    match Expression::parse(&expression) {
        Ok(expression) if expression.evaluate(allowed) => None,
        _ => Some(format!(
            "{name}: the license `{expression}` is not allowed; replace the crate, or add the license to LICENSES"
        )),
    }
}

fn source(package: &Value) -> Option<String> {
    let source = package["source"].as_str()?;
    let name = text(package, "name");
    (!source.starts_with("registry+")).then(|| format!("{name}: comes from {source}; use a version from the registry"))
}

fn banned(package: &Value) -> Option<String> {
    let name = text(package, "name");
    BANNED.contains(&name).then(|| format!("{name}: is banned; `cargo tree --invert {name}` lists its dependents"))
}

fn duplicates(packages: &[Value], allowed: &[(&str, &str)]) -> Vec<String> {
    let mut versions = BTreeMap::<&str, BTreeSet<&str>>::new();
    for package in packages {
        versions.entry(text(package, "name")).or_default().insert(text(package, "version"));
    }
    let allowed: BTreeSet<_> = allowed.iter().map(|(name, _)| *name).collect();
    // Bindings to Windows, which no other platform compiles.
    let platform = |name: &str| name.starts_with("windows");
    let duplicates =
        versions.iter().filter(|(name, versions)| versions.len() > 1 && !allowed.contains(*name) && !platform(name));
    let duplicates = duplicates.map(|(name, versions)| {
        format!("{name}: has several versions, {versions:?}; unify them, or add the crate to DUPLICATES")
    });
    let outdated = allowed.iter().filter(|name| versions.get(*name).is_none_or(|versions| versions.len() == 1));
    duplicates
        .chain(outdated.map(|name| format!("{name}: has one version or none; remove it from DUPLICATES")))
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
            assert_eq!(license(&json!({"name": "x", "license": stated})).is_none(), fine, "{stated}");
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
            [r#"a: has several versions, {"1.0.0", "2.0.0"}; unify them, or add the crate to DUPLICATES"#]
        );
        assert_eq!(duplicates(&packages, &[("a", "why")]), [""; 0]);
        assert_eq!(
            duplicates(&packages[..1], &[("a", "why")]),
            ["a: has one version or none; remove it from DUPLICATES"]
        );
    }

    #[test]
    fn a_banned_crate_is_found() {
        assert!(banned(&json!({"name": "openssl-sys"})).is_some());
        assert!(banned(&json!({"name": "rustls"})).is_none());
    }
}
