#![doc = include_str!("../README.md")]
// docs.rs sets `docsrs` and builds with a nightly compiler, which marks the items of a feature with its name.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod batch;
mod checkpoint;
mod decode;
pub mod destination;
mod engine;
mod error;
mod index;
#[cfg(any(feature = "files", feature = "sqlite"))]
mod lock;
mod mirror;
mod report;
mod schema;
pub mod source;

pub use checkpoint::{Account, Checkpoint, Window};
pub use error::{Error, ErrorKind};
pub use index::RowIndex;
pub use mirror::Mirror;
pub use report::{Observer, Progress, Rejected, TableReport};
pub use schema::{EXTRA, HASH, Schema, SchemaColumn};
