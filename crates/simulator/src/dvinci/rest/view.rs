//! Views of rows: representation, language and permissions.

use serde_json::Value;

use crate::dvinci::auth::api_users::Caller;
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::table::Table;
use crate::dvinci::tenant::language::Language;

/// Representation of a row in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dvinci) enum Representation {
    /// An element of a list.
    ListElement,
    /// A single object.
    Object,
    /// A single object in the response to a PUT.
    Replaced,
}

/// A view of a row.
#[derive(Clone, Copy, Debug)]
pub(in crate::dvinci) struct View {
    pub(in crate::dvinci) representation: Representation,
    pub(in crate::dvinci) language: Language,
    pub(in crate::dvinci) caller: Caller,
}

impl View {
    /// Returns a view in German, the language of the API users.
    pub(in crate::dvinci) fn new(representation: Representation, caller: Caller) -> Self {
        Self { representation, language: Language::German, caller }
    }

    /// Renders the row with a key; null if there is none.
    pub(in crate::dvinci) fn render(self, store: &Store, table: Table, key: &Key) -> Value {
        let row = store.row(table, key);
        row.map_or(Value::Null, |row| Value::Object(table.resource().render(store, row, self)))
    }
}
