//! Writing to people: colours on a terminal only, never with `NO_COLOR`, and quiet about a closed pipe.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

pub(crate) const TITLE: Style = Style::new().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const NOTED: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// `text` in `style`, where the output shows styles.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Writes a line to the standard output.
///
/// # Errors
///
/// When it cannot be written to, except that a reader who has left (`| head`) is no error.
pub(crate) fn line(text: impl Display) -> io::Result<()> {
    left(writeln!(anstream::stdout(), "{text}"))
}

/// Writes JSON to the standard output, indented.
///
/// # Errors
///
/// As [`line`].
pub(crate) fn json(value: &impl serde::Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    left(writeln!(io::stdout(), "{text}"))
}

/// Writes bytes to the standard output as they are.
///
/// # Errors
///
/// As [`line`].
pub(crate) fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    left(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Writes a line to the standard error.
pub(crate) fn note(text: impl Display) {
    // Nobody is left to be told when this fails.
    let _ = writeln!(anstream::stderr(), "{text}");
}

fn left(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        result => result,
    }
}
