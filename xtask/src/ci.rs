//! Runs all checks that a change must pass, except the tests (`cargo test --workspace`).

mod client_pages;
mod features;
mod supply;
mod unused;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::cargo::cargo;
use crate::terminal::print;
use crate::{codegen, public_api, rustdoc};

/// Name and function of one check.
type Check = (&'static str, fn(&Path) -> Result<()>);

const CHECKS: &[Check] = &[
    ("formatting", |root| {
        cargo(root, &["fmt", "--all", "--check"], &[])?;
        // Separate workspaces. They are formatted only: their dependencies are not those of Keyfob.
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
        // Code for absent features is compiled only without features.
        cargo(root, &["clippy", "--locked", "--package", "keyfob-client", "--lib", "--", "-Dwarnings"], &[])
    }),
    ("documentation", |root| {
        rustdoc::document_workspace(root)?;
        client_pages::check(root)
    }),
    ("public API", |root| public_api::run(root, &public_api::Arguments::check())),
    ("dependencies: licenses, sources, versions, Rust version", supply::check),
    ("unused dependencies", unused::check),
    ("features alone and together", features::check),
];

/// Runs every check in order.
///
/// # Errors
///
/// The first check that fails; later ones do not run.
pub(crate) fn run(root: &Path) -> Result<()> {
    for (name, check) in CHECKS {
        print(&format!("== {name}"));
        let started = Instant::now();
        check(root).with_context(|| format!("the check `{name}` failed"))?;
        print(&format!("== {name}: ok, {} s", started.elapsed().as_secs()));
    }
    Ok(())
}
