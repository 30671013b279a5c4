//! A listing as a stream of rows.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::Stream;

use crate::{
    decode::mismatch::Mismatch,
    error::Error,
    paging::{
        paged::Paged,
        pages::{Pages, pages},
    },
};

/// A listing as a stream of rows.
///
/// The stream ends after an error. To continue after an error, use [`Pages`], whose [`position`](Pages::position) is
/// then that of the failed page.
#[must_use = "streams do nothing unless polled"]
pub struct Items<O: Paged> {
    pages: Pages<O>,
    rows: VecDeque<O::Item>,
}

/// Returns the rows of a listing as a stream. Users call the `stream` method of an operation's builder.
pub fn items<O: Paged>(operation: O) -> Items<O> {
    Items { pages: pages(operation), rows: VecDeque::new() }
}

impl<O: Paged> Items<O> {
    /// Returns the mismatches of the page that the row returned last belongs to; see [`Pages::mismatches`].
    pub fn mismatches(&self) -> &[Mismatch] {
        self.pages.mismatches()
    }

    /// Returns `true` if a row that could not be read was left out so far; see [`Pages::is_incomplete`].
    pub fn is_incomplete(&self) -> bool {
        self.pages.is_incomplete()
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
            // Frees the rows before those of the next page are allocated.
            self.rows = VecDeque::new();
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(mut page)) => self.rows = O::items(&mut page).into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<O: Paged> fmt::Debug for Items<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("position", &self.pages.position()).finish_non_exhaustive()
    }
}
