//! Checks that the crates can be published, and publishes them.

mod compatibility;
mod packed;
mod readiness;

use std::path::Path;

use anyhow::{Result, ensure};

use crate::cargo::{self, published};
use crate::terminal::print;

/// Arguments of `cargo xtask release`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run all checks and publish nothing
    #[arg(long)]
    dry_run: bool,
    /// Package uncommitted changes too
    #[arg(long, requires = "dry_run")]
    allow_dirty: bool,
}

/// Packages each crate, builds it from its package, checks compatibility, and publishes.
///
/// # Errors
///
/// If a check fails, or something is missing that a release requires. With `--dry-run`, missing things are reported.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let missing = readiness::missing(root)?;
    ensure!(
        arguments.dry_run || missing.is_empty(),
        "this commit is not ready to be published:\n  {}",
        missing.join("\n  ")
    );
    let names = published(root)?;
    packed::check(root, &names, arguments.allow_dirty)?;
    compatibility::check_api(root, &names)?;
    compatibility::check_oldest_rust(root, &names)?;
    compatibility::check_windows(root, &names)?;
    if arguments.dry_run {
        print("== all checks passed; nothing was published");
        for line in missing {
            print(&format!("missing for a release: {line}"));
        }
        return Ok(());
    }
    // All packages were built above, without the token of the registry.
    let mut options = vec!["--locked", "--no-verify"];
    options.extend(names.iter().flat_map(|name| ["--package", name]));
    cargo::publish(root, &options)
}
