//! The client runtime against a scripted server on loopback.

mod auth;
mod bad_input;
#[path = "../../../../xtask/canary/it.rs"]
mod canary;
mod errors;
mod paging;
mod redirects;
mod retries;
mod script;
mod secrets;
mod status_in_body;
mod uploads;
