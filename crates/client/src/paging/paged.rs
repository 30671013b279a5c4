//! Operations that page: their pages, positions and requests.

use std::fmt;

use crate::{
    call::options::CallOptions, decode::body::BodyDecoder, error::Error, operation::Operation,
    request::prepared::PreparedRequest, session::Session,
};

/// Way in which a listing identifies the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Each page contains the cursor of the next page; the last page has no cursor.
    Cursor,
    /// Pages are numbered from `first`.
    Page {
        /// Number of the first page.
        first: i64,
    },
    /// The position of a page is the number of rows before it.
    Offset,
}

/// Position of a page in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// The position that the caller set, or the first page.
    Start,
    /// The page after this cursor.
    Cursor(String),
    /// The page with this page number or offset.
    Number(i64),
}

/// An operation whose response is a page of a listing; implemented by generated code.
///
/// [`pages`](super::pages) and [`items`](super::items) stream the pages and the items. The other members are hidden: only
/// the runtime uses them.
pub trait Paged: Clone + Send + 'static {
    /// A page.
    type Page: Send + 'static;
    /// A row of a page.
    type Item: Send + 'static;
    /// Way in which the operation identifies the next page.
    #[doc(hidden)]
    const SCHEME: Scheme;
    /// Name of the page's field with the next cursor; `None` without cursors.
    #[doc(hidden)]
    const CURSOR_FIELD: Option<&'static str>;
    /// Changes the request to another page.
    #[doc(hidden)]
    fn seek(&mut self, position: Position);
    /// Returns the request for another page, with the same filters.
    #[doc(hidden)]
    #[must_use]
    fn at(mut self, position: Position) -> Self {
        self.seek(position);
        self
    }
    /// Returns the page number or offset that the caller set.
    #[doc(hidden)]
    fn start(&self) -> Option<i64>;
    /// Returns the page size that the caller set.
    #[doc(hidden)]
    fn page_size(&self) -> Option<i64>;
    /// Builds the request for the page.
    #[doc(hidden)]
    fn request(&self) -> PageRequest;
    /// Returns the cursor of the next page.
    #[doc(hidden)]
    fn cursor(page: &Self::Page) -> Option<String>;
    /// Returns the total number of rows, if the service sends it.
    #[doc(hidden)]
    fn total(page: &Self::Page) -> Option<i64>;
    /// Moves the rows out of a page.
    #[doc(hidden)]
    fn items(page: &mut Self::Page) -> Vec<Self::Item>;
    /// Returns the number of rows in a page.
    #[doc(hidden)]
    fn len(page: &Self::Page) -> usize;
}

/// A request for a page, ready to be sent; generated code creates it.
pub struct PageRequest {
    pub(crate) session: Session,
    pub(crate) operation: &'static Operation,
    pub(crate) request: Result<PreparedRequest, Error>,
    pub(crate) options: CallOptions,
    /// Decodes the response into the page's type.
    pub(crate) decoder: BodyDecoder,
}

impl fmt::Debug for PageRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageRequest").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}
