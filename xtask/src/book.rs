//! Builds the book with mdBook.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Version of mdBook that the book is written for.
const VERSION: &str = "0.5.4";

/// Directory of the book, below the root.
const BOOK: &str = "docs/book";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Open the book in a browser
    #[arg(long)]
    open: bool,
}

/// Runs `mdbook build`, which writes the book to target/book.
///
/// # Errors
///
/// If mdBook is not installed, or rejects the book.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let installed = Command::new("mdbook").arg("--version").output().is_ok_and(|output| output.status.success());
    ensure!(installed, "mdBook is not installed; run `cargo install --locked mdbook --version {VERSION}`");
    let mut command = Command::new("mdbook");
    command.arg("build").args(arguments.open.then_some("--open")).arg(root.join(BOOK));
    let status = command.status().context("starting mdBook")?;
    ensure!(status.success(), "mdBook does not build {BOOK}; its messages are above");
    Ok(())
}
