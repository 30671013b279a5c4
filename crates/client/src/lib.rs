#![doc = include_str!("../README.md")]

mod api_client;
mod api_error;
mod body;
mod builder;
mod bulk;
#[doc(hidden)]
pub mod codegen;
#[doc(hidden)]
pub mod decode;
mod draft;
mod dynamic;
mod early;
#[doc(hidden)]
pub mod encode;
pub mod env;
mod error;
mod execute;
#[cfg(feature = "files")]
mod files;
#[doc(hidden)]
pub mod macros;
mod operation;
mod outgoing;
pub mod paging;
mod path;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod raw;
mod redirect;
mod response;
mod retry;
mod session;
mod settings;
mod types;
pub mod webhook;
#[doc(hidden)]
pub mod wire_form;

pub use api_client::{ApiClient, AuthSource};
pub use api_error::{ApiError, FieldError};
pub use builder::ClientBuilder;
pub use bulk::{Bulk, Outcome, bulk};
pub use dynamic::DynamicCall;
pub use encode::Canonical;
pub use error::{Error, ErrorKind};
#[cfg(feature = "files")]
pub use files::{ByteStream, Form, Part, ResumePoint, Upload};
pub use keyfob_auth as auth;
pub use operation::{CallOptions, Confidence, Operation, Repeat};
#[cfg(feature = "rate-limit")]
pub use rate_limit::RateLimit;
pub use raw::RawRequest;
pub use reqwest::{Method, StatusCode, header};
pub use response::{Pending, ResponseValue};
pub use retry::RetryPolicy;
pub use session::Session;
pub use types::{
    extra::Extra,
    number_or_string::NumberOrString,
    patch::Patch,
    time_param::TimeParam,
    timestamp::{ParseTimestampError, Timestamp},
};
