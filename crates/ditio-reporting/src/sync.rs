//! Synchronization of a copy of a table: all rows once, then the changes since a stored checkpoint.

mod left_out;
mod periods;
mod seen;
mod table;

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::Stream;
use keyfob_client::{
    Error, Mismatch, Timestamp, codegen,
    paging::{self, Pages, Position},
    sync::{Continuation, Mode, Runs, Step},
};

#[doc(inline)]
pub use keyfob_client::sync::Checkpoint;
pub use table::{DatedTable, Record, Table};

use self::{periods::ListedPeriods, seen::SeenVersions};
use crate::{Client, types::SyncType};

/// Default overlap of a run with the previous run, as recommended by Ditio.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

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
    runs: Runs,
    /// Periods of a run that lists all rows; `None` for one listing without dates.
    periods: Option<ListedPeriods<O>>,
    pages: Option<Pages<O>>,
    /// Remaining rows of the current page.
    rows: VecDeque<O::Item>,
    /// Continuation after the current page.
    next: Option<Continuation>,
    seen: SeenVersions,
    /// Rows that were left out and have not been taken.
    left_out: Vec<Mismatch>,
    /// Fields that are absent and have not been taken.
    mismatches: Vec<Mismatch>,
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
        Changes {
            table,
            runs: Runs::new(clock, O::operation(), checkpoint.into(), OVERLAP),
            periods: None,
            pages: None,
            rows: VecDeque::new(),
            next: None,
            seen: SeenVersions::default(),
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
        self.runs.set_overlap(TimeDelta::from_std(overlap).unwrap_or(TimeDelta::MAX));
        self
    }

    /// Returns the progress of the stream. A stream from this checkpoint continues without a gap.
    ///
    /// Store the checkpoint after the changes before it, as often as you like, and at the end. It advances by pages:
    /// when the item after the last item of a page is polled. A stream from it may repeat some changes.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.runs.run().clone()
    }

    /// Returns the time by which the local clock is ahead of the service's clock, negative if it is behind.
    ///
    /// `None` before the first response, and if it has no `Date` header. Above a minute, the stream also emits a
    /// `tracing` warning. No change is lost either way: a run starts at the earlier of the two times.
    #[must_use]
    pub fn clock_offset(&self) -> Option<TimeDelta> {
        self.runs.clock_offset()
    }

    /// Returns `true` if the stream failed because the service rejected the request for the changes since the checkpoint,
    /// such as changes too far back. A stream without a checkpoint then lists all rows again, without the deletions.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.runs.is_expired()
    }

    fn open(&self) -> Pages<O> {
        let run = self.runs.run();
        let listing = match (run.since(), &self.periods) {
            (Some(since), _) => self.table.clone().since(since.into()),
            (None, Some(periods)) => periods.limit(self.table.clone(), run),
            (None, None) => self.table.clone(),
        };
        paging::pages(match run.cursor() {
            Some(cursor) => listing.at(Position::Cursor(cursor.to_owned())),
            None => listing,
        })
    }

    /// Starts a page that has been received.
    fn start_page(&mut self, mut page: O::Page, next: Continuation) -> Result<(), Error> {
        match O::mode(&page) {
            Some(SyncType::Full) => self.runs.check_mode(Mode::Full)?,
            Some(SyncType::Incremental) => self.runs.check_mode(Mode::Incremental)?,
            _ => {}
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
    fn finish_page(&mut self, next: Continuation) {
        if next == Continuation::End {
            self.pages = None;
        }
        self.runs.advance(match next {
            Continuation::End => self.next_period(),
            next => next,
        });
    }

    /// Returns the continuation after the last page of a listing: the next period of a run that lists all rows.
    fn next_period(&self) -> Continuation {
        let run = self.runs.run();
        let periods = self.periods.as_ref().filter(|_| run.since().is_none());
        periods.and_then(|periods| periods.next(run)).map_or(Continuation::End, Continuation::Period)
    }

    /// Fetches the next page of the run.
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.pages.is_none() {
            self.pages = Some(self.open());
            self.runs.start_listing();
        }
        let pages = self.pages.as_mut().expect("the pages were opened above");
        let page = ready!(Pin::new(&mut *pages).poll_next(context));
        let next = match pages.position() {
            Some(Position::Cursor(cursor)) => Continuation::Page(cursor.clone()),
            _ => Continuation::End,
        };
        let first_date = pages.first_date();
        Poll::Ready(match page {
            Some(Ok(page)) => {
                let mismatches = pages.mismatches().to_vec();
                self.runs.receive_page(first_date);
                self.record_mismatches(mismatches);
                self.start_page(page, next)
            }
            Some(Err(error)) if self.runs.fail_page(&error) => {
                self.pages = None;
                Ok(())
            }
            Some(Err(error)) => Err(error),
            None => {
                self.next = Some(Continuation::End);
                Ok(())
            }
        })
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Change<O::Item>, Error>>> {
        self.runs.end();
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
            match self.runs.step() {
                Ok(Step::End) => return Poll::Ready(None),
                Ok(Step::NewRun) => self.seen.clear(),
                Ok(Step::SameRun) => {
                    if let Err(error) = ready!(self.poll_page(context)) {
                        return self.fail(error);
                    }
                }
                Err(error) => return self.fail(error),
            }
        }
    }
}

impl<O: Table> fmt::Debug for Changes<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").field("runs", &self.runs).finish_non_exhaustive()
    }
}
