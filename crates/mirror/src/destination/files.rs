//! Files: NDJSON, CSV and Parquet.

mod bits;
mod format;
mod layout;
#[cfg(feature = "parquet")]
mod parquet;

pub use layout::REJECTS;
