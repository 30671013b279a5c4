//! The end of a run: what the journal says, put on what the export has, in a new file that takes its place at once.

use std::path::PathBuf;

use anyhow::Context;

use super::columns::{self, Column};
use super::format::{Format, Row};
use super::journal::Outcome;
use super::state::{Place, State};

/// Writes the export and says how many rows it has. Rows that changed stand behind those that did not.
pub(super) fn merge(place: &Place, state: &State, format: Format, columns: Vec<Column>) -> anyhow::Result<u64> {
    let outcome = Outcome::read(&place.journal, format.has_columns())?;
    let base = state.has_base.then_some(place.out.as_path());
    let of_base = base.map(|base| format.names(base)).transpose()?.unwrap_or_default();
    let columns = columns::with_others(columns, of_base);
    let columns = columns::with_others(columns, outcome.names.iter().cloned());
    let new = New::beside(place)?;
    let mut writer = format.create(&new.0, columns)?;
    let mut rows = 0;
    if let Some(base) = base {
        format.rows(base, &mut |row| {
            if row.id()?.is_some_and(|id| outcome.knows(&id)) {
                return Ok(());
            }
            rows += 1;
            writer.write(&row)
        })?;
    }
    outcome.rows(&place.journal, |json| {
        rows += 1;
        writer.write(&Row::Json(json.to_owned()))
    })?;
    writer.finish()?;
    let renamed = std::fs::File::open(&new.0).and_then(|file| file.sync_all());
    let renamed = renamed.and_then(|()| std::fs::rename(&new.0, &place.out));
    renamed.with_context(|| format!("cannot write {}", place.out.display()))?;
    Ok(rows)
}

/// A file that is not there any more if it was not given its name.
struct New(PathBuf);

impl New {
    fn beside(place: &Place) -> anyhow::Result<Self> {
        let mut name = place.out.file_name().context("it is a file name")?.to_owned();
        name.push(".new");
        Ok(Self(place.out.with_file_name(name)))
    }
}

impl Drop for New {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
