//! Everything that has to hold before a change lands, except the tests, which the README's own command runs.

mod features;
mod supply;
mod unused;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::codegen;

/// One check: what it is called, and what it does.
type Step = (&'static str, fn(&Path) -> Result<()>);

const STEPS: &[Step] = &[
    ("formatting", |root| {
        cargo(root, &["fmt", "--all", "--check"], &[])?;
        // Workspaces of their own, which are not built here: what they have beside Keyfob is not Keyfob's.
        cargo(&root.join("crates/bench"), &["fmt", "--check"], &[])?;
        cargo(&root.join("examples/otlp"), &["fmt", "--check"], &[])
    }),
    ("generated files", |root| codegen::run(root, &codegen::Arguments::check())),
    ("lints", |root| {
        cargo(
            root,
            &["clippy", "--locked", "--workspace", "--all-targets", "--all-features", "--", "-Dwarnings"],
            &[],
        )?;
        // Without any of its features other parts of it would be left over.
        cargo(root, &["clippy", "--locked", "--package", "keyfob-client", "--lib", "--", "-Dwarnings"], &[])
    }),
    ("documentation", |root| {
        let arguments = ["doc", "--locked", "--workspace", "--no-deps", "--all-features"];
        cargo(root, &arguments, &[("RUSTDOCFLAGS", "-Dwarnings")])
    }),
    ("dependencies: licences, sources, versions, Rust version", supply::check),
    ("unused dependencies", unused::check),
    ("features alone and together", features::check),
];

/// Runs every check, in order, and stops at the first that fails.
pub(crate) fn run(root: &Path) -> Result<()> {
    for (name, check) in STEPS {
        say(&format!("== {name}"));
        let started = Instant::now();
        check(root).with_context(|| format!("`{name}` does not hold"))?;
        say(&format!("== {name}: ok, {} s", started.elapsed().as_secs()));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the command line")]
fn say(line: &str) {
    println!("{line}");
}

/// Runs cargo in the workspace and fails if it does.
fn cargo(root: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    let status = command(root, arguments).envs(variables.iter().copied()).status().context("starting cargo")?;
    ensure!(status.success(), "`cargo {}` failed", arguments.join(" "));
    Ok(())
}

/// Runs cargo in the workspace and gives what it printed.
fn output(root: &Path, arguments: &[&str]) -> Result<String> {
    let output = command(root, arguments).output().context("starting cargo")?;
    if !output.status.success() {
        bail!("`cargo {}` failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).context("cargo prints UTF-8")
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    command
}
