//! Tests of runs with a destination in memory and changes that are given.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use chrono::DateTime;
use futures_util::future::BoxFuture;
use keyfob_client::ClientBuilder;
use keyfob_client::table::ColumnType;
use serde_json::json;

use super::*;
use crate::batch::testing::{checkpoint, column, schema};
use crate::batch::{Batch, Value as Cell};
use crate::destination::{Applied, TableStatus};
use crate::report::Silent;
use crate::source::ListingEnd;

/// Content of a destination: rows by key with their hashes, and the checkpoint.
#[derive(Clone, Debug, Default)]
struct Content {
    rows: BTreeMap<String, (u128, u64)>,
    checkpoint: Option<Checkpoint>,
    /// Rows that were written.
    written: u64,
    runs: Vec<Option<String>>,
    /// Starts of the listings that have ended, and whether rows were to be deleted.
    listings: Vec<(DateTime<Utc>, bool)>,
    /// Number of further calls after which the destination fails.
    fails_after: Option<usize>,
}

#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Content>>);

impl Content {
    fn fail(&mut self) -> Result<(), Error> {
        match &mut self.fails_after {
            Some(0) => Err(Error::new(ErrorKind::Destination, "no space left")),
            Some(calls) => {
                *calls -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Destination for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn open<'a>(&'a self, _: &'a Arc<Schema>, _: bool) -> BoxFuture<'a, Result<Box<dyn TableWriter>, Error>> {
        let stored = self.0.lock().unwrap().checkpoint.clone();
        Box::pin(async { Ok(Box::new(MemoryWriter { content: self.clone(), stored }) as Box<dyn TableWriter>) })
    }

    fn status(&self) -> BoxFuture<'_, Result<Vec<TableStatus>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

struct MemoryWriter {
    content: Memory,
    stored: Option<Checkpoint>,
}

impl TableWriter for MemoryWriter {
    fn checkpoint(&self) -> Option<&Checkpoint> {
        self.stored.as_ref()
    }

    fn index(&mut self) -> BoxFuture<'_, Result<RowIndex, Error>> {
        let rows = RowIndex::new(self.content.0.lock().unwrap().rows.values().copied());
        Box::pin(async { Ok(rows) })
    }

    fn apply<'a>(&'a mut self, batch: Batch, checkpoint: &'a Checkpoint) -> BoxFuture<'a, Result<Applied, Error>> {
        Box::pin(async move {
            let mut content = self.content.0.lock().unwrap();
            content.fail()?;
            for row in 0..batch.len() {
                content.rows.insert(batch.key_text(row), (batch.keys()[row], batch.hashes()[row]));
            }
            for row in 0..batch.deleted_len() {
                content.rows.remove(&batch.deleted_key_text(row));
            }
            let (upserts, deletions) = (batch.len() as u64, batch.deleted_len() as u64);
            content.written += upserts;
            content.checkpoint = Some(checkpoint.clone());
            Ok(Applied { upserts, deletions })
        })
    }

    fn end_listing<'a>(
        &'a mut self,
        listed: Listed<'a>,
        checkpoint: &'a Checkpoint,
    ) -> BoxFuture<'a, Result<u64, Error>> {
        Box::pin(async move {
            let mut content = self.content.0.lock().unwrap();
            content.fail()?;
            let before = content.rows.len();
            content.rows.retain(|_, (key, _)| !listed.index.is_some_and(|index| index.is_unlisted(*key)));
            content.listings.push((listed.from, listed.index.is_some()));
            content.checkpoint = Some(checkpoint.clone());
            Ok((before - content.rows.len()) as u64)
        })
    }

    fn finish<'a>(&'a mut self, run: &'a Run) -> BoxFuture<'a, Result<u64, Error>> {
        let mut content = self.content.0.lock().unwrap();
        content.runs.push(run.error.clone());
        let rows = content.rows.len() as u64;
        Box::pin(async move { Ok(rows) })
    }
}

/// A source of given changes.
struct Scripted {
    schema: Arc<Schema>,
    changes: VecDeque<Changes>,
    /// Pages of a second listing.
    again: Option<VecDeque<Changes>>,
}

impl Source for Scripted {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn next(&mut self) -> BoxFuture<'_, Result<Option<Changes>, Error>> {
        let changes = self.changes.pop_front();
        Box::pin(async { Ok(changes) })
    }

    fn list_again(&mut self) -> bool {
        self.again.take().map(|changes| self.changes = changes).is_some()
    }
}

fn table() -> Arc<Schema> {
    schema("rows", &["id"], &[column("id", ColumnType::Text), column("value", ColumnType::Integer)])
}

/// Returns a batch of rows with these ids and values.
fn batch(schema: &Arc<Schema>, rows: &[(&str, i64)]) -> Batch {
    rows.iter()
        .fold(Batch::new(Arc::clone(schema)), |batch, (id, value)| batch.row(&[Cell::Text(id), Cell::Integer(*value)]))
}

const MIDDLE: Option<ListingEnd> = None;
const END: Option<ListingEnd> = Some(ListingEnd { complete: true });
const INCOMPLETE: Option<ListingEnd> = Some(ListingEnd { complete: false });

/// Rows of a page with their ids and values, and the end of the listing.
type Page<'a> = (&'a [(&'a str, i64)], Option<ListingEnd>);

/// Returns the pages of a listing, each with its rows and end, and its number as the progress.
fn listing(schema: &Arc<Schema>, pages: &[Page<'_>]) -> VecDeque<Changes> {
    let page = |(number, (rows, end)): (usize, &Page<'_>)| {
        let stage = Stage::Listing { first: number == 0, end: *end };
        Changes::new(batch(schema, rows), json!(number), stage)
    };
    pages.iter().enumerate().map(page).collect()
}

async fn run_changes(
    memory: &Memory,
    schema: &Arc<Schema>,
    changes: VecDeque<Changes>,
    dry_run: bool,
) -> (TableReport, Result<(), Error>) {
    run_source(memory, Scripted { schema: Arc::clone(schema), changes, again: None }, dry_run).await
}

async fn run_source(memory: &Memory, source: Scripted, dry_run: bool) -> (TableReport, Result<(), Error>) {
    let schema = &Arc::clone(&source.schema);
    let session: Session = ClientBuilder::new("test-api").base_url("https://api.test").build().unwrap();
    let context = Context {
        session: &session,
        destination: memory,
        observer: &Silent,
        client: None,
        source: SourceOptions::default(),
        full: false,
        dry_run,
    };
    let mut report = TableReport::new(schema, Utc::now());
    let mut writer = memory.open(schema, dry_run).await.unwrap();
    let stored = writer.checkpoint().cloned().unwrap_or_else(|| checkpoint(schema, 0));
    let mut table = TableRun {
        context: &context,
        schema,
        writer: &mut *writer,
        checkpoint: stored,
        index: None,
        ended: None,
        report: &mut report,
    };
    let mut stop: Stop = Box::pin(std::future::pending());
    let result = table.run(Box::new(source), &mut stop).await;
    (report, result)
}

fn ids(memory: &Memory) -> Vec<String> {
    memory.0.lock().unwrap().rows.keys().cloned().collect()
}

#[tokio::test]
async fn a_second_listing_writes_the_changed_rows_and_deletes_those_that_it_does_not_have() {
    let (memory, schema) = (Memory::default(), table());
    let pages = listing(&schema, &[(&[("a", 1), ("b", 1)], MIDDLE), (&[("c", 1)], END)]);
    let (report, result) = run_changes(&memory, &schema, pages, false).await;
    result.unwrap();
    assert_eq!((report.progress.received, report.progress.upserts, report.progress.pages), (3, 3, 2));
    let pages = || listing(&schema, &[(&[("a", 1), ("c", 2)], MIDDLE), (&[("d", 1)], END)]);
    let (report, result) = run_changes(&memory, &schema, pages(), true).await;
    result.unwrap();
    assert_eq!((report.progress.upserts, report.progress.deletions), (2, 1));
    assert_eq!(ids(&memory), ["a", "b", "c"], "a dry run writes nothing");
    let (report, result) = run_changes(&memory, &schema, pages(), false).await;
    result.unwrap();
    assert_eq!((report.progress.upserts, report.progress.deletions), (2, 1));
    assert_eq!(ids(&memory), ["a", "c", "d"]);
    assert_eq!(memory.0.lock().unwrap().written, 5);
    let stored = memory.0.lock().unwrap().checkpoint.clone().unwrap();
    assert!(!stored.replacing && stored.progress == json!(1));
}

#[tokio::test]
async fn an_incomplete_listing_deletes_nothing() {
    let (memory, schema) = (Memory::default(), table());
    run_changes(&memory, &schema, listing(&schema, &[(&[("a", 1), ("b", 1)], END)]), false).await.1.unwrap();
    let pages = listing(&schema, &[(&[("a", 1)], INCOMPLETE)]);
    for dry_run in [true, false] {
        let (report, result) = run_changes(&memory, &schema, pages.iter().map(clone).collect(), dry_run).await;
        result.unwrap();
        assert!(report.incomplete && report.progress.deletions == 0);
    }
    assert_eq!(ids(&memory), ["a", "b"]);
}

#[tokio::test]
async fn a_row_is_deleted_only_if_a_listing_that_may_have_missed_it_is_repeated_without_it() {
    let (memory, schema) = (Memory::default(), table());
    let rows = [("a", 1), ("b", 1), ("c", 1)];
    run_changes(&memory, &schema, listing(&schema, &[(&rows, END)]), false).await.1.unwrap();
    // `b` moves to the first page after that was listed; `c` does not exist any more.
    let first = || listing(&schema, &[(&[("a", 1)], END)]);
    let mut second = listing(&schema, &[(&[("a", 1), ("b", 2)], END)]);
    second[0].stage = Stage::Listing { first: false, end: END };
    let source = |again: &VecDeque<Changes>| Scripted {
        schema: Arc::clone(&schema),
        changes: first(),
        again: Some(again.iter().map(clone).collect()),
    };
    let (report, result) = run_source(&memory, source(&second), true).await;
    result.unwrap();
    assert_eq!((report.progress.upserts, report.progress.deletions), (1, 1));
    let (report, result) = run_source(&memory, source(&second), false).await;
    result.unwrap();
    assert_eq!((report.progress.upserts, report.progress.deletions, report.progress.received), (1, 1, 3));
    assert_eq!(ids(&memory), ["a", "b"]);
    // Without deletions, the listing is not repeated.
    let mut source = source(&second);
    source.changes = listing(&schema, &[(&[("a", 1), ("b", 2)], END)]);
    assert_eq!(run_source(&memory, source, false).await.0.progress.received, 2);
}

#[tokio::test]
async fn the_destination_learns_the_start_of_each_listing_that_ends() {
    let (memory, schema) = (Memory::default(), table());
    let mut started = Vec::new();
    for end in [END, END, INCOMPLETE] {
        let (report, result) =
            run_changes(&memory, &schema, listing(&schema, &[(&[("a", 1)], MIDDLE), (&[], end)]), false).await;
        result.unwrap();
        started.push(report.started);
    }
    let listings = memory.0.lock().unwrap().listings.clone();
    assert_eq!(listings, [(started[0], false), (started[1], true), (started[2], false)]);
    // A listing that is resumed began in the run before.
    let (memory, mut pages) = (Memory::default(), listing(&schema, &[(&[("a", 1)], MIDDLE), (&[("b", 1)], END)]));
    memory.0.lock().unwrap().fails_after = Some(1);
    let (report, result) = run_changes(&memory, &schema, pages.iter().map(clone).collect(), false).await;
    result.unwrap_err();
    memory.0.lock().unwrap().fails_after = None;
    pages.pop_front();
    run_changes(&memory, &schema, pages, false).await.1.unwrap();
    let content = memory.0.lock().unwrap();
    assert_eq!(content.listings, [(report.started, false)]);
    assert_eq!(content.checkpoint.as_ref().unwrap().listed_from, None);
}

fn clone(changes: &Changes) -> Changes {
    Changes::new(changes.batch.clone(), changes.progress.clone(), changes.stage)
}

#[tokio::test]
async fn a_listing_that_replaces_rows_starts_over_until_the_deletions_are_done() {
    let (memory, schema) = (Memory::default(), table());
    run_changes(&memory, &schema, listing(&schema, &[(&[("a", 1), ("b", 1)], END)]), false).await.1.unwrap();
    let pages = || listing(&schema, &[(&[("a", 1)], MIDDLE), (&[("c", 1)], END)]);
    // The first page, the last page, the deletions.
    for calls in 0..3 {
        memory.0.lock().unwrap().fails_after = Some(calls);
        run_changes(&memory, &schema, pages(), false).await.1.unwrap_err();
        let stored = memory.0.lock().unwrap().checkpoint.clone().unwrap();
        assert_eq!(stored.replacing, calls > 0);
        let resumed = resume(&stored, &checkpoint(&schema, 0), &schema, false).unwrap();
        assert_eq!(resumed.progress, if calls > 0 { Value::Null } else { json!(0) });
        assert!(ids(&memory).contains(&"b".to_owned()));
    }
    memory.0.lock().unwrap().fails_after = None;
    run_changes(&memory, &schema, pages(), false).await.1.unwrap();
    assert_eq!(ids(&memory), ["a", "c"]);
}

#[tokio::test]
async fn the_first_listing_is_resumed_in_the_middle() {
    let (memory, schema) = (Memory::default(), table());
    memory.0.lock().unwrap().fails_after = Some(1);
    let pages = listing(&schema, &[(&[("a", 1)], MIDDLE), (&[("b", 1)], END)]);
    run_changes(&memory, &schema, pages, false).await.1.unwrap_err();
    let stored = memory.0.lock().unwrap().checkpoint.clone().unwrap();
    assert!(!stored.replacing);
    assert_eq!(resume(&stored, &checkpoint(&schema, 0), &schema, false).unwrap().progress, json!(0));
}

#[test]
fn a_checkpoint_of_another_account_or_window_is_refused_and_one_of_other_columns_lists_all_rows() {
    let schema = table();
    let mut stored = checkpoint(&schema, 0);
    stored.progress = json!(7);
    assert_eq!(resume(&stored, &checkpoint(&schema, 5), &schema, false).unwrap().progress, json!(7));
    let columns = [column("id", ColumnType::Text), column("other", ColumnType::Text)];
    let more = crate::batch::testing::schema("rows", &["id"], &columns);
    let resumed = resume(&stored, &checkpoint(&more, 5), &more, false).unwrap();
    assert!(resumed.progress.is_null() && resumed.has_schema(&more));
    let mut other = checkpoint(&schema, 0);
    other.account.client = Some("other".to_owned());
    let mut limited = checkpoint(&schema, 0);
    limited.window.from = Some("2026-01-01".to_owned());
    for new in [other, limited] {
        let error = resume(&stored, &new, &schema, false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert!(resume(&stored, &new, &schema, true).unwrap().progress.is_null(), "a full run replaces the copy");
    }
}
