//! The channels that publications are shown on: known by internal name, only their links can be changed.

use serde_json::json;

use super::call::Row;
use super::field::{Field, Kind};
use super::show::Look;
use super::store::Store;
use super::table::{Resource, text};

const FIELDS: &[Field] = &[Field::new("externalLinks", Kind::Links)];

pub(super) struct Channels;

impl Resource for Channels {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn show(&self, _store: &Store, row: &Row, _look: Look) -> Row {
        let shown = json!({ "id": text(row, "id"), "version": row["version"], "externalLinks": row["externalLinks"] });
        shown.as_object().cloned().unwrap_or_default()
    }
}
