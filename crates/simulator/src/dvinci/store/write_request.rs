//! Writes to be validated.

use crate::dvinci::store::Store;
use crate::dvinci::store::row::Row;
use crate::dvinci::store::write_context::WriteContext;

/// A create or an update to be validated.
pub(in crate::dvinci) struct WriteRequest<'a> {
    pub(in crate::dvinci) store: &'a Store,
    pub(in crate::dvinci) context: &'a WriteContext,
    /// Request body.
    pub(in crate::dvinci) body: &'a Row,
    /// Stored row; `None` for a create.
    pub(in crate::dvinci) stored: Option<&'a Row>,
}
