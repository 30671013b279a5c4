//! Organisation units: a read-only tree.

use crate::dvinci::resources::Resource;
use crate::dvinci::rest::view::View;
use crate::dvinci::schema::field::Field;
use crate::dvinci::store::Store;
use crate::dvinci::store::row::{Row, number};
use crate::dvinci::store::table::Table;

pub(in crate::dvinci) struct OrgUnits;

impl Resource for OrgUnits {
    fn fields(&self) -> &'static [Field] {
        &[]
    }

    fn render(&self, _store: &Store, row: &Row, _view: View) -> Row {
        let members = ["id", "name", "parentId"];
        members.iter().map(|name| ((*name).to_owned(), row[*name].clone())).collect()
    }
}

/// Returns whether `unit` is `above` or one of its descendants.
pub(in crate::dvinci) fn is_within(store: &Store, unit: i64, above: i64) -> bool {
    let mut current = Some(unit);
    while let Some(id) = current {
        if id == above {
            return true;
        }
        current = store.row_by_number(Table::OrgUnits, id).and_then(|row| number(row, "parentId"));
    }
    false
}
