//! The life of a call: authorize, send, follow redirects, retry, read the response.

mod attempt;
mod attempt_error;
mod body;
mod compression;
pub(crate) mod concurrent;
mod context;
pub(crate) mod idle;
pub mod operation_call;
pub(crate) mod options;
mod progress;
#[cfg(feature = "rate-limit")]
pub(crate) mod rate_limit;
mod redirect;
pub(crate) mod retry;
mod retry_loop;
pub(crate) mod send;
