//! Copy of a table in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyfob_client::Session;
use keyfob_client::table::Table;
use keyfob_mirror::source::{self, Changes, ListingEnd, Source, SourceOptions, Stage};
use keyfob_mirror::{Schema, Window};
use serde_json::{Value, json};

/// Copy of a table: hash of each row by the hash of its key.
pub(crate) struct Copy {
    session: Session,
    schema: Arc<Schema>,
    pub(crate) options: SourceOptions,
    pub(crate) rows: BTreeMap<u128, u64>,
    /// Rows of the current listing of all rows, which replaces the copy at its end.
    listed: BTreeMap<u128, u64>,
    pub(crate) progress: Value,
    /// Number of rows and deletions in the batches of the last run.
    pub(crate) changes: usize,
    pub(crate) pages: usize,
}

impl Copy {
    pub(crate) fn new(session: &Session, table: &'static Table, page_size: u32) -> Self {
        let mut options = SourceOptions::default();
        options.page_size = Some(page_size);
        let (rows, listed) = (BTreeMap::new(), BTreeMap::new());
        let schema = Schema::new(table, true);
        Self { session: session.clone(), schema, options, rows, listed, progress: Value::Null, changes: 0, pages: 0 }
    }

    pub(crate) fn open(&self) -> Result<Box<dyn Source>, keyfob_mirror::Error> {
        source::open(&self.session, &self.schema, &self.options, &self.progress)
    }

    /// Applies at most this number of pages. Returns `true` at the end of the source.
    pub(crate) async fn apply(&mut self, source: &mut dyn Source, pages: usize) -> Result<bool, keyfob_mirror::Error> {
        for _ in 0..pages {
            let Some(changes) = source.next().await? else { return Ok(true) };
            self.take(changes);
        }
        Ok(false)
    }

    /// Applies changes.
    pub(crate) fn take(&mut self, changes: Changes) {
        self.pages += 1;
        self.changes += changes.batch.len() + changes.batch.deleted_len();
        let rows = changes.batch.keys().iter().copied().zip(changes.batch.hashes().iter().copied());
        match changes.stage {
            Stage::Listing { first, end } => {
                if first {
                    self.listed.clear();
                }
                self.listed.extend(rows);
                self.rows.extend(self.listed.clone());
                if let Some(ListingEnd { complete: true }) = end {
                    self.rows = std::mem::take(&mut self.listed);
                }
            }
            _ => self.rows.extend(rows),
        }
        for key in changes.batch.deleted_keys() {
            self.rows.remove(key);
        }
        self.progress = changes.progress;
    }

    /// Runs a new source to its end. Returns the number of changes.
    pub(crate) async fn run(&mut self) -> usize {
        (self.changes, self.pages) = (0, 0);
        let mut source = self.open().unwrap();
        assert!(self.apply(&mut *source, 10_000).await.unwrap(), "the source does not end");
        self.changes
    }

    /// Asserts that the copy has the rows of a new listing, and their number.
    pub(crate) async fn check(&self, rows: u64) {
        let mut fresh = Self::new(&self.session, self.schema.table(), 7);
        fresh.options.window.clone_from(&self.options.window);
        fresh.run().await;
        assert_eq!(self.rows, fresh.rows);
        assert_eq!(self.rows.len() as u64, rows);
    }
}

pub(crate) fn table(tables: &[&'static Table], name: &str) -> &'static Table {
    tables.iter().find(|table| table.name == name).unwrap()
}

pub(crate) fn window(from: Option<&str>, to: Option<&str>) -> Window {
    serde_json::from_value(json!({"from": from, "to": to})).unwrap()
}
