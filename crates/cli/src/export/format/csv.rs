//! CSV as in RFC 4180, UTF-8, with a header line. Null and the empty string are both an empty cell.

use anyhow::Context;
use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::{Row, Writer};
use crate::export::columns::{Column, text};
use crate::export::output::{HashedFile, HashedInput};

struct Table {
    columns: Vec<Column>,
    neutralized: bool,
    writer: csv::Writer<HashedFile>,
}

pub(super) fn writer(file: HashedFile, columns: Vec<Column>, neutralized: bool) -> anyhow::Result<Box<dyn Writer>> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(columns.iter().map(|column| &column.name))?;
    Ok(Box::new(Table { columns, neutralized, writer }))
}

impl Writer for Table {
    fn write(&mut self, row: &Row) -> anyhow::Result<()> {
        let members = row.members()?;
        let cells = self.columns.iter().map(|column| {
            let cell = text(&members, &column.name).unwrap_or_default();
            if self.neutralized { neutralize(cell) } else { cell }
        });
        Ok(self.writer.write_record(cells)?)
    }

    fn finish(self: Box<Self>) -> anyhow::Result<HashedFile> {
        Ok(self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }
}

pub(super) fn rows(
    input: &mut HashedInput,
    neutralized: bool,
    visit: &mut dyn FnMut(Row) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let unreadable = input.unreadable();
    let mut reader = ReaderBuilder::new().buffer_capacity(1 << 20).from_reader(input);
    let names = reader.headers().with_context(|| unreadable.clone())?.clone();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).with_context(|| unreadable.clone())? {
        let cells = names.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        let cells = cells.map(|(name, cell)| (name, if neutralized { original(cell) } else { cell }));
        let members: Map<String, Value> = cells.map(|(name, cell)| (name.to_owned(), cell.into())).collect();
        visit(Row::Members(members))?;
    }
    Ok(())
}

/// Puts an apostrophe before a text that a spreadsheet would run as a formula.
fn neutralize(cell: String) -> String {
    if is_formula(&cell) { format!("'{cell}") } else { cell }
}

/// Removes the apostrophe of [`neutralize`].
fn original(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Returns `true` for a text that a spreadsheet would run as a formula. A number with a sign is none.
///
/// The characters are those that OWASP names: a tab and a carriage return are skipped by some spreadsheets.
fn is_formula(cell: &str) -> bool {
    let is_number = || cell.bytes().all(|byte| b"+-.0123456789".contains(&byte)) && cell.parse::<f64>().is_ok();
    cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, neutralized: &str) {
        assert_eq!(neutralize(cell.to_owned()), neutralized);
        assert_eq!(original(neutralized), cell);
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
