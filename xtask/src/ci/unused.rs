//! No crate declares a dependency that it does not use.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::{cargo, output};

/// Asks the compiler, crate by crate. It sees a library's own dependencies only, so those of tests are not judged.
pub(super) fn check(root: &Path) -> Result<()> {
    let metadata: Value =
        serde_json::from_str(&output(root, &["metadata", "--locked", "--no-deps", "--format-version", "1"])?)?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let is = |kind: &str| {
            let kinds =
                package["targets"].as_array().into_iter().flatten().filter_map(|target| target["kind"].as_array());
            kinds.flatten().any(|found| found == kind)
        };
        // The package of the tests has an empty library, and only dependencies of tests.
        let target: &[&str] = match name {
            "keyfob-tests" => continue,
            _ if is("lib") => &["--lib"],
            _ => &["--bins"],
        };
        // What is only checked is not built.
        let mut arguments = vec!["rustc", "--profile", "check", "--locked", "--quiet", "--package", name];
        arguments.extend_from_slice(target);
        arguments.extend_from_slice(&["--", "-Dunused_crate_dependencies"]);
        cargo(root, &arguments, &[])?;
    }
    Ok(())
}
