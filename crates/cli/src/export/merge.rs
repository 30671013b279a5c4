//! The end of a run: applies the journal to the existing export, in a new file that replaces it in one step.

use anyhow::{Context, bail};

use super::columns::{self, Column, Kind, REJECTS};
use super::format::{Format, Row};

use super::journal::NetChanges;
use super::output::{HashedInput, TempOutput};
use super::paths::ExportPaths;
use super::state::{Complete, State};
use crate::interrupt::{Interrupt, Interrupted};

/// Writes the export and returns its number of rows. Changed rows follow the unchanged ones.
///
/// After a failure at any point, the checkpoint describes the files: the next run merges again, or finds the export in
/// place.
pub(super) fn merge(
    paths: &ExportPaths,
    state: &mut State,
    format: Format,
    columns: Vec<Column>,
    interrupt: &Interrupt,
) -> anyhow::Result<u64> {
    let unwritable = || format!("cannot write {}", paths.new.display());
    let changes = NetChanges::read(&paths.journal, &columns)?;
    let columns = all_columns(columns, state, &changes, format);
    let (output, file) = TempOutput::create(paths).with_context(unwritable)?;
    let mut writer = format.writer(file, columns.clone()).with_context(unwritable)?;
    let mut rows = 0;
    let mut write = |row: &Row| {
        interrupt.check()?;
        rows += 1;
        writer.write(row).with_context(unwritable)
    };
    if let Some(base) = &state.base {
        let mut input = HashedInput::open(&paths.out)?;
        let copied = format.rows(&mut input, &mut |row| {
            let replaced = row.id()?.is_some_and(|id| changes.contains(&id));
            if replaced { Ok(()) } else { write(&row) }
        });
        // The run may have taken hours since the first check. A file that cannot be decoded was probably changed.
        let interrupted = copied.as_ref().is_err_and(anyhow::Error::is::<Interrupted>);
        if !interrupted && let Some(difference) = base.difference(&paths.out, &input.finish()?) {
            bail!(difference);
        }
        copied?;
    }
    changes.rows(&paths.journal, |json| write(&Row::Json(json.to_owned())))?;
    let digest = writer.finish().and_then(|file| Ok(file.sync()?)).with_context(unwritable)?;
    state.announce(paths, Complete { rows, digest, columns })?;
    output.replace().with_context(|| format!("cannot replace {}", paths.out.display()))?;
    state.finish(paths)?;
    Ok(rows)
}

/// Returns the described columns, then those that the export has besides, then those that are new.
fn all_columns(described: Vec<Column>, state: &State, changes: &NetChanges, format: Format) -> Vec<Column> {
    if !format.has_columns() {
        return Vec::new();
    }
    let base = state.base.as_ref().map(|base| base.columns.clone()).unwrap_or_default();
    let rejects = (format.is_typed() && changes.has_rejects).then(|| REJECTS.to_owned());
    let new = changes.names.iter().cloned().chain(rejects).map(|name| Column { name, kind: Kind::Text });
    columns::with_additional(columns::with_additional(described, base), new)
}
