//! CSV as in RFC 4180, UTF-8, with a header line. Null and the empty string are both an empty cell.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use csv::{Reader, ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::{Row, Writer};
use crate::export::columns::{Column, text};

struct Table {
    columns: Vec<Column>,
    writer: csv::Writer<File>,
}

pub(super) fn create(path: &Path, columns: Vec<Column>) -> anyhow::Result<Box<dyn Writer>> {
    let mut writer = csv::Writer::from_path(path).with_context(|| format!("cannot write {}", path.display()))?;
    writer.write_record(columns.iter().map(|column| &column.name))?;
    Ok(Box::new(Table { columns, writer }))
}

impl Writer for Table {
    fn write(&mut self, row: &Row) -> anyhow::Result<()> {
        let members = row.members()?;
        let cells = self.columns.iter().map(|column| text(&members, &column.name).unwrap_or_default());
        Ok(self.writer.write_record(cells)?)
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        Ok(self.writer.flush()?)
    }
}

pub(super) fn names(path: &Path) -> anyhow::Result<Vec<String>> {
    Ok(open(path)?.headers()?.iter().map(str::to_owned).collect())
}

pub(super) fn rows(path: &Path, visit: &mut dyn FnMut(Row) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut reader = open(path)?;
    let names = reader.headers()?.clone();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).with_context(|| format!("{} is not valid CSV", path.display()))? {
        let cells = names.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        let members: Map<String, Value> = cells.map(|(name, cell)| (name.to_owned(), cell.into())).collect();
        visit(Row::Members(members))?;
    }
    Ok(())
}

fn open(path: &Path) -> anyhow::Result<Reader<File>> {
    ReaderBuilder::new().from_path(path).with_context(|| format!("cannot read {}", path.display()))
}
