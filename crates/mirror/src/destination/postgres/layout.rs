//! Names of a copy in the database, and the statements that contain them.

use keyfob_client::table::ColumnType;
use twox_hash::XxHash3_128;

use super::format::Format;
use crate::schema::{EXTRA, HASH, Schema};

/// Maximum size of a name, in bytes. The server truncates longer names.
const MAX_NAME: usize = 63;
/// Names that the server reserves in every table.
const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/// Names and columns of a copy.
#[derive(Debug)]
pub(super) struct Layout {
    /// Name of the API.
    pub(super) api: &'static str,
    /// Name of the table as in the API.
    pub(super) name: &'static str,
    /// Schema of the database.
    pub(super) schema: String,
    /// Name of the table in the database.
    pub(super) relation: String,
    /// Columns without the hash: those of the schema, and [`EXTRA`] if it has that.
    pub(super) columns: Vec<Column>,
    /// Positions of the key's columns.
    pub(super) key: Vec<usize>,
}

/// A column of a copy.
#[derive(Debug)]
pub(super) struct Column {
    /// Name in the database.
    pub(super) name: String,
    pub(super) kind: ColumnType,
    pub(super) format: Format,
    pub(super) description: &'static str,
}

impl Layout {
    pub(super) fn new(schema: &Schema, database_schema: Option<&str>) -> Self {
        let mut columns: Vec<Column> = schema
            .columns()
            .iter()
            .map(|column| Column {
                name: column_name(&column.name),
                kind: column.kind,
                format: column.kind.into(),
                description: column.description,
            })
            .collect();
        if schema.has_extra() {
            let description = "Fields that the API's description does not name.";
            let kind = ColumnType::Json;
            columns.push(Column { name: EXTRA.to_owned(), kind, format: kind.into(), description });
        }
        Self {
            api: schema.api(),
            name: schema.name(),
            schema: database_schema.map_or_else(|| schema.api().replace('-', "_"), str::to_owned),
            relation: shorten(schema.name()),
            columns,
            key: schema.key().to_vec(),
        }
    }

    /// Returns the name of the copy for messages.
    pub(super) fn display(&self) -> String {
        format!("{}.{}", self.schema, self.relation)
    }

    /// Returns the quoted name of the copy, with its schema.
    pub(super) fn table(&self) -> String {
        self.qualified(&self.relation)
    }

    /// Returns the quoted name of a table in the schema of the copy.
    pub(super) fn qualified(&self, relation: &str) -> String {
        format!("{}.{}", quote(&self.schema), quote(relation))
    }

    /// Returns the key of the advisory lock. Locks are local to a database.
    pub(super) fn lock(&self) -> i64 {
        lock_key(&self.schema, &self.relation)
    }

    /// Returns the quoted names of all columns, separated by commas.
    pub(super) fn all_columns(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quote(&column.name)).chain([quote(HASH)]).collect();
        names.join(", ")
    }

    /// Returns the quoted names of the key's columns, separated by commas.
    pub(super) fn key_columns(&self) -> String {
        let names: Vec<String> = self.key_names().collect();
        names.join(", ")
    }

    fn key_names(&self) -> impl Iterator<Item = String> {
        self.key.iter().map(|key| quote(&self.columns[*key].name))
    }

    /// Returns the condition that rows of two tables have the same key.
    fn same_key(&self, a: &str, b: &str) -> String {
        let conditions: Vec<String> = self.key_names().map(|name| format!("{a}.{name} = {b}.{name}")).collect();
        conditions.join(" AND ")
    }

    /// Returns the definitions of all columns.
    fn definitions(&self) -> Vec<String> {
        let columns = self.columns.iter().map(|column| format!("{} {}", quote(&column.name), column.format.sql()));
        columns.chain([format!("{} bigint NOT NULL", quote(HASH))]).collect()
    }

    pub(super) fn create_table(&self) -> String {
        let mut statements = format!(
            "CREATE TABLE {} ({}, PRIMARY KEY ({}));",
            self.table(),
            self.definitions().join(", "),
            self.key_columns()
        );
        self.columns.iter().for_each(|column| statements.push_str(&self.comment(column)));
        statements
    }

    pub(super) fn add_column(&self, column: &Column) -> String {
        let (table, name) = (self.table(), quote(&column.name));
        format!("ALTER TABLE {table} ADD COLUMN {name} {};{}", column.format.sql(), self.comment(column))
    }

    fn comment(&self, column: &Column) -> String {
        if column.description.is_empty() {
            return String::new();
        }
        format!("COMMENT ON COLUMN {}.{} IS {};", self.table(), quote(&column.name), literal(column.description))
    }

    /// Creates the table that rows are copied into before they are merged. It is empty after each transaction. It exists
    /// already if the transaction that created it was committed, but its response was not waited for.
    pub(super) fn create_staging(&self) -> String {
        format!(
            "CREATE TEMPORARY TABLE IF NOT EXISTS {STAGING} ({}) ON COMMIT DELETE ROWS",
            self.definitions().join(", ")
        )
    }

    pub(super) fn copy_into(&self, table: &str) -> String {
        format!("COPY {table} ({}) FROM STDIN (FORMAT binary)", self.all_columns())
    }

    /// Merges the rows of a source, which has all columns, and returns the numbers of written and of added rows.
    ///
    /// Unchanged rows are excluded before, because a row of a conflict is locked and so written even if the condition
    /// of the update is false. A row that the statement added has no earlier version, and so no `xmax`.
    pub(super) fn merge(&self, source: &str) -> String {
        let (table, columns, key, hash) = (self.table(), self.all_columns(), self.key_columns(), quote(HASH));
        let assignments: Vec<String> = self
            .columns
            .iter()
            .map(|column| quote(&column.name))
            .chain([hash.clone()])
            .map(|name| format!("{name} = excluded.{name}"))
            .collect();
        format!(
            "WITH merged AS (INSERT INTO {table} AS t ({columns}) SELECT {columns} FROM {source} AS s \
             WHERE NOT EXISTS (SELECT FROM {table} AS c WHERE {same_key} AND c.{hash} = s.{hash}) \
             ON CONFLICT ({key}) DO UPDATE SET {assignments} RETURNING t.xmax = 0 AS added) \
             SELECT count(*), count(*) FILTER (WHERE added) FROM merged",
            same_key = self.same_key("c", "s"),
            assignments = assignments.join(", "),
        )
    }

    /// Returns the source of a statement whose parameters are arrays, one for each column.
    pub(super) fn rows_of_parameters(&self) -> String {
        let formats = self.columns.iter().map(|column| column.format).chain([Format::Integer]);
        let arrays: Vec<String> =
            formats.enumerate().map(|(position, format)| format!("${}::{}[]", position + 1, format.sql())).collect();
        format!("(SELECT * FROM unnest({}) AS u ({}))", arrays.join(", "), self.all_columns())
    }

    /// Deletes the rows whose keys are the parameters: arrays, one for each column of the key.
    pub(super) fn delete(&self) -> String {
        let arrays: Vec<String> = self
            .key
            .iter()
            .enumerate()
            .map(|(position, key)| format!("${}::{}[]", position + 1, self.columns[*key].format.sql()))
            .collect();
        let (table, arrays, same) = (self.table(), arrays.join(", "), self.same_key("t", "d"));
        format!("DELETE FROM {table} AS t USING unnest({arrays}) AS d ({}) WHERE {same}", self.key_columns())
    }
}

/// Name of the table for rows before they are merged, local to the session.
pub(super) const STAGING: &str = "pg_temp._keyfob_staging";

/// Returns the key of the advisory lock of a table.
pub(super) fn lock_key(schema: &str, relation: &str) -> i64 {
    let hash = XxHash3_128::oneshot(format!("keyfob {schema}.{relation}").as_bytes());
    i64::from_be_bytes(hash.to_be_bytes()[..8].try_into().expect("a hash has 16 bytes"))
}

/// Quotes a name.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a text.
pub(super) fn literal(text: &str) -> String {
    // The form with E has the same meaning whatever `standard_conforming_strings` is.
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace('\0', ""))
}

fn column_name(name: &str) -> String {
    if SYSTEM_COLUMNS.contains(&name) { format!("{name}_") } else { shorten(name) }
}

/// Shortens a name that the server would truncate; the hash keeps shortened names apart.
fn shorten(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let end = (0..=MAX_NAME - 9).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    let hash = XxHash3_128::oneshot(name.as_bytes()) >> 96;
    format!("{}_{hash:08x}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_quoted() {
        assert_eq!(quote(r#"a"b"#), r#""a""b""#);
        assert_eq!(literal(r"it's \ here"), r"E'it''s \\ here'");
    }

    #[test]
    fn long_and_reserved_names_are_replaced() {
        assert_eq!(column_name("work_date"), "work_date");
        assert_eq!(column_name("xmin"), "xmin_");
        let (a, b) = (column_name(&format!("{}a", "ø".repeat(40))), column_name(&format!("{}b", "ø".repeat(40))));
        assert!(a != b && a.len() <= MAX_NAME && a.starts_with("øø"), "{a} {b}");
    }
}
