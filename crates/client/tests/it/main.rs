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
mod http2;
mod http2_server;
mod limits;
mod manual_time;
mod options;
mod paging;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod redirects;
mod retries;
mod script;
mod secrets;
mod status_in_body;
mod time_limits;
mod transport;
