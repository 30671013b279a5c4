//! The token cache: the active token, its refresh schedule, and the fetch in flight.

pub(crate) mod cell;
pub(crate) mod fetcher;
pub(crate) mod snapshot;
pub(crate) mod state;
pub(crate) mod token_cache;
