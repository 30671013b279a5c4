//! Uploads, multipart forms and downloads.
//!
//! compile-time: a feature of its own, so that other programs compile neither these modules nor tokio's file system nor
//! reqwest's streams.

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
