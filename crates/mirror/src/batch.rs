//! A batch: changed rows as typed columns, deletions, and values that do not have their type.

pub(crate) mod column;
mod rows;
#[cfg(test)]
pub(crate) mod testing;

pub use self::column::{ColumnData, Value};
#[cfg(feature = "sqlite")]
pub(crate) use self::rows::key_text;
pub use self::rows::{Batch, Reject};
