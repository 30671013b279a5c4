//! Keeping a copy of a table: everything once, then what changed, from a checkpoint that survives the process.

mod checkpoint;
mod seen;
mod table;

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::Stream;
use keyfob_client::{
    Error, Timestamp,
    auth::Clock,
    codegen,
    paging::{self, Pages, Position},
};

pub use checkpoint::Checkpoint;
pub use table::{Record, Table};

use self::seen::Seen;
use crate::{Client, types::SyncType};

/// How far a run reaches back behind the start of the last one, as the vendor advises.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// What to do with a copy of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Change<T> {
    /// Put the row in place of the one with its id, or add it.
    Upsert(T),
    /// Remove the row with this id, if there is one.
    Delete {
        /// The row's id.
        id: String,
        /// When it was deleted, if the service says so.
        at: Option<Timestamp>,
    },
}

/// A table's changes since a checkpoint, as a stream. From [`Client::sync`].
///
/// After an error it ends; a new one from [`checkpoint`](Changes::checkpoint) goes on at the page that failed.
#[must_use = "streams do nothing unless polled"]
pub struct Changes<O: Table> {
    table: O,
    clock: Clock,
    overlap: TimeDelta,
    run: Checkpoint,
    stage: Stage,
    pages: Option<Pages<O>>,
    /// None of `pages` came yet.
    fresh: bool,
    /// The rest of a page, and what comes after it.
    rows: VecDeque<O::Item>,
    behind: Option<Behind>,
    seen: Seen,
}

/// What comes after a page.
#[derive(Debug)]
enum Behind {
    Page(String),
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The checkpoint is another table's.
    Misplaced,
    /// A run that was interrupted: one of its own follows.
    Resumed,
    /// The last run is finished, a new one is to begin.
    Between,
    Running,
    Ended,
}

impl Client {
    /// Gives what changed in a table since `checkpoint`; everything that exists, if there is none.
    ///
    /// `table` is a listing with its filters, which have to be the same ones each time: `client.time_registrations()`.
    /// `modified_since` and the cursor are set by the synchronisation.
    ///
    /// When the stream ends, whoever applied its changes by id has what the service had when it was begun. A run that
    /// was interrupted is finished first, and followed by one for what changed meanwhile.
    pub fn sync<O: Table>(&self, table: O, checkpoint: impl Into<Option<Checkpoint>>) -> Changes<O> {
        let clock = codegen::clock(self.session());
        let name = O::operation().id;
        let (run, stage) = match checkpoint.into() {
            None => (Checkpoint::first(name, now(&clock)), Stage::Running),
            Some(run) if run.table() != name => (run, Stage::Misplaced),
            Some(run) if run.is_finished() => (run, Stage::Between),
            Some(run) => (run, Stage::Resumed),
        };
        Changes {
            table,
            clock,
            overlap: OVERLAP,
            run,
            stage,
            pages: None,
            fresh: false,
            rows: VecDeque::new(),
            behind: None,
            seen: Seen::default(),
        }
    }
}

impl<O: Table> Changes<O> {
    /// How far a run reaches back behind the start of the last one, 10 minutes by default. It has to cover the
    /// difference between this machine's clock and the service's, and the time that a write takes there.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.overlap = TimeDelta::from_std(overlap).unwrap_or(TimeDelta::MAX);
        self
    }

    /// How far it has come, to be stored after what came before: a stream from it goes on without a gap.
    ///
    /// It may be stored after any item, and at the end. It moves on from page to page, each time when the item after a
    /// page's last one is asked for; a stream from it may begin with changes that were given before.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.run.clone()
    }

    fn open(&self) -> Pages<O> {
        let listing = match self.run.since() {
            Some(since) => self.table.clone().since(since.into()),
            None => self.table.clone(),
        };
        paging::pages(match self.run.cursor() {
            Some(cursor) => listing.at(Position::Cursor(cursor.to_owned())),
            None => listing,
        })
    }

    /// Takes in a page.
    fn turn(&mut self, mut page: O::Page, behind: Behind) -> Result<(), Error> {
        let wrong = match (O::mode(&page), self.run.since()) {
            (Some(SyncType::Incremental), None) => {
                Some("the listing to synchronise is limited to changes: leave `modified_since` to the synchronisation")
            }
            (Some(SyncType::Full), Some(_)) => Some("the service lists everything where changes were asked for"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            return Err(codegen::unexpected(O::operation(), wrong));
        }
        self.seen.turn_page();
        self.rows = O::items(&mut page).into();
        self.behind = Some(behind);
        Ok(())
    }

    /// The next change of the page at hand.
    fn change(&mut self) -> Option<Result<Change<O::Item>, Error>> {
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

    /// All of a page was taken, and more is asked for.
    fn leave(&mut self, behind: Behind) {
        match behind {
            Behind::Page(cursor) => self.run.turn(cursor),
            Behind::End => {
                self.run.finish();
                self.pages = None;
                self.stage = if self.stage == Stage::Resumed { Stage::Between } else { Stage::Ended };
            }
        }
    }

    /// Fetches the next page of the run, its first if there is none yet.
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.pages.is_none() {
            self.pages = Some(self.open());
            self.fresh = true;
        }
        let pages = self.pages.as_mut().expect("they were opened");
        let page = ready!(Pin::new(&mut *pages).poll_next(context));
        let behind = match pages.position() {
            Some(Position::Cursor(cursor)) => Behind::Page(cursor.clone()),
            _ => Behind::End,
        };
        let fresh = std::mem::take(&mut self.fresh);
        Poll::Ready(match page {
            Some(Ok(page)) => self.turn(page, behind),
            // The service does not know the checkpoint's cursor any more: the run starts over.
            Some(Err(error)) if fresh && self.run.cursor().is_some() && is_refusal(&error) => {
                self.run.start_over();
                self.pages = None;
                Ok(())
            }
            Some(Err(error)) => Err(error),
            None => {
                self.behind = Some(Behind::End);
                Ok(())
            }
        })
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Change<O::Item>, Error>>> {
        self.stage = Stage::Ended;
        self.rows.clear();
        self.behind = None;
        self.pages = None;
        Poll::Ready(Some(Err(error)))
    }
}

impl<O: Table> Stream for Changes<O> {
    type Item = Result<Change<O::Item>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.change() {
                Some(Ok(change)) => return Poll::Ready(Some(Ok(change))),
                Some(Err(error)) => return self.fail(error),
                None => {}
            }
            if let Some(behind) = self.behind.take() {
                self.leave(behind);
                continue;
            }
            match self.stage {
                Stage::Ended => return Poll::Ready(None),
                Stage::Misplaced => {
                    let why = "the checkpoint is another table's: give each table its own";
                    return self.fail(codegen::rejected(O::operation(), why));
                }
                Stage::Between => {
                    self.run = self.run.next(now(&self.clock), self.overlap);
                    self.stage = Stage::Running;
                    self.seen.forget();
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

fn is_refusal(error: &Error) -> bool {
    error.status().is_some_and(|status| status == 400)
}

fn now(clock: &Clock) -> DateTime<Utc> {
    clock.wall().into()
}
