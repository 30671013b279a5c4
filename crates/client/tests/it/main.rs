//! The client runtime against a scripted server on loopback.

mod auth;
mod bad_input;
#[cfg(feature = "files")]
#[path = "../../../../xtask/canary/it.rs"]
mod canary;
mod concurrent;
mod errors;
#[cfg(feature = "files")]
mod files;
mod limits;
mod options;
mod paging;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod redirects;
mod retries;
mod script;
mod secrets;
mod status_in_body;
mod transport;
