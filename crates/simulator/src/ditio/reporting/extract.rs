//! Extractions: query parameters, cursors, pages, and the routes.

pub(super) mod cursor;
pub(super) mod endpoint;
pub(super) mod filter;
pub(super) mod page;
pub(super) mod query;
