//! The journal: changes of rows in the order received, one per line.

use std::collections::{BTreeSet, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::event::Event;
use super::paths::ExportPaths;

/// The journal of a run, open for writing. A line is `+` and a row, or `-` and an id, as JSON.
pub(super) struct Journal {
    file: BufWriter<File>,
    length: u64,
}

impl Journal {
    /// Opens the journal and truncates it to `length`, because the checkpoint does not cover later lines.
    pub(super) fn open(paths: &ExportPaths, length: u64) -> anyhow::Result<Self> {
        let path = &paths.journal;
        let open = || {
            let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
            file.set_len(length)?;
            file.seek(SeekFrom::End(0))?;
            Ok::<_, std::io::Error>(BufWriter::with_capacity(1 << 20, file))
        };
        Ok(Self { file: open().with_context(|| format!("cannot write {}", path.display()))?, length })
    }

    pub(super) fn write(&mut self, event: &Event) -> anyhow::Result<()> {
        let line = match event {
            Event::Upsert { json, .. } => format!("+{json}\n"),
            Event::Delete { id } => format!("-{}\n", serde_json::to_string(id)?),
        };
        self.length += line.len() as u64;
        self.file.write_all(line.as_bytes()).context("cannot write the journal")
    }

    /// Writes the journal to disk and returns its length in bytes.
    pub(super) fn sync(&mut self) -> anyhow::Result<u64> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_data());
        synced.context("cannot write the journal")?;
        Ok(self.length)
    }
}

/// The net result of a journal: the last change of each row.
#[derive(Default)]
pub(super) struct NetChanges {
    /// Line number of the last change of each row, by the row's id.
    last_line: HashMap<Box<str>, u64>,
    /// Names of all properties.
    pub(super) names: BTreeSet<String>,
}

impl NetChanges {
    /// Reads the journal. Property names are collected if `with_names` is set.
    pub(super) fn read(path: &Path, with_names: bool) -> anyhow::Result<Self> {
        let mut changes = Self::default();
        each_line(path, |number, line| {
            if with_names && let Line::Row(json) = line {
                let members: Map<String, Value> = serde_json::from_str(json)?;
                for name in members.keys().filter(|name| !changes.names.contains(*name)).cloned().collect::<Vec<_>>() {
                    changes.names.insert(name);
                }
            }
            if let Some(id) = line.id()? {
                changes.last_line.insert(id.into(), number);
            }
            Ok(())
        })?;
        Ok(changes)
    }

    /// Returns `true` if the journal has a change of the row.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.last_line.contains_key(id)
    }

    /// Calls `visit` with each row that exists at the end, as JSON. Rows without an id are never replaced.
    pub(super) fn rows(&self, path: &Path, mut visit: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        each_line(path, |number, line| {
            let Line::Row(json) = line else { return Ok(()) };
            let is_last = line.id()?.is_none_or(|id| self.last_line.get(id.as_str()) == Some(&number));
            if is_last { visit(json) } else { Ok(()) }
        })
    }
}

/// A line of the journal. The content is JSON.
#[derive(Clone, Copy)]
enum Line<'a> {
    Row(&'a str),
    Deleted(&'a str),
}

impl Line<'_> {
    fn id(self) -> anyhow::Result<Option<String>> {
        match self {
            Self::Row(json) => id(json),
            Self::Deleted(json) => Ok(Some(serde_json::from_str(json)?)),
        }
    }
}

/// Returns the id of a row given as JSON; `None` if it is absent or empty.
pub(super) fn id(json: &str) -> anyhow::Result<Option<String>> {
    #[derive(Deserialize)]
    struct Row {
        id: Option<String>,
    }

    let row: Row = serde_json::from_str(json)?;
    Ok(row.id.filter(|id| !id.is_empty()))
}

/// Calls `visit` with the number and content of each line.
fn each_line(path: &Path, mut visit: impl FnMut(u64, Line<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let damaged = || format!("{} is damaged; export again without --resume", path.display());
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    for (number, line) in (0..).zip(BufReader::with_capacity(1 << 20, file).lines()) {
        let line = line.with_context(damaged)?;
        let parsed = match line.split_at_checked(1) {
            Some(("+", json)) => Line::Row(json),
            Some(("-", json)) => Line::Deleted(json),
            _ => anyhow::bail!(damaged()),
        };
        visit(number, parsed).with_context(damaged)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_change_of_a_row_wins() {
        let path = std::env::temp_dir().join(format!("keyfob-journal-{}", std::process::id()));
        let lines =
            ["+{\"id\":\"1\",\"a\":1}", "+{\"id\":\"2\"}", "-\"2\"", "+{\"id\":\"1\",\"b\":2}", "-\"3\"", "+{\"c\":1}"];
        std::fs::write(&path, format!("{}\n", lines.join("\n"))).unwrap();
        let changes = NetChanges::read(&path, true).unwrap();
        let mut rows = Vec::new();
        let result = changes.rows(&path, |row| {
            rows.push(row.to_owned());
            Ok(())
        });
        result.unwrap();
        assert_eq!(rows, ["{\"id\":\"1\",\"b\":2}", "{\"c\":1}"]);
        assert_eq!(changes.names.iter().collect::<Vec<_>>(), ["a", "b", "c", "id"]);
        assert!(changes.contains("3") && !changes.contains("4"));
        std::fs::write(&path, "+{\"id\"\n").unwrap();
        assert!(NetChanges::read(&path, false).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
