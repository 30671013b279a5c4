//! What the workspace is made of: licences, origins, versions, and the oldest Rust that all of it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use spdx::{Expression, LicenseItem};

use super::output;

/// Licences that a user can ship without asking a lawyer first. MPL-2.0 is progenitor's, which only `xtask` links.
const LICENCES: [&str; 12] = [
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

/// A second TLS stack, and the runtime that ours stands in for.
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

/// Crates that are there twice, and who is to blame. Everything else is there once.
const TWICE: [(&str, &str); 12] = [
    ("base64", "oauth2 and reqwest differ"),
    ("cpufeatures", "sha2 of oauth2 and chacha20 of rand differ"),
    ("getrandom", "oauth2's rand is an older one"),
    ("hashbrown", "governor's is an older one"),
    ("num-bigint", "der-parser's is an older one than parquet's"),
    ("r-efi", "the versions of getrandom have one each"),
    ("rand", "oauth2's is an older one"),
    ("rand_core", "oauth2's rand is an older one"),
    ("syn", "derive macros are on their way from one to the other"),
    ("synstructure", "derive macros are on their way from one to the other"),
    ("thiserror", "oauth2's, and so ours, is older than that of test tools"),
    ("thiserror-impl", "oauth2's, and so ours, is older than that of test tools"),
];

pub(super) fn check(root: &Path) -> Result<()> {
    let metadata: Value =
        serde_json::from_str(&output(root, &["metadata", "--locked", "--all-features", "--format-version", "1"])?)?;
    let packages = metadata["packages"].as_array().context("packages")?;
    let mut problems = Vec::new();
    for package in packages {
        problems.extend(licence(package));
        problems.extend(source(package));
        problems.extend(banned(package));
    }
    problems.extend(versions(packages, &TWICE));
    problems.extend(rust_version(root, packages)?);
    ensure!(problems.is_empty(), "\n{}", problems.join("\n"));
    Ok(())
}

fn text<'a>(package: &'a Value, name: &str) -> &'a str {
    package[name].as_str().unwrap_or_default()
}

fn licence(package: &Value) -> Option<String> {
    let name = text(package, "name");
    // The slash is the old way to write OR.
    let stated = text(package, "license").replace('/', " OR ");
    let allowed = |requirement: &spdx::LicenseReq| match &requirement.license {
        LicenseItem::Spdx { id, .. } => LICENCES.contains(&id.name),
        LicenseItem::Other { .. } => false,
    };
    match Expression::parse(&stated) {
        Ok(expression) if expression.evaluate(allowed) => None,
        _ => Some(format!("{name}: the licence `{stated}` is not among those allowed")),
    }
}

fn source(package: &Value) -> Option<String> {
    let source = package["source"].as_str()?;
    (!source.starts_with("registry+")).then(|| format!("{}: comes from {source}", text(package, "name")))
}

fn banned(package: &Value) -> Option<String> {
    let name = text(package, "name");
    BANNED.contains(&name).then(|| format!("{name}: is banned"))
}

fn versions(packages: &[Value], excused: &[(&str, &str)]) -> Vec<String> {
    let mut versions = BTreeMap::<&str, BTreeSet<&str>>::new();
    for package in packages {
        versions.entry(text(package, "name")).or_default().insert(text(package, "version"));
    }
    let excused: BTreeSet<_> = excused.iter().map(|(name, _)| *name).collect();
    // Bindings to one platform's system, which no other platform builds.
    let platform = |name: &str| name.starts_with("windows");
    let twice =
        versions.iter().filter(|(name, versions)| versions.len() > 1 && !excused.contains(*name) && !platform(name));
    let twice = twice.map(|(name, versions)| format!("{name}: is there in several versions, {versions:?}"));
    let gone = excused.iter().filter(|name| versions.get(*name).is_none_or(|versions| versions.len() == 1));
    twice.chain(gone.map(|name| format!("{name}: is excused for being there twice, but is not"))).collect()
}

/// Every crate that a user of the umbrella crate builds takes the Rust version that we promise.
fn rust_version(root: &Path, packages: &[Value]) -> Result<Vec<String>> {
    let promised = packages.iter().find(|package| text(package, "name") == "keyfob").context("the umbrella crate")?;
    let promised = minor(text(promised, "rust_version")).context("a promised Rust version")?;
    let arguments =
        ["tree", "--locked", "--package", "keyfob", "--all-features", "--edges", "normal,build", "--prefix", "none"];
    let tree = output(root, &arguments)?;
    let used: BTreeSet<_> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let newer = packages.iter().filter(|package| used.contains(text(package, "name"))).filter_map(|package| {
        let needed = minor(text(package, "rust_version"))?;
        let name = text(package, "name");
        (needed > promised).then(|| format!("{name}: needs Rust 1.{needed}, and we promise 1.{promised}"))
    });
    Ok(newer.collect())
}

fn minor(version: &str) -> Option<u32> {
    version.split('.').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_licence_is_judged_as_an_expression() {
        for (stated, fine) in [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0-only OR MIT", true),
            ("GPL-3.0-only", false),
            ("MIT AND GPL-3.0-only", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("", false),
        ] {
            assert_eq!(licence(&json!({"name": "x", "license": stated})).is_none(), fine, "{stated}");
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
        assert_eq!(versions(&packages, &[]), [r#"a: is there in several versions, {"1.0.0", "2.0.0"}"#]);
        assert_eq!(versions(&packages, &[("a", "why")]), [""; 0]);
        assert_eq!(versions(&packages[..1], &[("a", "why")]), ["a: is excused for being there twice, but is not"]);
    }

    #[test]
    fn a_banned_crate_is_found() {
        assert!(banned(&json!({"name": "openssl-sys"})).is_some());
        assert!(banned(&json!({"name": "rustls"})).is_none());
    }
}
