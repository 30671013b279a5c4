//! Synchronization of a copy of a table: all rows once, then the changes since a stored checkpoint.

mod checkpoint;
mod clocks;
mod left_out;
mod periods;
mod seen;
mod table;

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, SystemTime},
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::Stream;
use keyfob_client::{
    Error, Mismatch, Timestamp,
    auth::Clock,
    codegen,
    paging::{self, Pages, Position},
};

pub use checkpoint::Checkpoint;
pub use table::{DatedTable, Record, Table};

use self::{clocks::RequestTime, periods::Periods, seen::SeenVersions};
use crate::{Client, types::SyncType};

/// Default overlap of a run with the previous run, as recommended by Ditio.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// Difference between the clocks above which a warning is emitted. Machines that synchronize their clocks differ by
/// less than a second.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(1);

/// A change to apply to a copy of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Change<T> {
    /// Replaces the row with the same id, or adds the row.
    Upsert(T),
    /// Removes the row with this id, if the copy has it.
    Delete {
        /// Id of the row.
        id: String,
        /// Time of the deletion, if the service reports one.
        at: Option<Timestamp>,
    },
}

/// Stream of a table's changes since a checkpoint, from [`Client::sync`].
///
/// The stream ends after an error. A new stream from [`checkpoint`](Changes::checkpoint) continues at the page that
/// failed.
#[must_use = "streams do nothing unless polled"]
pub struct Changes<O: Table> {
    table: O,
    clock: Clock,
    overlap: TimeDelta,
    run: Checkpoint,
    /// Periods of a run that lists all rows; `None` for one listing without dates.
    periods: Option<Periods<O>>,
    stage: Stage,
    pages: Option<Pages<O>>,
    /// Time at which the first of `pages` was requested.
    requested: RequestTime,
    /// Time by which the local clock is ahead, by the first response.
    clock_offset: Option<TimeDelta>,
    /// True until the first page of `pages` has been received.
    first_page: bool,
    /// Remaining rows of the current page.
    rows: VecDeque<O::Item>,
    /// Continuation after the current page.
    next: Option<Next>,
    seen: SeenVersions,
    /// The service rejected a request for the changes since the checkpoint.
    expired: bool,
    /// Rows of a run that this stream has finished could not be read.
    incomplete: bool,
    /// Rows that were left out and have not been taken.
    left_out: Vec<Mismatch>,
    /// Fields that are absent and have not been taken.
    mismatches: Vec<Mismatch>,
}

/// Continuation after a page: the cursor of the next one, or the end of the run.
#[derive(Debug)]
enum Next {
    Page(String),
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The checkpoint belongs to another table.
    WrongTable,
    /// An interrupted run is being finished. A new run follows.
    Resumed,
    /// The previous run is finished and the next run has not started.
    Between,
    /// The last run of this stream.
    Running,
    Ended,
}

impl Client {
    /// Returns the changes of a table since `checkpoint`, or all rows if there is no checkpoint.
    ///
    /// `table` is a listing with its filters, such as `client.time_registrations()`. The filters must be the same in
    /// each run. The stream sets `modified_since` and the cursor itself.
    ///
    /// When the stream ends, a copy that has applied its changes by id has the rows that the service had when the
    /// stream was created. An interrupted run is finished first; another run for later changes follows in the same
    /// stream. Rows that cannot be read are left out: see [`Changes::is_incomplete`].
    pub fn sync<O: Table>(&self, table: O, checkpoint: impl Into<Option<Checkpoint>>) -> Changes<O> {
        let clock = codegen::clock(self.session());
        let name = O::operation().id;
        let (run, stage) = match checkpoint.into() {
            None => (Checkpoint::first(name, now(&clock)), Stage::Running),
            Some(run) if run.table() != name => (run, Stage::WrongTable),
            Some(run) if run.is_finished() => (run, Stage::Between),
            Some(run) => (run, Stage::Resumed),
        };
        Changes {
            table,
            requested: RequestTime::now(&clock),
            clock_offset: None,
            clock,
            overlap: OVERLAP,
            run,
            periods: None,
            stage,
            pages: None,
            first_page: false,
            rows: VecDeque::new(),
            next: None,
            seen: SeenVersions::default(),
            expired: false,
            incomplete: false,
            left_out: Vec::new(),
            mismatches: Vec::new(),
        }
    }
}

impl<O: Table> Changes<O> {
    /// Sets the overlap of a run with the previous run; 10 minutes by default.
    ///
    /// A run lists the changes since this time before the start of the previous run. The overlap must cover the
    /// duration of a write at the service. It must also cover the time by which the local clock is ahead, if the
    /// service's responses have no `Date` header.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.overlap = TimeDelta::from_std(overlap).unwrap_or(TimeDelta::MAX);
        self
    }

    /// Returns the progress of the stream. A stream from this checkpoint continues without a gap.
    ///
    /// Store the checkpoint after the changes before it, as often as you like, and at the end. It advances by pages:
    /// when the item after the last item of a page is polled. A stream from it may repeat some changes.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.run.clone()
    }

    /// Returns the time by which the local clock is ahead of the service's clock, negative if it is behind.
    ///
    /// `None` before the first response, and if it has no `Date` header. Above a minute, the stream also emits a
    /// `tracing` warning. No change is lost either way: a run starts at the earlier of the two times.
    #[must_use]
    pub fn clock_offset(&self) -> Option<TimeDelta> {
        self.clock_offset
    }

    /// Returns `true` if the stream failed because the service rejected the request for the changes since the checkpoint,
    /// such as changes too far back. A stream without a checkpoint then lists all rows again, without the deletions.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.expired
    }

    fn open(&self) -> Pages<O> {
        let listing = match self.run.since() {
            Some(since) => self.table.clone().since(since.into()),
            None => match &self.periods {
                Some(periods) => periods.limit(self.table.clone(), &self.run),
                None => self.table.clone(),
            },
        };
        paging::pages(match self.run.cursor() {
            Some(cursor) => listing.at(Position::Cursor(cursor.to_owned())),
            None => listing,
        })
    }

    /// Compares the local clock with the `Date` of the first response of `pages`.
    fn compare_clocks(&mut self, date: SystemTime) {
        let comparison = self.requested.compare(&self.clock, date);
        // Later pages belong to a run whose start was limited by its first response.
        if self.run.cursor().is_none() {
            self.run.limit_start(comparison.service);
        }
        if self.clock_offset.is_none() && comparison.offset.abs() > CLOCK_TOLERANCE {
            codegen::warn_clock_offset(O::operation(), comparison.offset);
        }
        self.clock_offset = Some(comparison.offset);
    }

    /// Starts a page that has been received.
    fn start_page(&mut self, mut page: O::Page, next: Next) -> Result<(), Error> {
        let wrong = match (O::mode(&page), self.run.since()) {
            (Some(SyncType::Incremental), None) => {
                Some("the listing is limited to changes: do not set `modified_since` on a listing to synchronize")
            }
            (Some(SyncType::Full), Some(_)) => Some("the service listed all rows in response to a request for changes"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            return Err(codegen::unexpected(O::operation(), wrong));
        }
        self.seen.start_page();
        self.rows = O::items(&mut page).into();
        self.next = Some(next);
        Ok(())
    }

    /// Returns the next change of the current page.
    fn next_change(&mut self) -> Option<Result<Change<O::Item>, Error>> {
        while let Some(row) = self.rows.pop_front() {
            if !self.seen.is_new(&row) {
                continue;
            }
            return Some(match row.id() {
                _ if !row.is_deletion() => Ok(Change::Upsert(row)),
                Some(id) => Ok(Change::Delete { id: id.to_owned(), at: row.deleted_at().cloned() }),
                None => Err(codegen::unexpected(O::operation(), "the service reports a deletion without an id")),
            });
        }
        None
    }

    /// Advances the checkpoint after all changes of a page have been returned.
    fn finish_page(&mut self, next: Next) {
        match next {
            Next::Page(cursor) => self.run.advance(cursor),
            Next::End => {
                self.pages = None;
                if let Some(start) = self.next_period() {
                    self.run.start_period(start);
                    return;
                }
                // The checkpoint of the run that may follow is its own.
                self.incomplete |= self.run.is_incomplete();
                self.run.finish();
                self.stage = if self.stage == Stage::Resumed { Stage::Between } else { Stage::Ended };
            }
        }
    }

    /// Returns the start of the next period of a run that lists all rows.
    fn next_period(&self) -> Option<DateTime<Utc>> {
        self.periods.as_ref().filter(|_| self.run.since().is_none()).and_then(|periods| periods.next(&self.run))
    }

    /// Fetches the next page of the run.
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.pages.is_none() {
            self.pages = Some(self.open());
            self.requested = RequestTime::now(&self.clock);
            self.first_page = true;
        }
        let pages = self.pages.as_mut().expect("the pages were opened above");
        let page = ready!(Pin::new(&mut *pages).poll_next(context));
        let next = match pages.position() {
            Some(Position::Cursor(cursor)) => Next::Page(cursor.clone()),
            _ => Next::End,
        };
        let mismatches = if matches!(page, Some(Ok(_))) { pages.mismatches().to_vec() } else { Vec::new() };
        let first_page = std::mem::take(&mut self.first_page);
        if let Some(date) = pages.first_date().filter(|_| first_page) {
            self.compare_clocks(date);
        }
        self.record_mismatches(mismatches);
        Poll::Ready(match page {
            Some(Ok(page)) => self.start_page(page, next),
            // The service no longer knows the checkpoint's cursor, so the run starts over.
            Some(Err(error)) if first_page && self.run.cursor().is_some() && is_bad_request(&error) => {
                self.run.start_over();
                self.pages = None;
                Ok(())
            }
            Some(Err(error)) => {
                self.expired = self.run.since().is_some() && self.run.cursor().is_none() && is_bad_request(&error);
                Err(error)
            }
            None => {
                self.next = Some(Next::End);
                Ok(())
            }
        })
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Change<O::Item>, Error>>> {
        self.stage = Stage::Ended;
        self.rows.clear();
        self.next = None;
        self.pages = None;
        Poll::Ready(Some(Err(error)))
    }
}

impl<O: Table> Stream for Changes<O> {
    type Item = Result<Change<O::Item>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.next_change() {
                Some(Ok(change)) => return Poll::Ready(Some(Ok(change))),
                Some(Err(error)) => return self.fail(error),
                None => {}
            }
            if let Some(next) = self.next.take() {
                self.finish_page(next);
                continue;
            }
            match self.stage {
                Stage::Ended => return Poll::Ready(None),
                Stage::WrongTable => {
                    let why = "the checkpoint belongs to another table: store one checkpoint for each table";
                    return self.fail(codegen::rejected(O::operation(), why));
                }
                Stage::Between => {
                    self.run = self.run.next(now(&self.clock), self.overlap);
                    self.stage = Stage::Running;
                    self.seen.clear();
                }
                Stage::Resumed | Stage::Running => {
                    if let Err(error) = ready!(self.poll_page(context)) {
                        return self.fail(error);
                    }
                }
            }
        }
    }
}

impl<O: Table> fmt::Debug for Changes<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").field("run", &self.run).field("stage", &self.stage).finish_non_exhaustive()
    }
}

fn is_bad_request(error: &Error) -> bool {
    error.status().is_some_and(|status| status == 400)
}

fn now(clock: &Clock) -> DateTime<Utc> {
    clock.wall().into()
}
