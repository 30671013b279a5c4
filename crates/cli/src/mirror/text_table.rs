//! A table of text for a terminal.

use crate::console::{FAINT, line, paint};

/// Alignment of a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Prints a table: names of the columns, then the rows. The last column is not padded.
///
/// # Errors
///
/// If standard output cannot be written.
pub(super) fn print(columns: &[(&str, Align)], rows: &[Vec<String>]) -> std::io::Result<()> {
    let names: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&names]).map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let format = |row: &[String]| {
        let cells = row.iter().zip(&widths).zip(columns).map(|((cell, width), (_, align))| match align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    line(paint(FAINT, format(&names)))?;
    rows.iter().try_for_each(|row| line(format(row)))
}
