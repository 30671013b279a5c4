//! Everything that has to hold before a change lands, except the tests, which the README's own command runs.

mod cargo;
mod features;
mod supply;
mod unused;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use self::cargo::cargo;
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
