//! Organisation units: a tree that the API only reads.

use super::call::Row;
use super::field::Field;
use super::store::Store;
use super::table::{Resource, Table, number};

pub(super) struct OrgUnits;

impl Resource for OrgUnits {
    fn fields(&self) -> &'static [Field] {
        &[]
    }

    fn show(&self, _store: &Store, row: &Row, _look: super::show::Look) -> Row {
        let members = ["id", "name", "parentId"];
        members.iter().map(|name| ((*name).to_owned(), row[*name].clone())).collect()
    }
}

/// Whether `unit` is `above` or lies below it.
pub(super) fn is_within(store: &Store, unit: i64, above: i64) -> bool {
    let mut at = Some(unit);
    while let Some(id) = at {
        if id == above {
            return true;
        }
        at = store.numbered(Table::OrgUnits, id).and_then(|row| number(row, "parentId"));
    }
    false
}
