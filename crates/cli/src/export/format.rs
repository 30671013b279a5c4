//! The file formats of an export, selected by file extension: writers and readers.

mod csv;
mod ndjson;
#[cfg(feature = "parquet")]
mod parquet;

use std::path::Path;

use serde_json::{Map, Value};

use super::columns::Column;
use super::output::{HashedFile, HashedInput};
use super::row_id;
use crate::usage_error::UsageError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Ndjson,
    Csv {
        /// Texts that a spreadsheet would run as formulas begin with an apostrophe.
        neutralized: bool,
    },
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
            Self::Json(json) => row_id::of_json(json),
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
    /// Writes the end of the file and returns it.
    fn finish(self: Box<Self>) -> anyhow::Result<HashedFile>;
}

impl Format {
    /// Returns the format for the extension of a path.
    pub(super) fn from_path(path: &Path, neutralized: bool) -> Result<Self, UsageError> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "csv" => Ok(Self::Csv { neutralized }),
            "ndjson" | "jsonl" | "parquet" if neutralized => {
                Err(UsageError::new("--neutralize-formulas applies to .csv only; leave it out"))
            }
            "ndjson" | "jsonl" => Ok(Self::Ndjson),
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

    /// Returns the format with this treatment of formulas, which an export keeps from its first run.
    pub(super) fn neutralized(self, neutralized: bool) -> Self {
        if let Self::Csv { .. } = self { Self::Csv { neutralized } } else { self }
    }

    /// Returns `true` if all columns must be known before the first row is written.
    pub(super) fn has_columns(self) -> bool {
        self != Self::Ndjson
    }

    /// Returns `true` if a column contains only values of its type.
    pub(super) fn is_typed(self) -> bool {
        !matches!(self, Self::Ndjson | Self::Csv { .. })
    }

    /// Returns the place of values that do not have the type of their column, for a message.
    pub(super) fn rejects(self) -> &'static str {
        if self.is_typed() {
            "in the file they are null, and as received in the column _keyfob_rejects"
        } else {
            "the file has them as received"
        }
    }

    pub(super) fn writer(self, file: HashedFile, columns: Vec<Column>) -> anyhow::Result<Box<dyn Writer>> {
        match self {
            Self::Ndjson => Ok(ndjson::writer(file)),
            Self::Csv { neutralized } => csv::writer(file, columns, neutralized),
            #[cfg(feature = "parquet")]
            Self::Parquet => parquet::writer(file, columns),
        }
    }

    /// Calls `visit` with each row of an existing export. An error of `visit` is returned unchanged.
    pub(super) fn rows(
        self,
        input: &mut HashedInput,
        visit: &mut dyn FnMut(Row) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match self {
            Self::Ndjson => ndjson::rows(input, visit),
            Self::Csv { neutralized } => csv::rows(input, neutralized, visit),
            #[cfg(feature = "parquet")]
            Self::Parquet => parquet::rows(input, visit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::columns::Kind;
    use crate::export::output::TempOutput;
    use crate::export::paths::ExportPaths;

    /// Writes and reads 1,000 rows; returns the size of the file, and the part of it that was hashed with the rows.
    #[track_caller]
    fn check(extension: &str, neutralized: bool) -> (u64, u64) {
        let out = std::env::temp_dir().join(format!("keyfob-format-{}.{extension}", std::process::id()));
        let (format, paths) = (Format::from_path(&out, neutralized).unwrap(), ExportPaths::new(&out).unwrap());
        let (output, file) = TempOutput::create(&paths).unwrap();
        let columns = vec![Column { name: "id".to_owned(), kind: Kind::Text }];
        let mut writer = format.writer(file, columns).unwrap();
        // Texts that a spreadsheet would run as formulas.
        let expected: Vec<_> = (0..1000).map(|number| format!("-{number}x")).collect();
        for id in &expected {
            writer.write(&Row::Json(format!(r#"{{"id":"{id}"}}"#))).unwrap();
        }
        let written = writer.finish().unwrap().sync().unwrap();
        output.replace().unwrap();
        let (mut input, mut ids) = (HashedInput::open(&out).unwrap(), Vec::new());
        let read = format.rows(&mut input, &mut |row| {
            ids.extend(row.id()?);
            Ok(())
        });
        read.unwrap();
        assert_eq!(ids, expected, "a changed row is found by its id");
        let hashed = input.size;
        assert_eq!(input.finish().unwrap(), written);
        std::fs::remove_file(&out).unwrap();
        (written.size, hashed)
    }

    #[test]
    fn an_export_is_hashed_while_its_rows_are_read() {
        for (extension, neutralized) in [("ndjson", false), ("csv", false), ("csv", true)] {
            let (size, hashed) = check(extension, neutralized);
            assert_eq!(size, hashed, "{extension}");
        }
    }

    #[test]
    #[cfg(feature = "parquet")]
    fn a_format_that_is_not_read_in_order_is_hashed_as_a_whole() {
        assert_eq!(check("parquet", false).1, 0);
    }
}
