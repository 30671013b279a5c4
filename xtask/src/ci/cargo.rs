//! Runs cargo in the workspace.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Runs cargo; its output goes to the terminal.
///
/// # Errors
///
/// If cargo cannot be started or fails.
pub(super) fn cargo(root: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    let status = command(root, arguments).envs(variables.iter().copied()).status().context("starting cargo")?;
    ensure!(status.success(), "`cargo {}` failed; its messages are above", arguments.join(" "));
    Ok(())
}

/// Runs cargo and returns its standard output.
///
/// # Errors
///
/// If cargo cannot be started or fails; the error carries its messages.
pub(super) fn output(root: &Path, arguments: &[&str]) -> Result<String> {
    let output = command(root, arguments).output().context("starting cargo")?;
    if !output.status.success() {
        bail!("`cargo {}` failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).context("reading the output of cargo, which is not UTF-8")
}

/// Returns the packages of `cargo metadata`; `options` are added to `--locked` and the format.
pub(super) fn packages(root: &Path, options: &[&str]) -> Result<Vec<Value>> {
    let mut arguments = vec!["metadata", "--locked", "--format-version", "1"];
    arguments.extend_from_slice(options);
    let mut metadata: Value = serde_json::from_str(&output(root, &arguments)?).context("parsing cargo metadata")?;
    let packages = metadata["packages"].as_array_mut().context("cargo metadata lists no packages")?;
    Ok(std::mem::take(packages))
}

/// Returns a command that runs cargo in the workspace: the cargo that runs this program.
fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    command
}
