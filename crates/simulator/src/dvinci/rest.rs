//! The REST API: routes, requests, and operations common to several resources.

mod attachments;
mod configuration;
pub(super) mod crud;
mod history;
pub(super) mod query;
pub(super) mod request;
pub(super) mod routes;
mod transitions;
pub(super) mod view;
