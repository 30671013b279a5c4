//! A table's listing as pages of undecoded JSON.

use std::{fmt, future::poll_fn, time::SystemTime};

use bytes::Bytes;

use crate::{
    error::Error,
    paging::{
        fetch::{PageFetch, date},
        paged::{Position, Scheme},
        progress::{PageInfo, Progress},
    },
    request::dynamic::DynamicCall,
    session::Session,
    table::{Table, TablePaging},
};

/// A table's listing as pages of undecoded JSON, for callers that decode by the table's columns.
///
/// Each page is decoded by the caller, who reports its number of rows, cursor and total to
/// [`advance`](RawPages::advance). Retries, authorization and limits are those of a typed listing.
#[must_use = "a listing requests nothing before `next`"]
pub struct RawPages {
    /// The call without a position.
    call: DynamicCall,
    paging: TablePaging,
    /// Number of requested rows, if the service certainly sends as many.
    size: Option<i64>,
    progress: Progress,
    /// Request for a page, with its position.
    in_flight: Option<(Position, PageFetch)>,
    /// A page that was received and not returned.
    received: Option<RawPage>,
    /// Bytes of the page that was returned and not reported to `advance`.
    returned: Option<Bytes>,
    /// Bytes of earlier pages. Their buffer is reused once the caller has dropped the page.
    spare: Vec<Bytes>,
}

/// An undecoded page.
#[derive(Debug)]
#[non_exhaustive]
pub struct RawPage {
    /// Body of the response.
    pub body: Bytes,
    /// Time in the `Date` header of the response.
    pub date: Option<SystemTime>,
}

/// Facts about a decoded page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// Number of rows, those that could not be decoded included.
    pub rows: usize,
    /// Cursor of the next page.
    pub cursor: Option<String>,
    /// Total number of rows, if the service sends it.
    pub total: Option<i64>,
}

impl RawPages {
    /// Starts a listing at its first page, or at the page after `cursor`.
    ///
    /// `parameters` are sent with each request, besides the table's own. `page_size` replaces the table's page size; a
    /// table without the parameter ignores it.
    pub fn new(
        session: &Session,
        table: &'static Table,
        parameters: Vec<(String, String)>,
        page_size: Option<u32>,
        cursor: Option<String>,
    ) -> Self {
        let mut call = session.operation(table.operation);
        for (name, value) in table.parameters {
            call = call.param(*name, *value);
        }
        let mut size = None;
        if let Some(parameter) = &table.page_size {
            let requested = page_size.unwrap_or(parameter.default);
            call = call.param(parameter.parameter, requested.to_string());
            // A service may send fewer rows than requested above its limit, which does not end the listing.
            size = (requested <= parameter.default).then_some(i64::from(requested));
        }
        for (name, value) in parameters {
            call = call.param(name, value);
        }
        let mut progress = Progress::new(match table.paging {
            // A page without a cursor is the last.
            TablePaging::Single | TablePaging::Cursor { .. } => Scheme::Cursor,
            TablePaging::Page { first, .. } => Scheme::Page { first },
            TablePaging::Offset { .. } => Scheme::Offset,
        });
        if let Some(cursor) = cursor {
            progress.start_at(cursor);
        }
        let (in_flight, received, returned) = (None, None, None);
        Self { call, paging: table.paging, size, progress, in_flight, received, returned, spare: Vec::new() }
    }

    /// Returns the next page; `None` after the last.
    ///
    /// If the cursor of the following page is found in the bytes, that page is requested before this one is returned.
    /// Dropping the future does not lose a page.
    ///
    /// # Errors
    ///
    /// Errors as those of the operation's call; the next call of `next` then requests the page again.
    /// [`ErrorKind::Rejected`](crate::ErrorKind::Rejected) if the previous page was not reported to `advance`.
    pub async fn next(&mut self) -> Result<Option<RawPage>, Error> {
        if self.returned.is_some() {
            return Err(self.at(Error::rejected("the previous page was not reported to `advance`")));
        }
        if self.received.is_none() {
            self.request_next();
            let Some((_, fetch)) = &mut self.in_flight else { return Ok(None) };
            let response = poll_fn(|context| fetch.poll(context)).await;
            self.in_flight = None;
            let response = response?;
            let page = RawPage { date: date(&response.headers), body: response.body };
            let next = match self.paging {
                TablePaging::Cursor { field, .. } => self.progress.position_to_prefetch(&page.body, field),
                _ => None,
            };
            self.received = Some(page);
            if let Some(position) = next {
                self.fetch(position);
                // The runtime sends the request before this task decodes its page.
                tokio::task::yield_now().await;
            }
        }
        let page = self.received.take();
        self.returned = page.as_ref().map(|page| page.body.clone());
        Ok(page)
    }

    /// Moves to the page after the one that [`next`](RawPages::next) returned, and requests it unless it is in flight.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected) if the listing makes no progress: see
    /// [`paging`](crate::paging). The position is then still that of the page.
    pub fn advance(&mut self, facts: PageFacts) -> Result<(), Error> {
        let Some(body) = self.returned.take() else {
            return Err(self.at(Error::rejected("there is no page to advance from")));
        };
        let cursor = facts.cursor.filter(|_| matches!(self.paging, TablePaging::Cursor { .. }));
        let page = PageInfo { start: None, size: self.size, rows: facts.rows, cursor, total: facts.total, body: &body };
        self.progress.advance(page).map_err(|error| self.at(error))?;
        self.spare.push(body);
        self.request_next();
        Ok(())
    }

    /// Returns the cursor of the next page; `None` after the last page and in listings without cursors.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        match self.progress.position() {
            Some(Position::Cursor(cursor)) => Some(cursor),
            _ => None,
        }
    }

    /// Returns `true` after the last page was reported to `advance`.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.progress.position().is_none()
    }

    /// Requests the next page, unless it is in flight or there is none.
    fn request_next(&mut self) {
        let next = self.progress.position();
        if next != self.in_flight.as_ref().map(|(position, _)| position) {
            self.in_flight = None;
            if let Some(position) = next.cloned() {
                self.fetch(position);
            }
        }
    }

    fn fetch(&mut self, position: Position) {
        let mut call = self.call.clone();
        let value = match &position {
            Position::Start => None,
            Position::Cursor(cursor) => Some(cursor.clone()),
            Position::Number(number) => Some(number.to_string()),
        };
        let parameter = match self.paging {
            TablePaging::Single => None,
            TablePaging::Cursor { parameter, .. }
            | TablePaging::Page { parameter, .. }
            | TablePaging::Offset { parameter, .. } => Some(parameter),
        };
        if let Some((name, value)) = parameter.zip(value) {
            call = call.param(name, value);
        }
        let (request, buffer) = (call.request(), self.buffer());
        let fetch = PageFetch::start(call.session, call.operation, request, call.call, buffer);
        self.in_flight = Some((position, fetch));
    }

    /// Takes the buffer of a page that the caller has dropped.
    fn buffer(&mut self) -> Vec<u8> {
        let unused = self.spare.iter().position(Bytes::is_unique);
        let buffer = unused.map(|index| self.spare.swap_remove(index)).unwrap_or_default();
        // One page can be in use by the caller while the next is requested.
        let surplus = self.spare.len().saturating_sub(1);
        self.spare.drain(..surplus);
        buffer.into()
    }

    fn at(&self, error: Error) -> Error {
        error.at(self.call.session.api(), self.call.operation)
    }
}

impl fmt::Debug for RawPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawPages").field("call", &self.call).finish_non_exhaustive()
    }
}
