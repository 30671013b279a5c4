//! The client runtime against a scripted server on loopback.

mod auth;
mod bad_input;
#[cfg(feature = "files")]
#[path = "../../../../xtask/canary/it.rs"]
mod canary;
mod compression;
mod concurrent;
mod errors;
#[cfg(feature = "files")]
mod files;
mod http2;
mod http2_server;
mod manual_time;
mod odata;
mod options;
mod paging;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod raw_pages;
mod redirects;
mod refusing;
mod retries;
mod script;
mod secrets;
#[cfg(feature = "files")]
#[expect(dead_code, reason = "the table of faults needs one more reaction of the server")]
mod slow_server;
mod status_in_body;
mod time_limits;
mod transport;
