//! Tables with a listing of changes and deletions.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use keyfob_client::sync::{Continuation, Mode, Runs, Step};
use serde_json::{Value, json};

use super::dates::Dates;
use super::listing::{ListedPage, Listing, ListingOptions};
use super::recent::RecentRows;
use super::{Changes, ListingEnd, Source, Stage};
use crate::error::{Error, ErrorKind};
use crate::schema::Schema;

/// All rows in the first run, later the changes since the previous run.
pub(super) struct ModifiedSince {
    options: ListingOptions,
    dates: Dates,
    /// Query parameter for the time.
    parameter: &'static str,
    runs: Runs,
    /// The listing of the current run, or of its period.
    listing: Option<Listing>,
    recent: RecentRows,
    /// The changes since the previous run are no longer listed.
    is_expired: bool,
}

impl ModifiedSince {
    pub(super) fn new(
        options: ListingOptions,
        dates: Dates,
        parameter: &'static str,
        overlap: TimeDelta,
        progress: &Value,
    ) -> Result<Self, Error> {
        let checkpoint = match &progress["run"] {
            Value::Null => None,
            run => Some(serde_json::from_value(run.clone()).map_err(|error| {
                let message = "the checkpoint cannot be read; start over with a listing of all rows";
                Error::new(ErrorKind::Mismatch, message).with_source(error)
            })?),
        };
        let runs = Runs::new(options.clock(), options.schema.table().operation, checkpoint, overlap);
        let recent = RecentRows::from_json(&progress["recent"]);
        Ok(Self { options, dates, parameter, runs, listing: None, recent, is_expired: false })
    }

    fn open(&self) -> Listing {
        let run = self.runs.run();
        let parameters = match run.since() {
            Some(since) => vec![(self.parameter.to_owned(), keyfob_client::TimeParam::from(since).as_str().to_owned())],
            None => self.dates.parameters(Some(run)),
        };
        self.options.open(parameters, run.cursor().map(str::to_owned))
    }

    async fn next_page(&mut self) -> Result<Option<Changes>, Error> {
        loop {
            match self.runs.step()? {
                Step::End => return Ok(None),
                Step::NewRun if self.dates.needs_full_listing() => self.runs.start_full(),
                Step::NewRun | Step::SameRun => {}
            }
            if self.listing.is_none() {
                self.listing = Some(self.open());
                self.runs.start_listing();
            }
            let listing = self.listing.as_mut().expect("the listing was opened above");
            match listing.next().await {
                Ok(Some(page)) => return self.take_page(page).map(Some),
                // A listing ends with its last page.
                Ok(None) => return Err(Error::new(ErrorKind::Api, "the listing ended without its last page")),
                Err(error) => self.recover(error)?,
            }
        }
    }

    /// Continues after a refused cursor or position, and returns other errors.
    fn recover(&mut self, error: Error) -> Result<(), Error> {
        let Some(refused) = error.api_error() else { return Err(error) };
        if !self.runs.fail_page(refused) {
            if !self.runs.is_expired() {
                return Err(error);
            }
            let table = self.options.schema.table();
            tracing::warn!(
                api = table.operation.api,
                table = table.name,
                "the service no longer lists the changes since the previous run; all rows are listed again"
            );
            self.is_expired = true;
            self.runs.start_full();
            self.recent.clear();
        }
        self.listing = None;
        Ok(())
    }

    fn take_page(&mut self, mut page: ListedPage) -> Result<Changes, Error> {
        self.runs.receive_page(page.date);
        match page.mode.as_deref() {
            Some("full") => self.runs.check_mode(Mode::Full)?,
            Some("incremental") => self.runs.check_mode(Mode::Incremental)?,
            _ => {}
        }
        if page.batch.unidentified() > 0 {
            self.runs.mark_incomplete();
        }
        let run = self.runs.run();
        let is_full = run.since().is_none();
        let is_first = is_full && run.cursor().is_none() && run.period().is_none();
        let next = if let Some(cursor) = page.cursor.take() {
            Continuation::Page(cursor)
        } else {
            self.listing = None;
            let period = if is_full { self.dates.next_period(run) } else { None };
            period.map_or(Continuation::End, Continuation::Period)
        };
        let is_end = next == Continuation::End;
        let stage = if is_full {
            let end = is_end.then_some(ListingEnd { complete: !run.is_incomplete() });
            Stage::Listing { first: is_first, end }
        } else {
            self.dates.apply(&mut page.batch);
            self.recent.remove_unchanged(&mut page.batch);
            Stage::Changes
        };
        if is_end {
            self.recent.finish_run();
        }
        self.runs.advance(next);
        let progress = json!({ "run": self.runs.run(), "recent": self.recent.to_json() });
        Ok(page.changes(progress, stage))
    }
}

impl Source for ModifiedSince {
    fn schema(&self) -> &Arc<Schema> {
        &self.options.schema
    }

    fn next(&mut self) -> BoxFuture<'_, Result<Option<Changes>, Error>> {
        Box::pin(self.next_page())
    }

    fn clock_offset(&self) -> Option<TimeDelta> {
        self.runs.clock_offset()
    }

    fn is_expired(&self) -> bool {
        self.is_expired
    }
}
