//! Listings that come in pages: as a stream of pages, or of the rows in them.
//!
//! While one page is consumed the next is fetched, by a task that ends with the stream; so at most two pages are in
//! memory. An empty page in the middle does not end a listing, and a position that repeats itself is an error, not a loop.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::{FutureExt, Stream};
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::{Error, ErrorKind, Pending, ResponseValue};

/// How a listing names the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Each page holds the cursor of the next; the last holds none.
    Cursor,
    /// Pages are numbered from `first`.
    Page {
        /// The first page's number.
        first: i64,
    },
    /// Pages begin at the number of rows before them.
    Offset,
}

/// Where a page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Where the caller set it, or at the beginning.
    Start,
    /// Behind this cursor.
    Cursor(String),
    /// At this page number or offset.
    Number(i64),
}

/// An operation that answers in pages; generated code implements it.
pub trait Paged: Clone + Send + 'static {
    /// A page.
    type Page: Send + 'static;
    /// A row in a page.
    type Item: Send + 'static;
    /// How it names the next page.
    const SCHEME: Scheme;
    /// The same request for another page.
    #[must_use]
    fn at(&self, position: Position) -> Self;
    /// The page number or offset that the caller set.
    fn start(&self) -> Option<i64>;
    /// The page size that the caller set.
    fn size(&self) -> Option<i64>;
    /// Sends the request.
    fn fetch(self) -> Pending<Self::Page>;
    /// The next page's cursor.
    fn cursor(page: &Self::Page) -> Option<String>;
    /// How many rows there are in all, if the service says so.
    fn total(page: &Self::Page) -> Option<i64>;
    /// Takes the rows out of a page.
    fn items(page: &mut Self::Page) -> Vec<Self::Item>;
    /// How many rows a page holds.
    fn len(page: &Self::Page) -> usize;
}

/// A listing as a stream of pages.
///
/// After an error it ends; [`position`](Pages::position) then says where to go on.
#[must_use = "streams do nothing unless polled"]
pub struct Pages<O: Paged> {
    operation: O,
    /// Where the page is that comes next; `None` after the last.
    position: Option<Position>,
    fetching: Option<Fetch<O::Page>>,
    failed: bool,
}

/// A listing as a stream of rows.
#[must_use = "streams do nothing unless polled"]
pub struct Items<O: Paged> {
    pages: Pages<O>,
    rows: VecDeque<O::Item>,
}

impl<O: Paged> fmt::Debug for Pages<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("position", &self.position).finish_non_exhaustive()
    }
}

impl<O: Paged> fmt::Debug for Items<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("position", &self.pages.position).finish_non_exhaustive()
    }
}

/// A page on its way. Dropping it ends the request.
struct Fetch<P>(JoinHandle<Result<ResponseValue<P>, Error>>);

impl<P> Drop for Fetch<P> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Lists page by page.
pub fn pages<O: Paged>(operation: O) -> Pages<O> {
    Pages { operation, position: Some(Position::Start), fetching: None, failed: false }
}

/// Lists row by row.
pub fn items<O: Paged>(operation: O) -> Items<O> {
    Items { pages: pages(operation), rows: VecDeque::new() }
}

impl<O: Paged> Pages<O> {
    /// Where the next page is; after an error, where the page is that failed. `None` after the last page.
    pub fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    fn begin(&mut self) {
        let request = self.position.clone().map(|position| match position {
            Position::Start => self.operation.clone(),
            position => self.operation.at(position),
        });
        // The page belongs to the trace of whoever asks for it.
        self.fetching = request.map(|request| Fetch(tokio::spawn(request.fetch().in_current_span())));
    }

    /// Where the page behind this one is.
    fn behind(&self, page: &O::Page) -> Result<Option<Position>, Error> {
        let rows = i64::try_from(O::len(page)).unwrap_or(i64::MAX);
        let here = match (&self.position, O::SCHEME) {
            (Some(Position::Number(number)), _) => *number,
            (_, Scheme::Page { first }) => self.operation.start().unwrap_or(first),
            _ => self.operation.start().unwrap_or(0),
        };
        let more = |seen: i64| match (O::total(page), self.operation.size()) {
            (Some(total), _) => seen < total && (rows > 0 || self.operation.size().is_some()),
            (None, Some(size)) => rows >= size,
            (None, None) => rows > 0,
        };
        match O::SCHEME {
            Scheme::Cursor => match O::cursor(page).filter(|cursor| !cursor.is_empty()) {
                Some(cursor) if matches!(&self.position, Some(Position::Cursor(last)) if *last == cursor) => {
                    Err(Error::new(ErrorKind::Unexpected, "the listing repeats its cursor and would never end"))
                }
                cursor => Ok(cursor.map(Position::Cursor)),
            },
            Scheme::Page { first } => {
                let size = self.operation.size().unwrap_or(rows);
                let seen = (here - first + 1).saturating_mul(size);
                Ok(more(seen).then_some(Position::Number(here + 1)))
            }
            Scheme::Offset => {
                // A service may give fewer rows than asked for; an empty page in the middle is stepped over whole.
                let step = if rows > 0 { rows } else { self.operation.size().unwrap_or(0) };
                let next = here.saturating_add(step);
                Ok((step > 0 && more(next)).then_some(Position::Number(next)))
            }
        }
    }
}

impl<O: Paged + Unpin> Stream for Pages<O> {
    type Item = Result<O::Page, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.failed {
            return Poll::Ready(None);
        }
        if self.fetching.is_none() {
            self.begin();
        }
        let Some(fetching) = &mut self.fetching else {
            return Poll::Ready(None);
        };
        let answer = ready!(fetching.0.poll_unpin(context)).unwrap_or_else(|lost| {
            Err(Error::new(ErrorKind::Unexpected, "the task that fetches pages was ended").with_source(lost))
        });
        self.fetching = None;
        let result = answer.map(ResponseValue::into_inner).and_then(|page| Ok((self.behind(&page)?, page)));
        Poll::Ready(Some(match result {
            Ok((next, page)) => {
                self.position = next;
                self.begin();
                Ok(page)
            }
            Err(error) => {
                self.failed = true;
                Err(error)
            }
        }))
    }
}

impl<O: Paged + Unpin> Stream for Items<O>
where
    O::Item: Unpin,
{
    type Item = Result<O::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(mut page)) => self.rows = O::items(&mut page).into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
