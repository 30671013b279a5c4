//! The client runtime against a scripted server on loopback.

mod auth;
mod bad_input;
mod bulk;
#[path = "../../../../xtask/canary/it.rs"]
mod canary;
mod downloads;
mod errors;
mod file_server;
mod paging;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod redirects;
mod retries;
mod script;
mod secrets;
mod status_in_body;
mod uploads;
