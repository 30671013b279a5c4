//! The formats of an export, by the ending of its file: what writes one, and what reads it back.

mod csv;
mod ndjson;
#[cfg(feature = "parquet")]
mod parquet;

use std::path::Path;

use serde_json::{Map, Value};

use super::columns::Column;
use super::journal;
use crate::exit::Usage;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Ndjson,
    Csv,
    #[cfg(feature = "parquet")]
    Parquet,
}

/// A row on its way from one file to another.
pub(super) enum Row {
    Json(String),
    Members(Map<String, Value>),
}

impl Row {
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

/// What writes an export.
pub(super) trait Writer {
    fn write(&mut self, row: &Row) -> anyhow::Result<()>;
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

impl Format {
    /// The format that a file's ending asks for.
    pub(super) fn of(path: &Path) -> Result<Self, Usage> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "ndjson" | "jsonl" => Ok(Self::Ndjson),
            "csv" => Ok(Self::Csv),
            #[cfg(feature = "parquet")]
            "parquet" => Ok(Self::Parquet),
            #[cfg(not(feature = "parquet"))]
            "parquet" => Err(Usage::new("this keyfob was built without the feature parquet")),
            _ => Err(Usage::new(format!("{}: give a name that ends in .ndjson, .csv or .parquet", path.display()))),
        }
    }

    /// Whether all columns have to be known before the first row is written.
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

    /// The names of an export's columns, if it has any.
    pub(super) fn names(self, path: &Path) -> anyhow::Result<Vec<String>> {
        match self {
            Self::Ndjson => Ok(Vec::new()),
            Self::Csv => csv::names(path),
            #[cfg(feature = "parquet")]
            Self::Parquet => parquet::names(path),
        }
    }

    /// Gives the rows of an export.
    pub(super) fn rows(self, path: &Path, give: &mut dyn FnMut(Row) -> anyhow::Result<()>) -> anyhow::Result<()> {
        match self {
            Self::Ndjson => ndjson::rows(path, give),
            Self::Csv => csv::rows(path, give),
            #[cfg(feature = "parquet")]
            Self::Parquet => parquet::rows(path, give),
        }
    }
}
