//! Checks that need tools outside the toolchain and are skipped without them: API changes, oldest Rust, Windows.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::readiness::git;
use crate::cargo::{attempt, cargo, packages};
use crate::terminal::print;

/// Target for Windows whose linker and C compiler are free software.
const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// Compares the public API with the last release, by cargo-semver-checks.
///
/// # Errors
///
/// If the change of the version is too small for the changes of the API.
pub(super) fn check_api(root: &Path, names: &[String]) -> Result<()> {
    print("== semantic versioning");
    let at_head = git(root, &["tag", "--points-at", "HEAD"])?;
    let merged = git(root, &["tag", "--list", "v*", "--sort=-version:refname", "--merged", "HEAD"])?;
    let Some(baseline) = merged.lines().find(|tag| !at_head.lines().any(|current| current == *tag)) else {
        print("skipped: no earlier commit has a tag `v<version>`");
        return Ok(());
    };
    if !attempt(root, &["semver-checks", "--version"])?.success {
        print("skipped: needs `cargo install --locked cargo-semver-checks`");
        return Ok(());
    }
    let mut arguments = vec!["semver-checks", "--baseline-rev", baseline, "--all-features"];
    arguments.extend(names.iter().flat_map(|name| ["--package", name]));
    cargo(root, &arguments, &[])
}

/// Compiles the crates with the oldest Rust that they support, by rustup.
///
/// # Errors
///
/// If a crate needs a newer Rust than its `rust-version`.
pub(super) fn check_oldest_rust(root: &Path, names: &[String]) -> Result<()> {
    print("== oldest supported Rust");
    let packages = packages(root, &["--no-deps"])?;
    let umbrella = packages.iter().find(|package| package["name"] == "keyfob");
    let version =
        umbrella.and_then(|package| package["rust_version"].as_str()).context("keyfob has no `rust-version`")?;
    let installed = Command::new("rustup").args(["toolchain", "list"]).output();
    let installed = installed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let Some(toolchain) = toolchain(&installed, version) else {
        print(&format!("skipped: needs `rustup toolchain install --profile minimal {version}`"));
        return Ok(());
    };
    let mut command = Command::new("rustup");
    // Variables of the cargo that runs this program, which select another toolchain.
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    command.current_dir(root).args(["run", toolchain, "cargo", "check", "--locked", "--all-features"]);
    command.args(["--target-dir", "target/oldest-rust"]);
    command.args(names.iter().flat_map(|name| ["--package", name]));
    ensure!(command.status().context("starting rustup")?.success(), "the crates do not compile with Rust {version}");
    Ok(())
}

/// Compiles the crates for Windows, by rustup's standard library and Debian's MinGW.
///
/// # Errors
///
/// If a crate does not compile.
pub(super) fn check_windows(root: &Path, names: &[String]) -> Result<()> {
    print("== Windows");
    let installed = Command::new("rustup").current_dir(root).args(["target", "list", "--installed"]).output();
    let installed = installed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    // `ring` has C code.
    let compiler = Command::new("x86_64-w64-mingw32-gcc").arg("--version").output();
    if !installed.lines().any(|target| target == WINDOWS) || compiler.is_err() {
        print(&format!("skipped: needs `rustup target add {WINDOWS}` and `apt-get install gcc-mingw-w64-x86-64`"));
        return Ok(());
    }
    let mut arguments = vec!["check", "--locked", "--all-features", "--target", WINDOWS];
    arguments.extend(names.iter().flat_map(|name| ["--package", name]));
    cargo(root, &arguments, &[])
}

/// Returns the toolchain of this version in the output of `rustup toolchain list`.
fn toolchain<'a>(installed: &'a str, version: &str) -> Option<&'a str> {
    let names = installed.lines().filter_map(|line| line.split_whitespace().next());
    let is_version = |rest: &str| rest.is_empty() || rest.starts_with(['.', '-']);
    names.into_iter().find(|name| name.strip_prefix(version).is_some_and(is_version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toolchain_of_a_version_is_found() {
        let installed = "stable-x86_64-unknown-linux-gnu (active, default)\n1.8-x86_64-unknown-linux-gnu\n\
                         1.88.0-x86_64-unknown-linux-gnu\n";
        assert_eq!(toolchain(installed, "1.88"), Some("1.88.0-x86_64-unknown-linux-gnu"));
        assert_eq!(toolchain(installed, "1.8"), Some("1.8-x86_64-unknown-linux-gnu"));
        assert_eq!(toolchain(installed, "1.89"), None);
    }
}
