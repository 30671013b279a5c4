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
    schema: Arc<Schema>,
    listing: Listing,
    is_first: bool,
    is_complete: bool,
    is_finished: bool,
}

impl Snapshot {
    pub(super) fn new(options: &ListingOptions, dates: &Dates) -> Self {
        let listing = options.open(dates.parameters(None), None);
        Self { schema: Arc::clone(&options.schema), listing, is_first: true, is_complete: true, is_finished: false }
    }

    async fn next_page(&mut self) -> Result<Option<Changes>, Error> {
        if self.is_finished {
            return Ok(None);
        }
        let Some(page) = self.listing.next().await? else {
            self.is_finished = true;
            return Ok(None);
        };
        self.is_complete &= page.batch.unidentified() == 0;
        self.is_finished = page.is_last;
        let end = page.is_last.then_some(ListingEnd { complete: self.is_complete });
        let stage = Stage::Listing { first: std::mem::take(&mut self.is_first), end };
        Ok(Some(page.changes(Value::Null, stage)))
    }
}

impl Source for Snapshot {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn next(&mut self) -> BoxFuture<'_, Result<Option<Changes>, Error>> {
        Box::pin(self.next_page())
    }
}
