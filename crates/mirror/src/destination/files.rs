//! Files: NDJSON, CSV and Parquet.

mod bits;
mod format;
mod layout;

pub use layout::REJECTS;
