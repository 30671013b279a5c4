//! Uploads, multipart forms and downloads.
//!
//! compile-time: a separate feature, so that other programs compile neither these modules nor tokio's file system nor
//! reqwest's streams: 29,000 lines of LLVM IR of this crate, and 2 CPU seconds of tokio.

pub(crate) mod content;
mod download;
mod form;
pub(crate) mod send;
mod upload;

pub use self::{
    download::{ByteStream, ResumePoint},
    form::{Form, Part},
    upload::Upload,
};
