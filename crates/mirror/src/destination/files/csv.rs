//! CSV as in RFC 4180, UTF-8, with a header line. Null and the empty string are both an empty cell.

use std::io::{self, Write};

use csv::{ByteRecord, ReaderBuilder, WriterBuilder};
use keyfob_client::table::ColumnType;

use super::format::{Format, Input};
use super::layout::{Layout, Rows};
use super::lines;
use crate::destination::text;

pub(super) struct Csv {
    /// Texts that a spreadsheet would run as formulas begin with an apostrophe.
    pub(super) neutralized: bool,
}

impl Format for Csv {
    fn chunk_rows(&self) -> usize {
        8192
    }

    fn is_concatenable(&self) -> bool {
        true
    }

    fn header(&self, layout: &Layout) -> io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(layout.columns.iter().map(|column| &column.name))?;
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    fn encode(&self, layout: &Layout, rows: &[Rows], out: &mut Vec<u8>) -> io::Result<()> {
        let (mut writer, mut cell) = (WriterBuilder::new().buffer_capacity(1 << 16).from_writer(out), Vec::new());
        for rows in rows {
            for row in 0..rows.len {
                for (column, values) in layout.columns.iter().zip(&rows.columns) {
                    cell.clear();
                    text::append(column.kind, values.value(row), &mut cell);
                    if self.neutralized && matches!(column.kind, ColumnType::Text | ColumnType::Json) {
                        neutralize(&mut cell);
                    }
                    writer.write_field(&cell)?;
                }
                writer.write_record(None::<&[u8]>)?;
            }
        }
        writer.flush()
    }

    fn merge(&self, layout: &Layout, inputs: &[Input<'_>], out: &mut (dyn Write + Send)) -> io::Result<()> {
        out.write_all(&self.header(layout)?)?;
        for input in inputs {
            if input.layout == layout { lines::copy(input, true, true, out)? } else { convert(layout, input, out)? }
        }
        Ok(())
    }
}

/// Copies the rows of an input with other columns, or in another order.
fn convert(layout: &Layout, input: &Input<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let positions: Vec<_> = layout.columns.iter().map(|column| input.layout.position(&column.name)).collect();
    let mut reader = ReaderBuilder::new().has_headers(input.is_complete).from_reader(input.reader()?);
    let (mut writer, mut record, mut row) = (csv::Writer::from_writer(out), ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record)? {
        if !input.is_superseded(row) {
            let cell = |position: &Option<usize>| position.and_then(|found| record.get(found)).unwrap_or_default();
            writer.write_record(positions.iter().map(cell))?;
        }
        row += 1;
    }
    writer.flush()
}

/// Puts an apostrophe before a text that a spreadsheet would run as a formula.
fn neutralize(cell: &mut Vec<u8>) {
    if is_formula(cell) {
        cell.insert(0, b'\'');
    }
}

/// Returns `true` for a text that a spreadsheet would run as a formula. A number with a sign is none.
///
/// The characters are those that OWASP names: a tab and a carriage return are skipped by some spreadsheets.
fn is_formula(cell: &[u8]) -> bool {
    let is_number = || {
        let number = std::str::from_utf8(cell).ok().and_then(|text| text.parse::<f64>().ok());
        cell.iter().all(|byte| b"+-.0123456789".contains(byte)) && number.is_some()
    };
    cell.first().is_some_and(|first| b"=+-@\t\r".contains(first)) && !is_number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, neutralized: &str) {
        let mut bytes = cell.as_bytes().to_vec();
        neutralize(&mut bytes);
        assert_eq!(String::from_utf8(bytes).unwrap(), neutralized);
    }

    #[test]
    fn formulas_begin_with_an_apostrophe_and_numbers_do_not() {
        check("=1+1", "'=1+1");
        check("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0");
        check("-2+3", "'-2+3");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\t=1", "'\t=1");
        check("-", "'-");
        for unchanged in ["-2.5", "+4712345678", "", "text", "1=2", "'quoted'", "a@b.example"] {
            check(unchanged, unchanged);
        }
    }
}
