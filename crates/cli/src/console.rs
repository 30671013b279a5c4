//! Terminal output: colors on a terminal only, never with `NO_COLOR`, and no error for a closed pipe.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

pub(crate) const TITLE: Style = Style::new().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Wraps `text` in the escape codes of `style`. anstream removes them where the output is not a terminal.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Replaces control characters, with which a text from elsewhere could rewrite the terminal, by spaces.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Replaces control characters by spaces, except tabs and the ends of lines.
pub(crate) fn printable_lines(text: &str) -> String {
    text.replace("\r\n", "\n").chars().map(|c| if c.is_control() && !"\n\t".contains(c) { ' ' } else { c }).collect()
}

/// Writes a line to standard output.
///
/// # Errors
///
/// If writing fails. A closed pipe (`| head`) ends the process with status 0 instead.
pub(crate) fn line(text: impl Display) -> io::Result<()> {
    exit_on_closed_pipe(writeln!(anstream::stdout(), "{text}"))
}

/// Writes indented JSON to standard output.
///
/// # Errors
///
/// As [`line`].
pub(crate) fn json(value: &impl serde::Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    exit_on_closed_pipe(writeln!(io::stdout(), "{text}"))
}

/// Writes bytes to standard output unchanged.
///
/// # Errors
///
/// As [`line`].
pub(crate) fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    exit_on_closed_pipe(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Writes a line to standard error.
pub(crate) fn note(text: impl Display) {
    // There is no further stream to report a failure to.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Ends the process with status 0 if the reader has closed the pipe.
fn exit_on_closed_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_of_a_text_reaches_the_terminal() {
        let text = "red \u{1b}[31m\u{7}\u{9b}2J\u{7f}\r\nold\rnew\tx\n";
        assert_eq!(printable_lines(text), "red  [31m  2J \nold new\tx\n");
        assert_eq!(printable(text), "red  [31m  2J   old new x ");
    }
}
