//! Listings in pages, as a stream of pages or of their rows.
//!
//! The builders of paged operations have two methods: `pages` returns [`Pages`], `stream` returns [`Items`]. Both are
//! streams that must be polled in a tokio runtime.
//!
//! * **Prefetch**: while one page is consumed, a background task fetches the next. Dropping the stream aborts the task. If
//!   the cursor can be read before the rows are decoded, the next request is sent before decoding.
//! * **Memory**: a page is decoded when the stream is polled for it. The rows of one page and the bytes of two pages are in
//!   memory. All pages of a listing share two buffers.
//! * **Unreadable rows**: a row that cannot be read is left out, and `is_incomplete` of the stream is `true`. A cursor, a
//!   total or a key of an unexpected type is an error.
//! * **End**: an empty page with a cursor, or below the total, does not end a listing. A listing that makes no progress
//!   is an error of kind [`Unexpected`](crate::ErrorKind::Unexpected): a cursor that an earlier page had, 50 empty pages
//!   in a row, or, in a listing by page number or offset, a page with the same bytes as an earlier one.
//!
//! ```
//! use futures::StreamExt;
//! use keyfob_client::{
//!     Error,
//!     paging::{Paged, pages},
//! };
//!
//! async fn count<O: Paged + Unpin>(operation: O) -> Result<usize, Error> {
//!     let (mut count, mut listing) = (0, pages(operation));
//!     while let Some(page) = listing.next().await {
//!         match page {
//!             Ok(page) => count += O::len(&page),
//!             Err(error) => {
//!                 // With this position, `Paged::at` continues at the failed page.
//!                 eprintln!("failed at {:?}", listing.position());
//!                 return Err(error);
//!             }
//!         }
//!     }
//!     Ok(count)
//! }
//! ```

mod cursor_scan;
mod fetch;
mod items;
mod paged;
mod pages;
mod progress;
pub(crate) mod raw;

pub use self::{
    items::{Items, items},
    paged::{PageRequest, Paged, Position, Scheme},
    pages::{Pages, pages},
};
