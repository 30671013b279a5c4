//! The end of a run: applies the journal to the existing export, in a new file that replaces it in one step.

use std::path::PathBuf;

use anyhow::Context;

use super::columns::{self, Column};
use super::format::{Format, Row};
use super::journal::NetChanges;
use super::paths::ExportPaths;
use super::state::State;

/// Writes the export and returns its number of rows. Changed rows follow the unchanged ones.
pub(super) fn merge(paths: &ExportPaths, state: &State, format: Format, columns: Vec<Column>) -> anyhow::Result<u64> {
    let changes = NetChanges::read(&paths.journal, format.has_columns())?;
    let base = state.has_base.then_some(paths.out.as_path());
    let base_names = base.map(|base| format.names(base)).transpose()?.unwrap_or_default();
    let columns = columns::with_additional(columns, base_names);
    let columns = columns::with_additional(columns, changes.names.iter().cloned());
    let output = TempOutput::new(paths)?;
    let mut writer = format.create(&output.0, columns)?;
    let mut rows = 0;
    if let Some(base) = base {
        format.rows(base, &mut |row| {
            if row.id()?.is_some_and(|id| changes.contains(&id)) {
                return Ok(());
            }
            rows += 1;
            writer.write(&row)
        })?;
    }
    changes.rows(&paths.journal, |json| {
        rows += 1;
        writer.write(&Row::Json(json.to_owned()))
    })?;
    writer.finish()?;
    let renamed = std::fs::File::open(&output.0).and_then(|file| file.sync_all());
    let renamed = renamed.and_then(|()| std::fs::rename(&output.0, &paths.out));
    renamed.with_context(|| format!("cannot write {}", paths.out.display()))?;
    Ok(rows)
}

/// A temporary output file, removed on drop unless it was renamed.
struct TempOutput(PathBuf);

impl TempOutput {
    fn new(paths: &ExportPaths) -> anyhow::Result<Self> {
        let mut name = paths.out.file_name().context("the output path has no file name")?.to_owned();
        name.push(".new");
        Ok(Self(paths.out.with_file_name(name)))
    }
}

impl Drop for TempOutput {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
