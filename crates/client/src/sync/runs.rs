//! Runs of a synchronization: a listing of all rows or of changes, resumed, finished and followed by the next.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use keyfob_auth::Clock;

use crate::{
    error::{Error, ErrorKind},
    operation::Operation,
    sync::{checkpoint::Checkpoint, clocks::RequestTime},
};

/// Difference between the clocks above which a warning is emitted. Machines that synchronize their clocks differ by
/// less than a second.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(1);

/// Runs from a checkpoint to the current state: an interrupted run is finished, then another run lists later changes.
#[derive(Clone, Debug)]
pub struct Runs {
    operation: &'static Operation,
    clock: Clock,
    overlap: TimeDelta,
    run: Checkpoint,
    stage: Stage,
    /// Time at which the first page of the current listing was requested.
    requested: RequestTime,
    /// Time by which the local clock is ahead, by the first response.
    clock_offset: Option<TimeDelta>,
    /// True until the first page of the current listing was received.
    first_page: bool,
    /// The service rejected a request for the changes since the checkpoint.
    expired: bool,
    /// Rows of a finished run could not be read.
    incomplete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The checkpoint belongs to another table.
    WrongTable,
    /// An interrupted run is being finished. A new run follows.
    Resumed,
    /// The previous run is finished and the next run has not started.
    Between,
    /// The last run.
    Running,
    Ended,
}

/// Result of [`Runs::step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A run has started, which repeats rows of the previous one.
    NewRun,
    /// The current run continues.
    SameRun,
    /// The last run is finished.
    End,
}

/// Continuation of a run after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// The page after this cursor.
    Page(String),
    /// The period with this start.
    Period(DateTime<Utc>),
    /// The run is finished.
    End,
}

/// Rows that a page lists, as reported by the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All rows.
    Full,
    /// Changes.
    Incremental,
}

impl Runs {
    /// Continues at a checkpoint, or starts with a listing of all rows.
    ///
    /// A run lists the changes since `overlap` before the start of the previous run.
    #[must_use]
    pub fn new(
        clock: Clock,
        operation: &'static Operation,
        checkpoint: Option<Checkpoint>,
        overlap: TimeDelta,
    ) -> Self {
        let (run, stage) = match checkpoint {
            None => (Checkpoint::first(operation.id, now(&clock)), Stage::Running),
            Some(run) if run.table() != operation.id => (run, Stage::WrongTable),
            Some(run) if run.is_finished() => (run, Stage::Between),
            Some(run) => (run, Stage::Resumed),
        };
        let (requested, clock_offset) = (RequestTime::now(&clock), None);
        let (first_page, expired, incomplete) = (false, false, false);
        Self { operation, clock, overlap, run, stage, requested, clock_offset, first_page, expired, incomplete }
    }

    /// Sets the overlap of a run with the previous run.
    pub fn set_overlap(&mut self, overlap: TimeDelta) {
        self.overlap = overlap;
    }

    /// Returns the progress of the current run, from which another `Runs` continues without a gap.
    #[must_use]
    pub fn run(&self) -> &Checkpoint {
        &self.run
    }

    /// Returns the time by which the local clock is ahead of the service's clock; `None` before the first response and
    /// without a `Date` header.
    #[must_use]
    pub fn clock_offset(&self) -> Option<TimeDelta> {
        self.clock_offset
    }

    /// Returns `true` if the service rejected a request for the changes since the checkpoint.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.expired
    }

    /// Returns `true` if rows of the current or a finished run could not be read.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.incomplete || self.run.is_incomplete()
    }

    /// Records that a row of the current run could not be read.
    pub fn mark_incomplete(&mut self) {
        self.run.mark_incomplete();
    }

    /// Starts the next run if the previous one is finished.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Rejected`] if the checkpoint belongs to another table.
    pub fn step(&mut self) -> Result<Step, Error> {
        match self.stage {
            Stage::WrongTable => {
                let message = "the checkpoint belongs to another table: store one checkpoint for each table";
                Err(self.error(ErrorKind::Rejected, message))
            }
            Stage::Between => {
                self.run = self.run.next(now(&self.clock), self.overlap);
                self.stage = Stage::Running;
                Ok(Step::NewRun)
            }
            Stage::Resumed | Stage::Running => Ok(Step::SameRun),
            Stage::Ended => Ok(Step::End),
        }
    }

    /// Records that the first page of the current listing is requested now.
    pub fn start_listing(&mut self) {
        self.requested = RequestTime::now(&self.clock);
        self.first_page = true;
    }

    /// Records a received page. The date of a listing's first page is compared with the local clock: the run starts at
    /// the earlier of the two times.
    pub fn receive_page(&mut self, date: Option<SystemTime>) {
        let first_page = std::mem::take(&mut self.first_page);
        let Some(date) = date.filter(|_| first_page) else { return };
        let comparison = self.requested.compare(&self.clock, date);
        // Later pages belong to a run whose start was limited by its first response.
        if self.run.cursor().is_none() {
            self.run.limit_start(comparison.service);
        }
        if self.clock_offset.is_none() && comparison.offset.abs() > CLOCK_TOLERANCE {
            tracing::warn!(
                api = self.operation.api,
                operation = self.operation.id,
                seconds_ahead = comparison.offset.num_seconds(),
                "the local clock differs from the service's clock; correct the clock of this machine"
            );
        }
        self.clock_offset = Some(comparison.offset);
    }

    /// Records that the request for a page failed. Returns `true` if the service no longer knows the checkpoint's
    /// cursor: the run then starts over at its first page.
    pub fn fail_page(&mut self, error: &Error) -> bool {
        let is_refused = error.status().is_some_and(|status| status == 400);
        let first_page = std::mem::take(&mut self.first_page);
        if is_refused && first_page && self.run.cursor().is_some() {
            self.run.start_over();
            return true;
        }
        self.expired = is_refused && self.run.since().is_some() && self.run.cursor().is_none();
        false
    }

    /// Starts the last run, which lists all rows.
    pub fn start_full(&mut self) {
        self.run = Checkpoint::first(self.operation.id, now(&self.clock));
        self.stage = Stage::Running;
        self.expired = false;
    }

    /// Checks that a page lists the requested rows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unexpected`] if it lists changes instead of all rows, or all rows instead of changes.
    pub fn check_mode(&self, mode: Mode) -> Result<(), Error> {
        let message = match (mode, self.run.since()) {
            (Mode::Incremental, None) => {
                "the listing is limited to changes: do not set `modified_since` on a listing to synchronize"
            }
            (Mode::Full, Some(_)) => "the service listed all rows in response to a request for changes",
            _ => return Ok(()),
        };
        Err(self.error(ErrorKind::Unexpected, message))
    }

    /// Advances the checkpoint after a page whose rows were all processed.
    pub fn advance(&mut self, next: Continuation) {
        match next {
            Continuation::Page(cursor) => self.run.advance(cursor),
            Continuation::Period(start) => self.run.start_period(start),
            Continuation::End => {
                // The checkpoint of the run that may follow is its own.
                self.incomplete |= self.run.is_incomplete();
                self.run.finish();
                self.stage = if self.stage == Stage::Resumed { Stage::Between } else { Stage::Ended };
            }
        }
    }

    /// Ends the runs, after an error.
    pub fn end(&mut self) {
        self.stage = Stage::Ended;
    }

    fn error(&self, kind: ErrorKind, message: &'static str) -> Error {
        Error::new(kind, message).at(self.operation.api, self.operation)
    }
}

fn now(clock: &Clock) -> DateTime<Utc> {
    clock.wall().into()
}
