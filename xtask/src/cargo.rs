//! Runs cargo in the workspace.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Variable with the token of the registry, which cargo reads.
const REGISTRY_TOKEN: &str = "CARGO_REGISTRY_TOKEN";

/// Runs cargo; its output goes to the terminal.
///
/// # Errors
///
/// If cargo cannot be started or fails.
pub(crate) fn cargo(root: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    let status = command(root, arguments).envs(variables.iter().copied()).status().context("starting cargo")?;
    ensure!(status.success(), "`cargo {}` failed; its messages are above", arguments.join(" "));
    Ok(())
}

/// Runs `cargo publish`, the only command that gets the token of the registry.
///
/// # Errors
///
/// If cargo cannot be started or fails.
pub(crate) fn publish(root: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = command(root, &["publish"]);
    if let Some(token) = std::env::var_os(REGISTRY_TOKEN) {
        command.env(REGISTRY_TOKEN, token);
    }
    let status = command.args(arguments).status().context("starting cargo")?;
    ensure!(status.success(), "`cargo publish {}` failed; its messages are above", arguments.join(" "));
    Ok(())
}

/// Runs cargo and returns its standard output.
///
/// # Errors
///
/// If cargo cannot be started or fails; the error carries its messages.
pub(crate) fn output(root: &Path, arguments: &[&str]) -> Result<String> {
    let output = command(root, arguments).output().context("starting cargo")?;
    if !output.status.success() {
        bail!("`cargo {}` failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).context("reading the output of cargo, which is not UTF-8")
}

/// Outcome of a cargo command that may fail.
pub(crate) struct Attempt {
    pub(crate) success: bool,
    /// Standard output, then standard error.
    pub(crate) text: String,
}

/// Runs a cargo command that may fail or be missing.
///
/// # Errors
///
/// If cargo cannot be started.
pub(crate) fn attempt(root: &Path, arguments: &[&str]) -> Result<Attempt> {
    let output = command(root, arguments).output().context("starting cargo")?;
    let text = [output.stdout, output.stderr].concat();
    Ok(Attempt { success: output.status.success(), text: String::from_utf8_lossy(&text).into_owned() })
}

/// Returns the packages of `cargo metadata`; `options` are added to `--locked` and the format.
pub(crate) fn packages(root: &Path, options: &[&str]) -> Result<Vec<Value>> {
    let mut arguments = vec!["metadata", "--locked", "--format-version", "1"];
    arguments.extend_from_slice(options);
    let mut metadata: Value = serde_json::from_str(&output(root, &arguments)?).context("parsing cargo metadata")?;
    let packages = metadata["packages"].as_array_mut().context("cargo metadata lists no packages")?;
    Ok(std::mem::take(packages))
}

/// Returns the names of the packages that are published, each after the packages on which it depends.
pub(crate) fn published(root: &Path) -> Result<Vec<String>> {
    let packages = packages(root, &["--no-deps"])?;
    // `publish = false` is the empty list of registries.
    let mut waiting: Vec<_> = packages.iter().filter(|package| package["publish"].is_null()).collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let names: BTreeSet<_> = waiting.iter().filter_map(|package| package["name"].as_str()).collect();
        let (blocked, ready): (Vec<&Value>, Vec<&Value>) =
            waiting.iter().partition(|package| depends_on(package, &names));
        ensure!(!ready.is_empty(), "the packages {names:?} depend on each other");
        ordered.extend(ready.iter().filter_map(|package| package["name"].as_str().map(str::to_owned)));
        waiting = blocked;
    }
    Ok(ordered)
}

/// Returns whether a package needs one of these packages when it is compiled.
fn depends_on(package: &Value, names: &BTreeSet<&str>) -> bool {
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    dependencies
        .filter(|dependency| dependency["kind"] != "dev")
        .filter_map(|dependency| dependency["name"].as_str())
        .any(|name| names.contains(name))
}

/// Returns a command that runs cargo in the workspace: the cargo that runs this program.
///
/// The token of the registry is not passed on, so that build scripts and macros of dependencies do not see it.
fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments).env_remove(REGISTRY_TOKEN);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_published_after_their_dependencies() {
        let root = crate::root();
        let ordered = published(root).unwrap();
        let position = |name: &str| ordered.iter().position(|found| found == name).expect(name);
        assert!(position("keyfob-auth") < position("keyfob-client"));
        assert!(position("keyfob-client") < position("keyfob-ditio"));
        assert!(position("keyfob-ditio") < position("keyfob-ditio-core"));
        assert!(position("keyfob-ditio-core") < position("keyfob"));
        assert!(position("keyfob").max(position("keyfob-simulator")) < position("keyfob-cli"));
        assert!(!ordered.iter().any(|name| name == "xtask" || name == "keyfob-tests"), "{ordered:?}");
    }
}
