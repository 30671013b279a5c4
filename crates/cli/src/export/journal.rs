//! The journal: changes of rows in the order received, one per line.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::columns::{Column, Kind};
use super::event::Event;
use super::paths::ExportPaths;
use super::private;
use super::row_id;

/// The error of a journal that cannot be decoded.
///
/// Added to an error's context chain. The export cannot continue from its checkpoint.
#[derive(Debug)]
pub(super) struct Damaged(PathBuf);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged; export again without --resume", self.0.display())
    }
}

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
            let mut file = private::open(path)?;
            file.set_len(length)?;
            file.seek(SeekFrom::End(0))?;
            Ok::<_, std::io::Error>(BufWriter::with_capacity(1 << 20, file))
        };
        Ok(Self { file: open().with_context(|| format!("cannot write {}", path.display()))?, length })
    }

    pub(super) fn write(&mut self, event: &Event) -> anyhow::Result<()> {
        let line = match event {
            Event::Upsert { json, .. } | Event::Unreadable { json } => format!("+{json}\n"),
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
    /// `true` if a value does not have the type of its column.
    pub(super) has_rejects: bool,
}

impl NetChanges {
    /// Reads the journal. The properties of the rows are compared with the columns, if there are any.
    pub(super) fn read(path: &Path, columns: &[Column]) -> anyhow::Result<Self> {
        let kinds: HashMap<&str, Kind> = columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
        let mut changes = Self::default();
        each_line(path, |line| {
            if let Change::Row(json) = line.change
                && !kinds.is_empty()
            {
                let members: Map<String, Value> = line.parse(json)?;
                for (name, value) in &members {
                    changes.has_rejects |= kinds.get(name.as_str()).is_some_and(|kind| !kind.accepts(value));
                    if !changes.names.contains(name) {
                        changes.names.insert(name.clone());
                    }
                }
            }
            if let Some(id) = line.id()? {
                changes.last_line.insert(id.into(), line.number);
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
        each_line(path, |line| {
            let Change::Row(json) = line.change else { return Ok(()) };
            let is_last = line.id()?.is_none_or(|id| self.last_line.get(id.as_str()) == Some(&line.number));
            if is_last { visit(json) } else { Ok(()) }
        })
    }
}

/// A line of the journal.
#[derive(Clone, Copy)]
struct Line<'a> {
    path: &'a Path,
    number: u64,
    change: Change<'a>,
}

/// The content of a line, as JSON.
#[derive(Clone, Copy)]
enum Change<'a> {
    Row(&'a str),
    Deleted(&'a str),
}

impl Line<'_> {
    fn id(self) -> anyhow::Result<Option<String>> {
        match self.change {
            Change::Row(json) => row_id::of_json(json).with_context(|| Damaged(self.path.to_owned())),
            Change::Deleted(json) => self.parse(json).map(Some),
        }
    }

    fn parse<T: DeserializeOwned>(self, json: &str) -> anyhow::Result<T> {
        serde_json::from_str(json).with_context(|| Damaged(self.path.to_owned()))
    }
}

/// Calls `visit` with each line, and returns its first error unchanged.
fn each_line(path: &Path, mut visit: impl FnMut(Line<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let unreadable = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(unreadable)?;
    for (number, line) in (0..).zip(BufReader::with_capacity(1 << 20, file).lines()) {
        let line = match line {
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Err(error).context(Damaged(path.to_owned()));
            }
            line => line.with_context(unreadable)?,
        };
        let change = match line.split_at_checked(1) {
            Some(("+", json)) => Change::Row(json),
            Some(("-", json)) => Change::Deleted(json),
            _ => anyhow::bail!(Damaged(path.to_owned())),
        };
        visit(Line { path, number, change })?;
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
        let columns = [Column { name: "a".to_owned(), kind: Kind::Integer }];
        let changes = NetChanges::read(&path, &columns).unwrap();
        let mut rows = Vec::new();
        let result = changes.rows(&path, |row| {
            rows.push(row.to_owned());
            Ok(())
        });
        result.unwrap();
        assert_eq!(rows, ["{\"id\":\"1\",\"b\":2}", "{\"c\":1}"]);
        assert_eq!(changes.names.iter().collect::<Vec<_>>(), ["a", "b", "c", "id"]);
        assert!(!changes.has_rejects && NetChanges::read(&path, &[]).unwrap().names.is_empty());
        let texts = [Column { name: "b".to_owned(), kind: Kind::Boolean }];
        assert!(NetChanges::read(&path, &texts).unwrap().has_rejects);
        assert!(changes.contains("3") && !changes.contains("4"));
        // A row that cannot be written says nothing about the journal.
        let error = changes.rows(&path, |_| anyhow::bail!("no space left on device")).unwrap_err();
        assert_eq!(error.to_string(), "no space left on device");
        std::fs::write(&path, "+{\"id\"\n").unwrap();
        let error = NetChanges::read(&path, &[]).err().unwrap();
        assert!(error.is::<Damaged>() && error.to_string().ends_with("export again without --resume"), "{error}");
        std::fs::remove_file(&path).unwrap();
    }
}
