//! A batch: changed rows as typed columns, deletions, and values that do not have their type.

pub(crate) mod column;
mod rows;
#[cfg(test)]
pub(crate) mod testing;

#[cfg(feature = "postgres")]
pub(crate) use self::column::Values;
pub use self::column::{ColumnData, Value};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use self::rows::key_text;
pub use self::rows::{Batch, Reject};
