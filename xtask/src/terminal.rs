//! Output of the commands.

/// Prints a line on standard output.
#[expect(clippy::print_stdout, reason = "a command line prints")]
pub(crate) fn print(line: &str) {
    println!("{line}");
}

/// Prints an error on standard error.
#[expect(clippy::print_stderr, reason = "a command line prints")]
pub(crate) fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
