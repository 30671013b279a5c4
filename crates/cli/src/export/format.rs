//! The file formats of an export, selected by file extension: writers and readers.

mod csv;
mod ndjson;
#[cfg(feature = "parquet")]
mod parquet;

use std::path::Path;

use serde_json::{Map, Value};

use super::columns::Column;
use super::journal;
use crate::usage_error::UsageError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Ndjson,
    Csv,
    #[cfg(feature = "parquet")]
    Parquet,
}

/// A row read from a file or from the journal.
pub(super) enum Row {
    Json(String),
    Members(Map<String, Value>),
}

impl Row {
    /// Returns the id of the row, if it has one.
    pub(super) fn id(&self) -> anyhow::Result<Option<String>> {
        match self {
            Self::Json(json) => journal::id(json),
            Self::Members(members) => Ok(members.get("id").and_then(Value::as_str).map(str::to_owned)),
        }
    }

    fn members(&self) -> anyhow::Result<Map<String, Value>> {
        Ok(match self {
            Self::Json(json) => serde_json::from_str(json)?,
            Self::Members(members) => members.clone(),
        })
    }
}

/// Writes the rows of an export to a file.
pub(super) trait Writer {
    fn write(&mut self, row: &Row) -> anyhow::Result<()>;
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

impl Format {
    /// Returns the format for the extension of a path.
    pub(super) fn from_path(path: &Path) -> Result<Self, UsageError> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "ndjson" | "jsonl" => Ok(Self::Ndjson),
            "csv" => Ok(Self::Csv),
            #[cfg(feature = "parquet")]
            "parquet" => Ok(Self::Parquet),
            #[cfg(not(feature = "parquet"))]
            "parquet" => {
                Err(UsageError::new("this build of keyfob does not include Parquet; build it with the feature parquet"))
            }
            _ => Err(UsageError::new(format!(
                "{} has no known extension; use .ndjson, .csv or .parquet",
                path.display()
            ))),
        }
    }

    /// Returns `true` if all columns must be known before the first row is written.
    pub(super) fn has_columns(self) -> bool {
        self != Self::Ndjson
    }

    pub(super) fn create(self, path: &Path, columns: Vec<Column>) -> anyhow::Result<Box<dyn Writer>> {
        match self {
            Self::Ndjson => ndjson::create(path),
            Self::Csv => csv::create(path, columns),
            #[cfg(feature = "parquet")]
            Self::Parquet => parquet::create(path, columns),
        }
    }

    /// Returns the column names of an existing export; empty for NDJSON.
    pub(super) fn names(self, path: &Path) -> anyhow::Result<Vec<String>> {
        match self {
            Self::Ndjson => Ok(Vec::new()),
            Self::Csv => csv::names(path),
            #[cfg(feature = "parquet")]
            Self::Parquet => parquet::names(path),
        }
    }

    /// Calls `visit` with each row of an existing export.
    pub(super) fn rows(self, path: &Path, visit: &mut dyn FnMut(Row) -> anyhow::Result<()>) -> anyhow::Result<()> {
        match self {
            Self::Ndjson => ndjson::rows(path, visit),
            Self::Csv => csv::rows(path, visit),
            #[cfg(feature = "parquet")]
            Self::Parquet => parquet::rows(path, visit),
        }
    }
}
