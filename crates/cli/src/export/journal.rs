//! The journal: what happened to rows, in the order in which it was heard of, one line each.

use std::collections::{BTreeSet, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::state::Place;
use super::tables::Event;

/// The journal of a run, to be written. A line is `+` and a row, or `-` and an id, as JSON.
pub(super) struct Journal {
    file: BufWriter<File>,
    length: u64,
}

impl Journal {
    /// Opens the journal, and drops what follows after `length`: it was written, but not remembered.
    pub(super) fn open(place: &Place, length: u64) -> anyhow::Result<Self> {
        let path = &place.journal;
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

    /// Makes sure that everything is on the disk, and says how much it is.
    pub(super) fn sync(&mut self) -> anyhow::Result<u64> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_data());
        synced.context("cannot write the journal")?;
        Ok(self.length)
    }
}

/// What the journal says in the end.
#[derive(Default)]
pub(super) struct Outcome {
    /// By a row's id, the line that says the last of it.
    last: HashMap<Box<str>, u64>,
    /// The names of all members.
    pub(super) names: BTreeSet<String>,
}

impl Outcome {
    /// Reads the journal once.
    pub(super) fn read(path: &Path, with_names: bool) -> anyhow::Result<Self> {
        let mut outcome = Self::default();
        each(path, |number, line| {
            if with_names && let Line::Row(json) = line {
                let members: Map<String, Value> = serde_json::from_str(json)?;
                for name in members.keys().filter(|name| !outcome.names.contains(*name)).cloned().collect::<Vec<_>>() {
                    outcome.names.insert(name);
                }
            }
            if let Some(id) = line.id()? {
                outcome.last.insert(id.into(), number);
            }
            Ok(())
        })?;
        Ok(outcome)
    }

    /// Whether the journal says anything of a row.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.last.contains_key(id)
    }

    /// Gives each row that is there in the end, as JSON. One without an id is there whenever it came.
    pub(super) fn rows(&self, path: &Path, mut give: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        each(path, |number, line| {
            let Line::Row(json) = line else { return Ok(()) };
            let is_last = line.id()?.is_none_or(|id| self.last.get(id.as_str()) == Some(&number));
            if is_last { give(json) } else { Ok(()) }
        })
    }
}

#[derive(Clone, Copy)]
enum Line<'a> {
    Row(&'a str),
    Gone(&'a str),
}

impl Line<'_> {
    fn id(self) -> anyhow::Result<Option<String>> {
        match self {
            Self::Row(json) => id(json),
            Self::Gone(json) => Ok(Some(serde_json::from_str(json)?)),
        }
    }
}

/// The id of a row.
pub(super) fn id(json: &str) -> anyhow::Result<Option<String>> {
    #[derive(Deserialize)]
    struct Row {
        id: Option<String>,
    }

    let row: Row = serde_json::from_str(json)?;
    Ok(row.id.filter(|id| !id.is_empty()))
}

fn each(path: &Path, mut see: impl FnMut(u64, Line<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let damaged = || format!("{} is damaged: start again without --resume", path.display());
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    for (number, line) in (0..).zip(BufReader::with_capacity(1 << 20, file).lines()) {
        let line = line.with_context(damaged)?;
        let parsed = match line.split_at_checked(1) {
            Some(("+", json)) => Line::Row(json),
            Some(("-", json)) => Line::Gone(json),
            _ => anyhow::bail!(damaged()),
        };
        see(number, parsed).with_context(damaged)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_a_row_holds() {
        let path = std::env::temp_dir().join(format!("keyfob-journal-{}", std::process::id()));
        let lines =
            ["+{\"id\":\"1\",\"a\":1}", "+{\"id\":\"2\"}", "-\"2\"", "+{\"id\":\"1\",\"b\":2}", "-\"3\"", "+{\"c\":1}"];
        std::fs::write(&path, format!("{}\n", lines.join("\n"))).unwrap();
        let outcome = Outcome::read(&path, true).unwrap();
        let mut rows = Vec::new();
        let taken = outcome.rows(&path, |row| {
            rows.push(row.to_owned());
            Ok(())
        });
        taken.unwrap();
        assert_eq!(rows, ["{\"id\":\"1\",\"b\":2}", "{\"c\":1}"]);
        assert_eq!(outcome.names.iter().collect::<Vec<_>>(), ["a", "b", "c", "id"]);
        assert!(outcome.knows("3") && !outcome.knows("4"));
        std::fs::write(&path, "+{\"id\"\n").unwrap();
        assert!(Outcome::read(&path, false).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
