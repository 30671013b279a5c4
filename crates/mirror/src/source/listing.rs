//! Pages of a table's listing, decoded into batches.

use std::sync::Arc;
use std::time::SystemTime;

use keyfob_client::Session;
use keyfob_client::auth::Clock;
use keyfob_client::codegen::{self, RawPages};
use keyfob_client::table::TablePaging;
use serde_json::Value;

use super::{Changes, Stage};
use crate::batch::Batch;
use crate::decode::{DecodedPage, Decoder};
use crate::error::Error;
use crate::schema::Schema;

/// Options of all listings of a source.
pub(super) struct ListingOptions {
    session: Session,
    pub(super) schema: Arc<Schema>,
    page_size: Option<u32>,
}

/// The pages of a listing.
pub(super) struct Listing {
    pages: RawPages,
    decoder: Decoder,
}

/// A decoded page.
pub(super) struct ListedPage {
    pub(super) batch: Batch,
    /// Time in the `Date` header of the response.
    pub(super) date: Option<SystemTime>,
    /// `full` or `incremental`, if the service reports it.
    pub(super) mode: Option<String>,
    /// Cursor of the next page, for a listing with cursors.
    pub(super) cursor: Option<String>,
    pub(super) is_last: bool,
    /// Number of rows of all pages, if the service sends it.
    pub(super) total: Option<i64>,
    /// Number of rows received.
    rows: u64,
    /// Size of the response.
    bytes: u64,
}

impl ListingOptions {
    pub(super) fn new(session: &Session, schema: &Arc<Schema>, page_size: Option<u32>) -> Self {
        Self { session: session.clone(), schema: Arc::clone(schema), page_size }
    }

    /// Returns the client's clock.
    pub(super) fn clock(&self) -> Clock {
        codegen::clock(&self.session)
    }

    /// Returns `true` if pages are requested by number: deletions then move rows to earlier pages.
    pub(super) fn is_numbered(&self) -> bool {
        matches!(self.schema.table().paging, TablePaging::Page { .. } | TablePaging::Offset { .. })
    }

    /// Opens a listing at its first page, or at the page after a cursor.
    pub(super) fn open(&self, parameters: Vec<(String, String)>, cursor: Option<String>) -> Listing {
        let pages = RawPages::new(&self.session, self.schema.table(), parameters, self.page_size, cursor);
        Listing { pages, decoder: Decoder::new(&self.schema) }
    }
}

impl Listing {
    /// Returns the next page; `None` after the last. Dropping the future does not lose a page.
    pub(super) async fn next(&mut self) -> Result<Option<ListedPage>, Error> {
        let Some(page) = self.pages.next().await? else { return Ok(None) };
        let DecodedPage { batch, facts, mode } = self.decoder.decode(&page.body)?;
        let (date, bytes, rows) = (page.date, page.body.len() as u64, facts.rows as u64);
        // The buffer of the page is reused for the next request.
        drop(page);
        let total = facts.total;
        self.pages.advance(facts)?;
        let cursor = self.pages.cursor().map(str::to_owned);
        let is_last = self.pages.is_finished();
        Ok(Some(ListedPage { batch, date, mode, cursor, is_last, total, rows, bytes }))
    }
}

impl ListedPage {
    /// Returns the page as changes.
    pub(super) fn changes(self, progress: Value, stage: Stage) -> Changes {
        Changes { batch: self.batch, progress, stage, received: self.rows, bytes: self.bytes, pages: 1 }
    }
}
