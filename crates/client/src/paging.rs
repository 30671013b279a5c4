//! Listings that come in pages: as a stream of pages, or of the rows in them.
//!
//! While one page is consumed the next is fetched, by a task that ends with the stream; so at most two pages are in
//! memory. A cursor is read before its page is decoded, so that the service works on the next page meanwhile. An empty
//! page in the middle does not end a listing, and a position that repeats itself is an error, not a loop.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::{FutureExt, Stream};
use tokio::{sync::oneshot, task::JoinHandle};
use tracing::Instrument;

use crate::{Error, ErrorKind, Pending, ResponseValue};

pub use crate::early::Early;

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
    /// The page's member that holds the next page's cursor, if there are cursors.
    const CURSOR: Option<&'static str>;
    /// Sends the request. `early` is told the next page's cursor.
    fn fetch(self, early: Option<Early>) -> Pending<Self::Page>;
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
    /// The page behind that one, if it was asked for already.
    ahead: Option<(Position, Fetch<O::Page>)>,
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
struct Fetch<P> {
    page: JoinHandle<Result<ResponseValue<P>, Error>>,
    /// Where the page behind it is, which may be known before it is there.
    early: Option<oneshot::Receiver<String>>,
}

impl<P: Send + 'static> Fetch<P> {
    fn begin<O: Paged<Page = P>>(operation: &O, position: Position) -> Self {
        let request = match position {
            Position::Start => operation.clone(),
            position => operation.at(position),
        };
        let (tell, early) = O::CURSOR.map(Early::new).unzip();
        // The page belongs to the trace of whoever asks for it.
        Self { page: tokio::spawn(request.fetch(tell).in_current_span()), early }
    }

    /// The next page's cursor, once, if it is known by now.
    fn poll_early(&mut self, context: &mut Context<'_>) -> Option<String> {
        let Poll::Ready(cursor) = self.early.as_mut()?.poll_unpin(context) else { return None };
        self.early = None;
        cursor.ok()
    }
}

impl<P> Drop for Fetch<P> {
    fn drop(&mut self) {
        self.page.abort();
    }
}

/// Lists page by page.
pub fn pages<O: Paged>(operation: O) -> Pages<O> {
    Pages { operation, position: Some(Position::Start), fetching: None, ahead: None, failed: false }
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

    /// Goes for the page that comes next, unless it is on its way.
    fn begin(&mut self) {
        let ahead = self.ahead.take();
        self.fetching = self.position.clone().map(|position| match ahead {
            Some((there, fetch)) if there == position => fetch,
            _ => Fetch::begin(&self.operation, position),
        });
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
        let this = &mut *self;
        let Some(fetching) = &mut this.fetching else {
            return Poll::Ready(None);
        };
        // Only now that a page is wanted: two are in memory then, its own and the one behind it.
        if let Some(cursor) = fetching.poll_early(context).filter(|cursor| !cursor.is_empty()) {
            let there = Position::Cursor(cursor);
            if this.position.as_ref() != Some(&there) {
                this.ahead = Some((there.clone(), Fetch::begin(&this.operation, there)));
            }
        }
        let answer = ready!(fetching.page.poll_unpin(context)).unwrap_or_else(|lost| {
            Err(Error::new(ErrorKind::Unexpected, "the task that fetches pages was ended").with_source(lost))
        });
        this.fetching = None;
        let result = answer.map(ResponseValue::into_inner).and_then(|page| Ok((this.behind(&page)?, page)));
        Poll::Ready(Some(match result {
            Ok((next, page)) => {
                this.position = next;
                this.begin();
                Ok(page)
            }
            Err(error) => {
                this.failed = true;
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
