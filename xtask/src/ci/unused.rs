//! Checks that no crate declares a dependency that its code does not use.

use std::path::Path;

use anyhow::Result;

use crate::cargo::{cargo, packages};

/// Runs rustc's `unused_crate_dependencies` on each package.
///
/// The lint sees the dependencies of a library or binary only; `[dev-dependencies]` are not checked.
pub(super) fn check(root: &Path) -> Result<()> {
    for package in packages(root, &["--no-deps"])? {
        let name = package["name"].as_str().unwrap_or_default();
        let has_target = |kind: &str| {
            let targets = package["targets"].as_array().into_iter().flatten();
            targets.filter_map(|target| target["kind"].as_array()).flatten().any(|found| found == kind)
        };
        let target: &[&str] = match name {
            // An empty library; all dependencies are for its tests.
            "keyfob-tests" => continue,
            _ if has_target("lib") => &["--lib"],
            _ if has_target("bin") => &["--bins"],
            // Examples only.
            _ => continue,
        };
        // The profile `check` type-checks without generating code.
        let mut arguments = vec!["rustc", "--profile", "check", "--locked", "--quiet", "--package", name];
        arguments.extend_from_slice(target);
        arguments.extend_from_slice(&["--", "-Dunused_crate_dependencies"]);
        cargo(root, &arguments, &[])?;
    }
    Ok(())
}
