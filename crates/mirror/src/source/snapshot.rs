//! Tables that are listed whole in each run.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::dates::Dates;
use super::listing::{Listing, ListingOptions};
use super::{Changes, ListingEnd, Source, Stage};
use crate::error::Error;
use crate::schema::Schema;

/// All rows of a table. An interrupted listing starts over at its first page, because rows move between the pages while
/// the service adds and deletes others.
pub(super) struct Snapshot {
    options: ListingOptions,
    parameters: Vec<(String, String)>,
    listing: Listing,
    movement: Movement,
    /// The table is listed for the second time.
    is_again: bool,
    is_complete: bool,
    is_finished: bool,
}

/// Signs that rows moved to earlier pages during a listing.
#[derive(Debug, Default)]
struct Movement {
    pages: u64,
    /// The total of the last page, if the service sends it.
    total: Option<i64>,
    has_decreased: bool,
}

impl Snapshot {
    pub(super) fn new(options: ListingOptions, dates: &Dates) -> Self {
        let parameters = dates.parameters(None);
        let listing = options.open(parameters.clone(), None);
        let (movement, is_again, is_finished) = (Movement::default(), false, false);
        Self { options, parameters, listing, movement, is_again, is_complete: true, is_finished }
    }

    async fn next_page(&mut self) -> Result<Option<Changes>, Error> {
        if self.is_finished {
            return Ok(None);
        }
        let Some(page) = self.listing.next().await? else {
            self.is_finished = true;
            return Ok(None);
        };
        let first = self.movement.pages == 0;
        self.movement.observe(page.total);
        self.is_complete &= page.batch.unidentified() == 0;
        self.is_finished = page.is_last;
        let end = page.is_last.then_some(ListingEnd { complete: self.is_complete });
        let stage = Stage::Listing { first, end };
        Ok(Some(page.changes(Value::Null, stage)))
    }
}

impl Movement {
    fn observe(&mut self, total: Option<i64>) {
        self.has_decreased |= total.zip(self.total).is_some_and(|(total, earlier)| total < earlier);
        self.total = total;
        self.pages += 1;
    }

    /// Returns `true` if a row may have moved from a page that was not requested yet to one that was.
    ///
    /// Without totals this is never excluded. With totals, a deletion between two requests is only missed if a row was
    /// added between the same two requests.
    fn may_hide_rows(&self) -> bool {
        self.pages > 1 && (self.total.is_none() || self.has_decreased)
    }
}

impl Source for Snapshot {
    fn schema(&self) -> &Arc<Schema> {
        &self.options.schema
    }

    fn next(&mut self) -> BoxFuture<'_, Result<Option<Changes>, Error>> {
        Box::pin(self.next_page())
    }

    fn list_again(&mut self) -> bool {
        // A row that two listings lack does not exist, or has moved at the wrong moment twice.
        if self.is_again || !self.is_finished || !self.options.is_numbered() || !self.movement.may_hide_rows() {
            return false;
        }
        self.listing = self.options.open(self.parameters.clone(), None);
        (self.is_again, self.is_finished) = (true, false);
        true
    }
}
