//! Columns of tables: the fields of a listing's rows, with the types of their values in a copy.

use crate::codegen::model::schema::{is_type, merged};
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

/// Maximum number of references and wrappers around a schema. No specification has as many: more are a cycle.
const MAX_WRAPPERS: usize = 16;

/// A column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Name of the field on the wire.
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
    /// Description of the field in one line; empty without one.
    pub(crate) description: String,
    /// The values are personal data that is copied only on request.
    pub(crate) sensitive: bool,
}

/// Type of a column: the variants of `keyfob_client::table::ColumnType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Text,
    Integer,
    Double,
    Decimal,
    Boolean,
    Date,
    Timestamp,
    TimestampTz,
    Json,
}

impl ColumnKind {
    /// Every type with its word in specifications.
    const WORDS: [(&str, Self); 9] = [
        ("text", Self::Text),
        ("integer", Self::Integer),
        ("double", Self::Double),
        ("decimal", Self::Decimal),
        ("boolean", Self::Boolean),
        ("date", Self::Date),
        ("timestamp", Self::Timestamp),
        ("timestamptz", Self::TimestampTz),
        ("json", Self::Json),
    ];

    /// Returns the type with this word.
    ///
    /// # Errors
    ///
    /// If there is none; the message lists the words.
    pub(crate) fn from_word(word: &str) -> Result<Self, String> {
        let found = Self::WORDS.iter().find(|(other, _)| *other == word);
        found.map(|(_, kind)| *kind).ok_or_else(|| {
            let words = Self::WORDS.map(|(word, _)| word).join(", ");
            format!("has the column type {word}: use one of {words}")
        })
    }
}

/// Returns the columns of rows of this schema, in its order. The schema's formats decide on their types.
pub(crate) fn columns(document: &Yaml, row: &Yaml) -> Vec<Column> {
    let (properties, _) = merged(document, walk::resolve(document, row));
    let columns = properties.into_iter().map(|(name, node)| Column {
        name: name.to_owned(),
        kind: kind(document, node),
        description: description(document, node),
        sensitive: false,
    });
    columns.collect()
}

fn kind(document: &Yaml, node: &Yaml) -> ColumnKind {
    let mut node = node;
    for _ in 0..MAX_WRAPPERS {
        match node.at(&["x-rust-type", "path"]).and_then(Yaml::as_str) {
            Some("Timestamp") => return ColumnKind::Timestamp,
            Some("NumberOrString") => return ColumnKind::Text,
            _ => {}
        }
        match (node.text("type").or(node.text("x-keyfob-type")), node.text("format")) {
            (Some("string"), Some("date-time")) => return ColumnKind::TimestampTz,
            (Some("string"), Some("date")) => return ColumnKind::Date,
            (Some("string"), _) => return ColumnKind::Text,
            (Some("integer"), _) => return ColumnKind::Integer,
            (Some("number"), Some("decimal")) => return ColumnKind::Decimal,
            (Some("number"), _) => return ColumnKind::Double,
            (Some("boolean"), _) => return ColumnKind::Boolean,
            _ => {}
        }
        let inner = inner(node);
        let target = walk::resolve(document, inner);
        if std::ptr::eq(target, node) {
            break;
        }
        node = target;
    }
    ColumnKind::Json
}

/// Returns the reference that a schema wraps to annotate it, or to add null.
fn inner(node: &Yaml) -> &Yaml {
    match node.list("allOf") {
        [inner] if node.get("properties").is_none() => inner,
        _ => walk::nullable_reference(node).unwrap_or(node),
    }
}

/// Returns the description of a field in one line: its own, or that of a component that is not a type.
fn description(document: &Yaml, node: &Yaml) -> String {
    let target = || Some(walk::resolve(document, inner(node))).filter(|target| !is_type(target));
    let text = node.text("description").or_else(|| target()?.text("description"));
    text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
