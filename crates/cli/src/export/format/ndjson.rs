//! NDJSON: one row per line, as the service's JSON.

use std::io::{BufRead, BufReader, BufWriter, Write};

use anyhow::Context;

use super::{Row, Writer};
use crate::export::output::{HashedFile, HashedInput};

struct Lines(BufWriter<HashedFile>);

pub(super) fn writer(file: HashedFile) -> Box<dyn Writer> {
    Box::new(Lines(BufWriter::with_capacity(1 << 20, file)))
}

impl Writer for Lines {
    fn write(&mut self, row: &Row) -> anyhow::Result<()> {
        match row {
            Row::Json(json) => self.0.write_all(json.as_bytes())?,
            Row::Members(members) => serde_json::to_writer(&mut self.0, members)?,
        }
        Ok(self.0.write_all(b"\n")?)
    }

    fn finish(self: Box<Self>) -> anyhow::Result<HashedFile> {
        Ok(self.0.into_inner().map_err(std::io::IntoInnerError::into_error)?)
    }
}

pub(super) fn rows(input: &mut HashedInput, visit: &mut dyn FnMut(Row) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let unreadable = input.unreadable();
    for line in BufReader::with_capacity(1 << 20, input).lines() {
        let line = line.with_context(|| unreadable.clone())?;
        if !line.trim().is_empty() {
            visit(Row::Json(line))?;
        }
    }
    Ok(())
}
