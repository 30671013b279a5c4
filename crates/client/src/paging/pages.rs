//! A listing as a stream of pages.

use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll},
    time::SystemTime,
};

use futures_util::{Stream, future::BoxFuture};

use crate::{
    decode::{
        body::DecodedBody,
        mismatch::{Mismatch, Mismatches},
    },
    error::Error,
    paging::{
        fetch::{DecodedFetch, ReceivedPage, date},
        paged::{Paged, Position},
        progress::{PageInfo, Progress},
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
    progress: Progress,
    state: State,
    /// Buffer of an earlier page, reused for the next response.
    buffer: Vec<u8>,
    /// Mismatches of the page that was returned last.
    mismatches: Option<Box<Mismatches>>,
    incomplete: bool,
    /// Time of the service at the first response, from its `Date` header.
    first_date: Option<SystemTime>,
}

#[expect(clippy::large_enum_variant, reason = "one per listing; boxing would allocate for every page")]
enum State {
    /// No page was requested.
    Idle,
    /// The next page is in flight.
    Fetching(DecodedFetch),
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
    fetch: DecodedFetch,
    /// Yields once, so that the runtime sends the request before this task decodes its page.
    yielded: BoxFuture<'static, ()>,
}

/// Returns the pages of a listing as a stream. Users call the `pages` method of an operation's builder.
pub fn pages<O: Paged>(operation: O) -> Pages<O> {
    let progress = Progress::new(O::SCHEME);
    let (mismatches, incomplete, first_date) = (None, false, None);
    Pages { operation, progress, state: State::Idle, buffer: Vec::new(), mismatches, incomplete, first_date }
}

impl<O: Paged> Pages<O> {
    /// Returns the position of the next page, or of the failed page after an error; `None` after the last page.
    pub fn position(&self) -> Option<&Position> {
        self.progress.position()
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

    /// Returns the time in the `Date` header of the first response; `None` before it, and without the header.
    #[doc(hidden)]
    pub fn first_date(&self) -> Option<SystemTime> {
        self.first_date
    }

    /// Requests the next page, unless it was prefetched or there is none.
    fn request_next(&mut self, prefetched: Option<Prefetched>) -> State {
        match (self.progress.position().cloned(), prefetched) {
            (None, _) => State::Done,
            (Some(position), Some(ahead)) if ahead.position == position => State::Fetching(ahead.fetch),
            (Some(position), _) => State::Fetching(self.fetch(position)),
        }
    }

    fn fetch(&mut self, position: Position) -> DecodedFetch {
        self.operation.seek(position);
        DecodedFetch::start(self.operation.request(), mem::take(&mut self.buffer))
    }

    /// Requests the page after a received page, if the cursor is found in the received bytes.
    fn prefetch(&mut self, page: &ReceivedPage) -> Option<Prefetched> {
        let position = self.progress.position_to_prefetch(&page.response.body, O::CURSOR_FIELD?)?;
        let fetch = self.fetch(position.clone());
        Some(Prefetched { position, fetch, yielded: Box::pin(tokio::task::yield_now()) })
    }

    /// Decodes a received page and requests the next.
    fn decode_page(&mut self, page: ReceivedPage, prefetched: Option<Prefetched>) -> Result<O::Page, Error> {
        let (api, operation) = page.names();
        let (decoded, buffer) = page.decode();
        self.buffer = buffer;
        let DecodedBody { value, mismatches } = decoded?;
        // Rows that were left out count, or the listing would end early or repeat rows.
        let left_out = mismatches.as_ref().map_or(0, |mismatches| mismatches.rows);
        self.incomplete |= left_out > 0;
        self.mismatches = mismatches;
        let decoded = downcast(value);
        let page = PageInfo {
            start: self.operation.start(),
            size: self.operation.page_size(),
            rows: O::len(&decoded) + left_out,
            cursor: O::cursor(&decoded),
            total: O::total(&decoded),
            body: &self.buffer,
        };
        self.progress.advance(page).map_err(|error| error.at(api, operation))?;
        self.state = self.request_next(prefetched);
        Ok(decoded)
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
                        if this.position() == Some(&Position::Start) {
                            this.first_date = date(&page.response.headers);
                        }
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
        f.debug_struct("Pages").field("position", &self.position()).finish_non_exhaustive()
    }
}
