//! Finds the specifications: a folder in `specs` per API, and the canary.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A specification and its generated files, as paths below the root.
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) spec: String,
    pub(crate) code: String,
    pub(crate) log: String,
    /// The target is not an API but a specification that uses every supported feature; tests compile and call its code.
    pub(crate) canary: bool,
}

/// Returns every target: the APIs in alphabetical order, then the canary.
pub(crate) fn all(root: &Path) -> Result<Vec<Target>> {
    let mut targets: Vec<Target> = folders(root, "specs")?
        .into_iter()
        .filter(|name| root.join(format!("specs/{name}/openapi.yaml")).exists())
        .map(|name| Target {
            spec: format!("specs/{name}/openapi.yaml"),
            code: format!("crates/{name}/src/generated.rs"),
            log: format!("specs/{name}/normalized.log"),
            name,
            canary: false,
        })
        .collect();
    if root.join("xtask/canary/openapi.yaml").exists() {
        targets.push(Target {
            name: "canary".into(),
            spec: "xtask/canary/openapi.yaml".into(),
            code: "xtask/canary/generated.rs".into(),
            log: "xtask/canary/normalized.log".into(),
            canary: true,
        });
    }
    Ok(targets)
}

/// Returns the generated files that belong to no target.
pub(crate) fn orphans(root: &Path, targets: &[Target]) -> Result<Vec<String>> {
    let code = folders(root, "crates")?.into_iter().map(|name| format!("crates/{name}/src/generated.rs"));
    let logs = folders(root, "specs")?.into_iter().map(|name| format!("specs/{name}/normalized.log"));
    let is_output = |path: &String| targets.iter().any(|target| target.code == *path || target.log == *path);
    Ok(code.chain(logs).filter(|path| !is_output(path) && root.join(path).exists()).collect())
}

fn folders(root: &Path, parent: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(parent)).with_context(|| format!("reading {parent}"))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort();
    Ok(names)
}
