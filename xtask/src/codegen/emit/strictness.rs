//! Fields whose values must have their types: pages of listings, and the keys of their rows.

use anyhow::{Result, ensure};

use super::call::Call;
use super::structs::{FIELDS, Struct};
use crate::codegen::model::ty::Ty;

/// Name of the property that identifies a row.
const KEY: &str = "id";

/// Marks the strict fields of pages and rows, in addition to those with `x-keyfob-strict`.
///
/// All fields of a page are strict: its cursor, its total and its list of rows. Of a row, the key is strict. Rows are the
/// elements of a page and of a response that is a list. Fields after the first 64 are not marked.
pub(super) fn mark(calls: &[Call<'_>], structs: &mut [Struct<'_>]) -> Result<()> {
    for call in calls {
        let rows = match (&call.operation.paging, call.operation.response.ty()) {
            (Some(paging), Ty::Named(page)) => {
                let Some(page) = structs.iter_mut().find(|item| item.name == *page) else { continue };
                page.strict.extend(0..page.fields.len().min(FIELDS));
                paging.items.as_ref().and_then(|items| page.field(items)).cloned()
            }
            (_, response) => Some(response.clone()),
        };
        let Some(Ty::List(row)) = rows else { continue };
        let Ty::Named(row) = *row else { continue };
        if let Some(row) = structs.iter_mut().find(|item| item.name == row) {
            row.strict.extend(row.index(KEY).filter(|index| *index < FIELDS));
        }
    }
    for item in structs {
        let last = item.strict.last().copied().unwrap_or_default();
        ensure!(last < FIELDS, "{}: a strict field must be among the first {FIELDS}: move it up", item.name);
    }
    Ok(())
}
