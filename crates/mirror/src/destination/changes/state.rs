//! The state file of a stream of changes.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::checkpoint::Checkpoint;
use crate::destination::disk::Disk;
use crate::error::{Error, ErrorKind};
use crate::schema::Schema;

/// Version of the format. Files of other versions are refused.
const VERSION: u32 = 1;

/// The state file.
pub(super) struct State {
    path: PathBuf,
    content: Content,
}

#[derive(Default, Serialize, Deserialize)]
struct Content {
    version: u32,
    /// States by API and table, separated by a slash.
    tables: BTreeMap<String, StoredTable>,
}

#[derive(Serialize, Deserialize)]
struct StoredTable {
    checkpoint: Checkpoint,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rows: Vec<StoredRow>,
}

/// Hash of the key and of the row, in hexadecimal, and the key.
#[derive(Serialize, Deserialize)]
struct StoredRow(String, String, Box<RawValue>);

/// State of a table.
#[derive(Default)]
pub(super) struct TableState {
    pub(super) checkpoint: Option<Checkpoint>,
    /// Rows by the hash of their key, of a table without a listing of changes.
    pub(super) rows: BTreeMap<u128, Row>,
}

/// A row that was written to the stream.
pub(super) struct Row {
    pub(super) hash: u64,
    /// Key of the row, as a JSON object.
    pub(super) key: String,
}

impl TableState {
    pub(super) fn insert(&mut self, key_hash: u128, hash: u64, key: String) {
        self.rows.insert(key_hash, Row { hash, key });
    }
}

impl State {
    /// Opens the file. A file that does not exist is created when it is stored.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let content = match std::fs::read(path) {
            Ok(text) => Content::parse(path, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Content { version: VERSION, ..Content::default() },
            Err(error) => return Err(Error::destination(format!("cannot read {}", path.display()), error)),
        };
        Ok(Self { path: path.to_owned(), content })
    }

    /// Returns the state of a table.
    pub(super) fn table(&self, schema: &Schema) -> Result<TableState, Error> {
        let Some(stored) = self.content.tables.get(&name(schema)) else { return Ok(TableState::default()) };
        let mut state = TableState { checkpoint: Some(stored.checkpoint.clone()), rows: BTreeMap::new() };
        for StoredRow(key_hash, hash, key) in &stored.rows {
            let hashes = (u128::from_str_radix(key_hash, 16), u64::from_str_radix(hash, 16));
            let (Ok(key_hash), Ok(hash)) = hashes else { return Err(damaged(&self.path)) };
            state.insert(key_hash, hash, key.get().to_owned());
        }
        Ok(state)
    }

    /// Replaces the file by one with this state of the table.
    pub(super) fn store(&mut self, schema: &Schema, state: &TableState) -> Result<(), Error> {
        let Some(checkpoint) = state.checkpoint.clone() else { return Ok(()) };
        let stored = |(key_hash, row): (&u128, &Row)| {
            let key = RawValue::from_string(row.key.clone()).ok()?;
            Some(StoredRow(format!("{key_hash:x}"), format!("{:x}", row.hash), key))
        };
        let rows = state.rows.iter().filter_map(stored).collect();
        self.content.tables.insert(name(schema), StoredTable { checkpoint, rows });
        let write = |out: &mut dyn Write| serde_json::to_writer(out, &self.content).map_err(io::Error::from);
        let replaced = Disk::default().replace(&self.path, &sibling(&self.path, ".new"), write);
        replaced.map_err(|error| Error::destination(format!("cannot write {}", self.path.display()), error))
    }
}

impl Content {
    fn parse(path: &Path, text: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        match serde_json::from_slice(text) {
            Ok(Version { version: VERSION }) => serde_json::from_slice(text).map_err(|_| damaged(path)),
            Ok(Version { version }) => {
                let message = format!(
                    "{} has version {version} and this program writes version {VERSION}; use the program that wrote \
                     it, or remove the file to list all rows",
                    path.display()
                );
                Err(Error::new(ErrorKind::Mismatch, message))
            }
            Err(_) => Err(damaged(path)),
        }
    }
}

fn name(schema: &Schema) -> String {
    format!("{}/{}", schema.api(), schema.name())
}

fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn damaged(path: &Path) -> Error {
    let message = format!("{} is not a state of a stream of changes; remove the file to list all rows", path.display());
    Error::new(ErrorKind::Mismatch, message)
}
