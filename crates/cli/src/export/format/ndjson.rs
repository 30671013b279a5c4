//! NDJSON: one row per line, as the service's JSON.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::Context;

use super::{Row, Writer};

struct Lines(BufWriter<File>);

pub(super) fn create(path: &Path) -> anyhow::Result<Box<dyn Writer>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Box::new(Lines(BufWriter::with_capacity(1 << 20, file))))
}

impl Writer for Lines {
    fn write(&mut self, row: &Row) -> anyhow::Result<()> {
        match row {
            Row::Json(json) => self.0.write_all(json.as_bytes())?,
            Row::Members(members) => serde_json::to_writer(&mut self.0, members)?,
        }
        Ok(self.0.write_all(b"\n")?)
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        Ok(self.0.flush()?)
    }
}

pub(super) fn rows(path: &Path, visit: &mut dyn FnMut(Row) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    for line in BufReader::with_capacity(1 << 20, file).lines() {
        let line = line.with_context(|| format!("cannot read {}", path.display()))?;
        if !line.trim().is_empty() {
            visit(Row::Json(line)).with_context(|| format!("{} is not valid NDJSON", path.display()))?;
        }
    }
    Ok(())
}
