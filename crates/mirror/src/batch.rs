//! A batch: changed rows as typed columns, deletions, and values that do not have their type.

mod column;
mod rows;

pub use self::column::{ColumnData, Value};
pub use self::rows::{Batch, Reject};
