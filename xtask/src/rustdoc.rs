//! Runs rustdoc with unstable options on a stable toolchain.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::cargo::cargo;

/// Variable with the path of rustdoc. It is set when cargo runs this program in place of rustdoc.
const WRAPPED: &str = "XTASK_RUSTDOC";

/// Variable with the [`Mode`] of the wrapper.
const MODE: &str = "XTASK_RUSTDOC_MODE";

/// Additional work of the wrapper.
enum Mode {
    /// Run rustdoc a second time, with JSON as output.
    Json,
    /// Permit unstable features in the documented crates.
    Unstable,
}

/// Documents the workspace as HTML, and as JSON in `target/doc/<library>.json`. Warnings are errors.
///
/// Both are written for the same crates at the same time, so that cargo, which does not distinguish them, repeats neither
/// for a crate that did not change.
///
/// # Errors
///
/// If cargo cannot be started or fails.
pub(crate) fn document_workspace(root: &Path) -> Result<()> {
    // The second flag changes nothing. It distinguishes this output from that of other commands, which has no JSON.
    let flags = "-Dwarnings -Drustdoc::broken_intra_doc_links";
    run(root, &["--locked", "--workspace", "--no-deps", "--all-features"], flags, &Mode::Json)
}

/// Documents a package as docs.rs does, with the features of a nightly toolchain. Warnings are errors.
///
/// # Errors
///
/// If cargo cannot be started or fails.
pub(crate) fn document_for_docs_rs(directory: &Path, package: &str) -> Result<()> {
    let options = ["--quiet", "--no-deps", "--lib", "--all-features", "--package", package];
    run(directory, &options, "--cfg docsrs -Dwarnings", &Mode::Unstable)
}

/// Runs `cargo doc` with this program in place of rustdoc.
///
/// `RUSTC_BOOTSTRAP`, which permits unstable options, is set for rustdoc alone. Build scripts that find the variable
/// compile their crates with unstable features, and so all dependencies would be compiled again.
fn run(directory: &Path, options: &[&str], flags: &str, mode: &Mode) -> Result<()> {
    let program = env::current_exe().context("finding this program")?;
    let program = program.to_str().context("the path of this program is not UTF-8")?;
    let rustdoc = env::var("RUSTDOC").unwrap_or_else(|_| "rustdoc".into());
    let mode = match mode {
        Mode::Json => "json",
        Mode::Unstable => "unstable",
    };
    let arguments = [&["doc"], options].concat();
    let variables = [("RUSTDOC", program), (WRAPPED, &rustdoc), (MODE, mode), ("RUSTDOCFLAGS", flags)];
    cargo(directory, &arguments, &variables)
}

/// Runs rustdoc with the arguments of this program, if cargo started it in place of rustdoc.
pub(crate) fn run_as_wrapper() -> Option<ExitCode> {
    let rustdoc = env::var_os(WRAPPED)?;
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let json = ["-Zunstable-options", "--output-format=json", "--cap-lints=allow"].map(OsString::from);
    let command = |unstable: bool| {
        let mut command = Command::new(&rustdoc);
        command.args(&arguments);
        if unstable {
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        command
    };
    let succeeds = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    let success = match env::var(MODE).as_deref() {
        // The JSON of a crate whose HTML failed would not be used.
        Ok("json") => succeeds(&mut command(false)) && succeeds(command(true).args(json)),
        _ => succeeds(&mut command(true)),
    };
    Some(if success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
