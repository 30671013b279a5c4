//! Rows without a key, which no row of the copy can be compared with: the file `FILE.rejects.ndjson`.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::paths::CopyPaths;
use crate::batch::Batch;
use crate::destination::disk::Disk;

/// Valid part of the file.
///
/// The file is replaced before the state that describes it is stored. After a crash between the two it can be shorter than
/// `length`: its lines are then those of the replacement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unidentified {
    /// Number of different rows.
    pub(super) rows: u64,
    /// Length in bytes.
    pub(super) length: u64,
}

/// A line of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    /// Start of the run that received the row.
    run_started: DateTime<Utc>,
    field: String,
    expected: String,
    /// The row as received.
    raw: String,
}

impl Unidentified {
    /// Appends the rows of a batch that have no key, unless they were received before. A row that was not received since
    /// `from` is appended again, because each listing of all rows has the same rows until the service corrects them.
    pub(super) fn append(
        self,
        batch: &Batch,
        (from, started): (Option<DateTime<Utc>>, DateTime<Utc>),
        paths: &CopyPaths,
        disk: &Disk,
    ) -> io::Result<Self> {
        let mut rejects = batch.rejects().iter().filter(|reject| reject.key.is_none()).peekable();
        if rejects.peek().is_none() {
            return Ok(self);
        }
        let stored = self.read(&paths.rejects)?;
        let current = stored.iter().filter(|line| from.is_none_or(|from| line.run_started >= from));
        let mut current: HashSet<&str> = current.map(|line| line.raw.as_str()).collect();
        let new: Vec<Line> = rejects
            .filter(|reject| current.insert(&reject.raw))
            .map(|reject| {
                let (field, expected, raw) = (reject.field.into(), reject.expected.into(), reject.raw.clone());
                Line { run_started: started, field, expected, raw }
            })
            .collect();
        let rows = distinct(stored.iter().chain(&new));
        let (file, new) = (disk.open(&paths.rejects)?, text(&new)?);
        let start = self.length.min(file.metadata()?.len());
        disk.truncate(&file, start)?;
        disk.write_at(&file, start, &new)?;
        disk.sync(&file)?;
        Ok(Self { rows, length: start + new.len() as u64 })
    }

    /// Removes the rows that were not received since `from`.
    pub(super) fn end_listing(self, from: DateTime<Utc>, paths: &CopyPaths, disk: &Disk) -> io::Result<Self> {
        let mut lines = self.read(&paths.rejects)?;
        let stored = lines.len();
        lines.retain(|line| line.run_started >= from);
        if lines.is_empty() {
            return Ok(Self::default());
        }
        if lines.len() == stored {
            return Ok(self);
        }
        let text = text(&lines)?;
        disk.replace(&paths.rejects, &paths.new_rejects, |out| out.write_all(&text))?;
        Ok(Self { rows: distinct(&lines), length: text.len() as u64 })
    }

    fn read(self, path: &Path) -> io::Result<Vec<Line>> {
        if self.length == 0 {
            return Ok(Vec::new());
        }
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        // A line that another program has damaged is dropped.
        let lines = BufReader::new(file.take(self.length)).lines();
        lines.filter_map(|line| line.map(|line| serde_json::from_str(&line).ok()).transpose()).collect()
    }
}

fn distinct<'a>(lines: impl IntoIterator<Item = &'a Line>) -> u64 {
    lines.into_iter().map(|line| line.raw.as_str()).collect::<HashSet<_>>().len() as u64
}

fn text(lines: &[Line]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line)?;
        text.push(b'\n');
    }
    Ok(text)
}
