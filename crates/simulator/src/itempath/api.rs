//! The REST API: routes, lists, create, read, update, delete, and the call log.

pub(super) mod call_log;
pub(super) mod crud;
mod filter;
mod list;
pub(super) mod routes;
