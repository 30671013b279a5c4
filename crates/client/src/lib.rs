#![doc = include_str!("../README.md")]
// docs.rs sets `docsrs` and builds with a nightly compiler, which marks the items of a feature with its name.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api_client;
mod auth_source;
mod builder;
mod call;
#[doc(hidden)]
pub mod codegen;
mod connection;
#[doc(hidden)]
pub mod decode;
#[doc(hidden)]
pub mod encode;
pub mod env;
mod error;
#[cfg(feature = "files")]
mod files;
#[doc(hidden)]
pub mod macros;
pub mod odata;
mod operation;
pub mod paging;
mod request;
mod response;
mod session;
mod settings;
#[doc(hidden)]
pub mod sync;
pub mod table;
mod types;
pub mod webhook;
#[doc(hidden)]
pub mod wire_form;

#[expect(
    unused_extern_crates,
    reason = "only documentation uses the name: rustdoc does not resolve `$crate` in the macros' links"
)]
extern crate self as keyfob_client;

pub use api_client::ApiClient;
pub use auth_source::AuthSource;
pub use builder::ClientBuilder;
#[cfg(feature = "rate-limit")]
pub use call::rate_limit::RateLimit;
pub use call::{
    concurrent::{Concurrent, ItemResult, concurrent},
    options::CallOptions,
    retry::RetryPolicy,
};
/// The version of `chrono` whose types the API crates use.
pub use chrono;
pub use decode::mismatch::Mismatch;
pub use encode::Canonical;
pub use error::{ApiError, Error, ErrorKind, FieldError, OptionExt};
#[cfg(feature = "files")]
pub use files::{ByteStream, Form, Part, ResumePoint, Upload};
pub use keyfob_auth as auth;
pub use operation::{Confidence, Idempotency, Operation, Security};
pub use request::{dynamic::DynamicCall, raw::RawRequest};
/// The version of `reqwest` whose types are in this crate's API.
pub use reqwest;
pub use reqwest::{Method, StatusCode, header};
pub use response::{ResponseFuture, ResponseValue};
pub use session::Session;
pub use types::{
    extra::Extra,
    number_or_string::NumberOrString,
    patch::Patch,
    time_param::TimeParam,
    timestamp::{MissingOffsetError, ParseTimestampError, Timestamp},
};
