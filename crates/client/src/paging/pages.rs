//! A listing as a stream of pages.

use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{Stream, future::BoxFuture};

use crate::{
    decode::{
        body::DecodedBody,
        mismatch::{Mismatch, Mismatches},
    },
    error::{Error, ErrorKind},
    paging::{
        cursor_scan,
        fetch::{PageFetch, ReceivedPage},
        paged::{Paged, Position, Scheme},
    },
    response::downcast,
};

/// A listing as a stream of pages.
///
/// The stream ends after an error. [`position`](Pages::position) then returns the position of the failed page, with
/// which a new listing can continue: see [`Paged::at`].
#[must_use = "streams do nothing unless polled"]
pub struct Pages<O: Paged> {
    operation: O,
    /// Position of the next page; `None` after the last.
    position: Option<Position>,
    state: State,
    /// Buffer of an earlier page, reused for the next response.
    buffer: Vec<u8>,
    /// Mismatches of the page that was returned last.
    mismatches: Option<Box<Mismatches>>,
    incomplete: bool,
}

#[expect(clippy::large_enum_variant, reason = "one per listing; boxing would allocate for every page")]
enum State {
    /// No page was requested.
    Idle,
    /// The next page is in flight.
    Fetching(PageFetch),
    /// The next page was received and is not decoded.
    Received {
        page: ReceivedPage,
        /// Request for the following page, sent before this page is decoded.
        prefetched: Option<Prefetched>,
    },
    /// The last page or an error was returned.
    Done,
}

/// A page requested before its predecessor was decoded.
struct Prefetched {
    position: Position,
    fetch: PageFetch,
    /// Yields once, so that the runtime sends the request before this task decodes its page.
    yielded: BoxFuture<'static, ()>,
}

/// Returns the pages of a listing as a stream. Users call the `pages` method of an operation's builder.
pub fn pages<O: Paged>(operation: O) -> Pages<O> {
    let position = Some(Position::Start);
    Pages { operation, position, state: State::Idle, buffer: Vec::new(), mismatches: None, incomplete: false }
}

impl<O: Paged> Pages<O> {
    /// Returns the position of the next page, or of the failed page after an error; `None` after the last page.
    pub fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Returns the values of the page returned last that do not have the type that the API's description declares; see
    /// [`ResponseValue::mismatches`](crate::ResponseValue::mismatches).
    pub fn mismatches(&self) -> &[Mismatch] {
        self.mismatches.as_ref().map_or(&[], |mismatches| &mismatches.listed)
    }

    /// Returns `true` if a page returned so far lacks a row that could not be read. Do not take a row that is absent from
    /// such a listing for deleted.
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// Requests the next page, unless it was prefetched or there is none.
    fn request_next(&mut self, prefetched: Option<Prefetched>) -> State {
        match (self.position.clone(), prefetched) {
            (None, _) => State::Done,
            (Some(position), Some(ahead)) if ahead.position == position => State::Fetching(ahead.fetch),
            (Some(position), _) => State::Fetching(self.fetch(position)),
        }
    }

    fn fetch(&mut self, position: Position) -> PageFetch {
        self.operation.seek(position);
        PageFetch::start(self.operation.request(), mem::take(&mut self.buffer))
    }

    /// Requests the page after a received page, if the cursor is found in the received bytes.
    fn prefetch(&mut self, page: &ReceivedPage) -> Option<Prefetched> {
        let cursor = O::CURSOR_FIELD.and_then(|name| cursor_scan::last_member(&page.response.body, name));
        let position = cursor.filter(|cursor| !cursor.is_empty()).map(Position::Cursor)?;
        if self.position.as_ref() == Some(&position) {
            return None;
        }
        let fetch = self.fetch(position.clone());
        Some(Prefetched { position, fetch, yielded: Box::pin(tokio::task::yield_now()) })
    }

    /// Decodes a received page and requests the next.
    fn decode_page(&mut self, page: ReceivedPage, prefetched: Option<Prefetched>) -> Result<O::Page, Error> {
        let (decoded, buffer) = page.decode();
        self.buffer = buffer;
        let DecodedBody { value, mismatches } = decoded?;
        self.incomplete |= mismatches.as_ref().is_some_and(|mismatches| mismatches.is_incomplete());
        self.mismatches = mismatches;
        let decoded = downcast(value);
        self.position = self.next_position(&decoded)?;
        self.state = self.request_next(prefetched);
        Ok(decoded)
    }

    /// Returns the position after a page.
    fn next_position(&self, page: &O::Page) -> Result<Option<Position>, Error> {
        // Rows that were left out count, or the listing would end early or repeat rows.
        let left_out = self.mismatches.as_ref().map_or(0, |mismatches| mismatches.rows);
        let rows = i64::try_from(O::len(page) + left_out).unwrap_or(i64::MAX);
        let here = match (&self.position, O::SCHEME) {
            (Some(Position::Number(number)), _) => *number,
            (_, Scheme::Page { first }) => self.operation.start().unwrap_or(first),
            _ => self.operation.start().unwrap_or(0),
        };
        let has_more = |seen: i64| match (O::total(page), self.operation.page_size()) {
            (Some(total), _) => seen < total && (rows > 0 || self.operation.page_size().is_some()),
            (None, Some(size)) => rows >= size,
            (None, None) => rows > 0,
        };
        match O::SCHEME {
            Scheme::Cursor => match O::cursor(page).filter(|cursor| !cursor.is_empty()) {
                Some(cursor) if matches!(&self.position, Some(Position::Cursor(last)) if *last == cursor) => {
                    Err(Error::new(
                        ErrorKind::Unexpected,
                        "the service repeats the cursor of a page, so the listing would never end",
                    ))
                }
                cursor => Ok(cursor.map(Position::Cursor)),
            },
            Scheme::Page { first } => {
                let size = self.operation.page_size().unwrap_or(rows);
                let seen = (here - first + 1).saturating_mul(size);
                Ok(has_more(seen).then_some(Position::Number(here + 1)))
            }
            Scheme::Offset => {
                // A service may return fewer rows than the page size. After an empty page, the offset grows by the page
                // size.
                let step = if rows > 0 { rows } else { self.operation.page_size().unwrap_or(0) };
                let next = here.saturating_add(step);
                Ok((step > 0 && has_more(next)).then_some(Position::Number(next)))
            }
        }
    }
}

impl<O: Paged + Unpin> Stream for Pages<O> {
    type Item = Result<O::Page, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            // After an error the state remains `Done`.
            match mem::replace(&mut this.state, State::Done) {
                State::Idle => this.state = this.request_next(None),
                State::Fetching(mut fetch) => match fetch.poll(context) {
                    Poll::Pending => {
                        this.state = State::Fetching(fetch);
                        return Poll::Pending;
                    }
                    Poll::Ready(Ok(page)) => {
                        let prefetched = this.prefetch(&page);
                        this.state = State::Received { page, prefetched };
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                },
                State::Received { page, mut prefetched } => {
                    if let Some(ahead) = &mut prefetched
                        && ahead.yielded.as_mut().poll(context).is_pending()
                    {
                        this.state = State::Received { page, prefetched };
                        return Poll::Pending;
                    }
                    return Poll::Ready(Some(this.decode_page(page, prefetched)));
                }
                State::Done => return Poll::Ready(None),
            }
        }
    }
}

impl<O: Paged> fmt::Debug for Pages<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("position", &self.position).finish_non_exhaustive()
    }
}
