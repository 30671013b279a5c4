//! Listings in pages, as a stream of pages or of their rows.
//!
//! The operations of a client that page have two methods: `pages` returns [`Pages`], `stream` returns [`Items`].
//!
//! * **Prefetch**: while one page is consumed, a background task fetches the next; the task ends with the stream. If the
//!   page's cursor can be read before the rows are decoded, the next request is sent first.
//! * **Memory**: a page is decoded when it is polled. In memory are the rows of one page and the bytes of two, in two
//!   buffers that all pages of a listing share.
//! * **End**: an empty page in the middle does not end a listing. A cursor that repeats itself is an error.

mod cursor_scan;
mod fetch;
mod items;
mod paged;
mod pages;

pub use self::{
    items::{Items, items},
    paged::{PageRequest, Paged, Position, Scheme},
    pages::{Pages, pages},
};
