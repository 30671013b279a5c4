//! Listings that come in pages: as a stream of pages, or of the rows in them.
//!
//! While one page is consumed the next is fetched, by a task that ends with the stream. A cursor is read before its page
//! is decoded, so that the service works on the next page meanwhile. A page is decoded by whoever consumes it, when it is
//! wanted: in memory are the rows of one page, and the bytes of it and of the one behind it, in two buffers that all
//! pages of a listing share. An empty page in the middle does not end a listing, and a position that repeats itself is an
//! error, not a loop.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::{FutureExt, Stream, future::BoxFuture};
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::{
    CallOptions, Error, ErrorKind, Operation, Session, decode,
    decode::WireValue,
    draft::{Draft, Fill},
    early,
    execute::Whole,
    outgoing::Outgoing,
};

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
    type Page: WireValue + Send + 'static;
    /// A row in a page.
    type Item: Send + 'static;
    /// How it names the next page.
    const SCHEME: Scheme;
    /// Turns to another page.
    fn turn(&mut self, position: Position);
    /// The same request for another page.
    #[must_use]
    fn at(mut self, position: Position) -> Self {
        self.turn(position);
        self
    }
    /// The page number or offset that the caller set.
    fn start(&self) -> Option<i64>;
    /// The page size that the caller set.
    fn size(&self) -> Option<i64>;
    /// The page's member that holds the next page's cursor, if there are cursors.
    const CURSOR: Option<&'static str>;
    /// The call that asks for the page.
    fn call(&self) -> Call;
    /// The next page's cursor.
    fn cursor(page: &Self::Page) -> Option<String>;
    /// How many rows there are in all, if the service says so.
    fn total(page: &Self::Page) -> Option<i64>;
    /// Takes the rows out of a page.
    fn items(page: &mut Self::Page) -> Vec<Self::Item>;
    /// How many rows a page holds.
    fn len(page: &Self::Page) -> usize;
}

/// A call that asks for a page, ready to be sent.
#[derive(Debug)]
pub struct Call {
    session: Session,
    operation: &'static Operation,
    request: Result<Outgoing, Error>,
    options: CallOptions,
}

impl Call {
    /// What an operation's builder was given.
    #[must_use]
    pub fn new(session: &Session, operation: &'static Operation, builder: &dyn Fill, options: CallOptions) -> Self {
        Self { session: session.clone(), operation, request: Draft::of(session, operation, builder), options }
    }
}

/// A listing as a stream of pages.
///
/// After an error it ends; [`position`](Pages::position) then says where to go on.
#[must_use = "streams do nothing unless polled"]
pub struct Pages<O: Paged> {
    operation: O,
    /// Where the page is that comes next; `None` after the last.
    position: Option<Position>,
    fetching: Option<Fetch>,
    /// The page that comes next, if it is there, and what has to happen before it is decoded.
    arrived: Option<(Arrived, BoxFuture<'static, ()>)>,
    /// The page behind that one, if it was asked for already.
    ahead: Option<(Position, Fetch)>,
    /// A page's bytes were in it.
    room: Vec<u8>,
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

/// Whose page it is, for errors.
#[derive(Clone, Copy)]
struct Origin {
    api: &'static str,
    operation: &'static Operation,
}

/// A page on its way. Dropping it ends the request.
struct Fetch {
    origin: Origin,
    page: JoinHandle<Result<Whole, Error>>,
}

/// A page that is there, as it came.
struct Arrived {
    origin: Origin,
    page: Whole,
}

impl Fetch {
    fn begin(call: Call, room: Vec<u8>) -> Self {
        let Call { session, operation, request, options } = call;
        let origin = Origin { api: session.api(), operation };
        let page = async move { session.buffered(operation, request, options, room).await };
        // The page belongs to the trace of whoever asks for it.
        Self { origin, page: tokio::spawn(page.in_current_span()) }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Arrived, Error>> {
        let page = ready!(self.page.poll_unpin(context)).unwrap_or_else(|lost| {
            Err(Error::new(ErrorKind::Unexpected, "the task that fetches pages was ended").with_source(lost))
        });
        Poll::Ready(page.map(|page| Arrived { origin: self.origin, page }))
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.page.abort();
    }
}

/// Lists page by page.
pub fn pages<O: Paged>(operation: O) -> Pages<O> {
    Pages {
        operation,
        position: Some(Position::Start),
        fetching: None,
        arrived: None,
        ahead: None,
        room: Vec::new(),
        failed: false,
    }
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
            _ => self.fetch(position),
        });
    }

    fn fetch(&mut self, position: Position) -> Fetch {
        self.operation.turn(position);
        Fetch::begin(self.operation.call(), std::mem::take(&mut self.room))
    }

    /// Asks for the page behind one that is there, if its bytes tell where that is.
    fn look_ahead(&mut self, page: &Whole) -> BoxFuture<'static, ()> {
        let cursor = O::CURSOR.and_then(|name| early::last_member(&page.body, name));
        let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Box::pin(std::future::ready(())) };
        let there = Position::Cursor(cursor);
        if self.position.as_ref() != Some(&there) {
            self.ahead = Some((there.clone(), self.fetch(there)));
        }
        // The request goes out while this task rests, and not after it has decoded.
        Box::pin(tokio::task::yield_now())
    }

    /// Decodes a page that is there, and goes for the next.
    fn take_in(&mut self, Arrived { origin, page }: Arrived) -> Result<O::Page, Error> {
        let decoded = decode::body::value(&page).map_err(|error| error.at(origin.api, origin.operation));
        self.room = page.body.into();
        let decoded: O::Page = decoded?;
        self.position = self.behind(&decoded)?;
        self.begin();
        Ok(decoded)
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
        let this = &mut *self;
        let page = loop {
            if let Some((_, ready)) = &mut this.arrived {
                ready!(ready.as_mut().poll(context));
                let arrived = this.arrived.take().expect("it was there").0;
                break this.take_in(arrived);
            }
            if this.fetching.is_none() {
                this.begin();
            }
            let Some(fetching) = &mut this.fetching else { return Poll::Ready(None) };
            let arrived = ready!(fetching.poll(context));
            this.fetching = None;
            match arrived {
                Ok(arrived) => {
                    let ready = this.look_ahead(&arrived.page);
                    this.arrived = Some((arrived, ready));
                }
                Err(error) => break Err(error),
            }
        };
        if page.is_err() {
            this.failed = true;
            this.ahead = None;
        }
        Poll::Ready(Some(page))
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
            // Its memory is for the next page's rows.
            self.rows = VecDeque::new();
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(mut page)) => self.rows = O::items(&mut page).into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
