//! `keyfob completions`: prints a completion script. `keyfob man-pages`: writes the manual.

use clap::CommandFactory;

use crate::args::{Cli, Completions};
use crate::console;

pub(crate) fn run(args: &Completions) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "keyfob", &mut script);
    Ok(console::bytes(&script)?)
}

/// Writes a page for the program and one for each command.
#[cfg(feature = "man-pages")]
pub(crate) fn write_man_pages(args: &crate::args::ManPages) -> anyhow::Result<()> {
    use anyhow::Context;

    std::fs::create_dir_all(&args.directory)?;
    // The long version has the commit, and would differ in every build.
    let command = Cli::command().long_version(env!("CARGO_PKG_VERSION"));
    clap_mangen::generate_to(command, &args.directory)
        .with_context(|| format!("cannot write to {}", args.directory.display()))
}
