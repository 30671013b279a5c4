#![doc = include_str!("../README.md")]

mod api_client;
mod api_error;
mod body;
mod builder;
mod bulk;
#[doc(hidden)]
pub mod codegen;
mod decode;
mod draft;
mod dynamic;
mod early;
pub mod env;
mod error;
mod execute;
#[cfg(feature = "files")]
mod files;
mod macros;
mod number_or_string;
mod operation;
mod outgoing;
pub mod paging;
mod patch;
mod path;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod raw;
#[doc(hidden)]
pub mod record;
mod redirect;
mod response;
mod retry;
mod session;
mod settings;
mod time_param;
mod timestamp;
pub mod webhook;
mod wire;

pub use api_client::{ApiClient, AuthSource};
pub use api_error::{ApiError, FieldError};
pub use builder::ClientBuilder;
pub use bulk::{Bulk, Outcome, bulk};
pub use dynamic::DynamicCall;
pub use error::{Error, ErrorKind};
#[cfg(feature = "files")]
pub use files::{ByteStream, Form, Part, ResumePoint, Upload};
pub use keyfob_auth as auth;
pub use number_or_string::NumberOrString;
pub use operation::{CallOptions, Confidence, Operation, Repeat};
pub use patch::Patch;
#[cfg(feature = "rate-limit")]
pub use rate_limit::RateLimit;
pub use raw::RawRequest;
pub use record::plainly;
pub use reqwest::{Method, StatusCode, header};
pub use response::{Pending, ResponseValue};
pub use retry::RetryPolicy;
pub use session::Session;
pub use time_param::TimeParam;
pub use timestamp::{ParseTimestampError, Timestamp};

/// Properties that a service sent and the API's description does not have, kept so that they can be sent back.
pub type Extra = serde_json::Map<String, serde_json::Value>;
