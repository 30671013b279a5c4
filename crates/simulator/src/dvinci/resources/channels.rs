//! Channels on which job publications appear, identified by internal name. Clients change only their links.

use serde_json::json;

use crate::dvinci::resources::Resource;
use crate::dvinci::rest::view::View;
use crate::dvinci::schema::field::{Field, Kind};
use crate::dvinci::store::Store;
use crate::dvinci::store::row::{Row, text};

const FIELDS: &[Field] = &[Field::new("externalLinks", Kind::Links)];

pub(in crate::dvinci) struct Channels;

impl Resource for Channels {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn render(&self, _store: &Store, row: &Row, _view: View) -> Row {
        let rendered =
            json!({ "id": text(row, "id"), "version": row["version"], "externalLinks": row["externalLinks"] });
        rendered.as_object().cloned().unwrap_or_default()
    }
}
