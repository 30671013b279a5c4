//! Rows of an `SQLite` database.

use std::path::Path;

use keyfob_mirror::Schema;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::cell::{Cell, Row, Rows};
use crate::truth::{key, kind};

/// Reads a copy; no rows if it does not exist.
pub(crate) fn read(schema: &Schema, path: &Path, table: &str) -> Rows {
    if !path.exists() {
        return Rows::new();
    }
    // Read and write: the log of a killed writer must be recovered.
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let check: String = connection.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok", "{}", path.display());
    let Ok(mut statement) = connection.prepare(&format!("select * from \"{table}\"")) else { return Rows::new() };
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = statement.query([]).unwrap();
    let mut result = Rows::new();
    while let Some(row) = rows.next().unwrap() {
        let mut values = Row::new();
        for (position, name) in names.iter().enumerate() {
            let Some(kind) = kind(schema, name) else {
                assert!(name.starts_with("_keyfob"), "the copy has the unknown column {name}");
                continue;
            };
            let cell = match row.get_ref(position).unwrap() {
                ValueRef::Null => continue,
                ValueRef::Text(text) => Cell::from_text(kind, std::str::from_utf8(text).unwrap()),
                ValueRef::Integer(value) => Cell::from_text(kind, &value.to_string()),
                ValueRef::Real(value) => Some(Cell::Double(value)),
                ValueRef::Blob(_) => None,
            };
            let cell = cell.unwrap_or_else(|| panic!("{name}: {:?} is no {kind:?}", row.get_ref(position)));
            values.insert(name.clone(), cell);
        }
        assert!(result.insert(key(schema, &values), values).is_none(), "a key occurs twice");
    }
    result
}
