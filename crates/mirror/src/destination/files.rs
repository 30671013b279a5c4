//! Files: NDJSON, CSV and Parquet.

mod bits;
mod copy;
mod csv;
mod digest;
mod disk;
mod format;
mod index_file;
mod keys;
mod layout;
mod lines;
mod ndjson;
mod net_changes;
mod open;
#[cfg(feature = "parquet")]
mod parquet;
mod paths;
mod publish;
mod segment;
mod state;
#[cfg(test)]
mod tests;
mod unidentified;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use self::format::Format;
pub use self::layout::REJECTS;
use self::open::{open, settings};
use self::paths::CopyPaths;
use self::state::State;
use self::writer::{FileWriter, blocking};
use super::disk::Disk;
use super::{Destination, TableStatus, TableWriter};
use crate::error::Error;
use crate::lock::Lock;
use crate::schema::Schema;

/// A file that a copy of one table is written to.
///
/// The format depends on the extension:
///
/// | Extension | Format |
/// |---|---|
/// | `.ndjson`, `.jsonl` | One JSON object per line. Times are ISO 8601 texts; decimal numbers have all their digits; a column of type JSON has nested values. `_extra` and `_keyfob_rejects` are present if the row has them. |
/// | `.csv` | RFC 4180 in UTF-8 with a header. Null and the empty text are an empty cell; JSON is text. |
/// | `.parquet` | Typed columns, with the feature `parquet`. |
///
/// The file always has the rows of a complete run: a run collects its changes in `FILE.part` and `FILE.part.keys`, and
/// its end replaces the file in one step. Unchanged lines and row groups are copied as bytes. A run without changes
/// does not read or write the file. While a run is in progress, its changes take as much space as the new rows and 26
/// bytes a row, and the file that replaces the existing one takes its size again. `FILE.part` of a first run becomes the
/// file without a copy, unless a row was received twice, or most row groups of a Parquet file are small because the
/// service sends less than some 3,000 rows per second.
///
/// Beside the file are
///
/// - `FILE.checkpoint`: the checkpoint, the last 20 runs, and size and hash (XXH3-128) of the file. A file that another
///   program has changed is not updated. The hash detects accidents, not forgeries.
/// - `FILE.index`: hashes of the keys and rows, 29 bytes a row, to find changed rows without decoding the file.
/// - `FILE.rejects.ndjson`: rows without a key, if there are any: objects with `expected` and `raw`, the row as
///   received. A value that does not have the type of its column is null in the file, and as received in
///   [`_keyfob_rejects`](REJECTS).
/// - `FILE.lock`: names the process that writes the file.
///
/// All files are created for their owner alone; a file that exists passes its mode and owner on to the one that
/// replaces it. A symbolic link is followed.
///
/// A checkpoint is stored after 0.25 seconds at first, and after up to 5 seconds of a long run; a killed process loses
/// the rows since then, which the next run lists again.
#[derive(Debug)]
pub struct Files {
    path: PathBuf,
    options: Options,
    disk: Disk,
}

#[derive(Clone, Copy, Debug)]
struct Options {
    format: FileFormat,
    neutralize_formulas: bool,
    start_over: bool,
}

/// A format by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileFormat {
    Ndjson,
    Csv,
    #[cfg(feature = "parquet")]
    Parquet,
}

impl FileFormat {
    fn open(self, neutralized: bool, schema: &Schema) -> Box<dyn Format> {
        // Parquet files describe their columns.
        #[cfg(not(feature = "parquet"))]
        let _ = schema;
        match self {
            Self::Ndjson => Box::new(ndjson::Ndjson),
            Self::Csv => Box::new(csv::Csv { neutralized }),
            #[cfg(feature = "parquet")]
            Self::Parquet => Box::new(parquet::Parquet::new(schema)),
        }
    }
}

impl Files {
    /// Creates the destination for a path. No file is created before the copy is opened.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`](crate::ErrorKind::Settings) if the extension is unknown, the directory does not exist,
    /// or the path is something else than a regular file.
    pub fn new(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        let format = format(&path)?;
        CopyPaths::new(&path)?;
        let options = Options { format, neutralize_formulas: false, start_over: false };
        Ok(Self { path, options, disk: Disk::default() })
    }

    /// Sets whether texts that a spreadsheet would run as formulas begin with an apostrophe. By default they do not.
    ///
    /// A copy keeps the setting of its first run.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`](crate::ErrorKind::Settings) if the format is not CSV.
    pub fn neutralize_formulas(mut self, neutralize: bool) -> Result<Self, Error> {
        if neutralize && self.options.format != FileFormat::Csv {
            return Err(settings("formulas can be neutralized in .csv files only"));
        }
        self.options.neutralize_formulas = neutralize;
        Ok(self)
    }

    /// Sets whether the checkpoint of an earlier run is ignored, so that all rows are listed. The end of the run
    /// replaces the existing file, whoever wrote it.
    #[must_use]
    pub fn start_over(mut self, start_over: bool) -> Self {
        self.options.start_over = start_over;
        self
    }
}

fn format(path: &Path) -> Result<FileFormat, Error> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "csv" => Ok(FileFormat::Csv),
        "ndjson" | "jsonl" => Ok(FileFormat::Ndjson),
        #[cfg(feature = "parquet")]
        "parquet" => Ok(FileFormat::Parquet),
        #[cfg(not(feature = "parquet"))]
        "parquet" => Err(settings("this build does not include Parquet; build it with the feature parquet")),
        _ => Err(settings(format!("{} has no known extension; use .ndjson, .csv or .parquet", path.display()))),
    }
}

impl Destination for Files {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn open<'a>(
        &'a self,
        schema: &'a Arc<Schema>,
        read_only: bool,
    ) -> BoxFuture<'a, Result<Box<dyn TableWriter>, Error>> {
        let (options, disk, schema) = (self.options, self.disk.clone(), Arc::clone(schema));
        let path = self.path.clone();
        Box::pin(blocking(move || {
            let copy = open(&CopyPaths::new(&path)?, options, &disk, &schema, read_only)?;
            Ok(Box::new(FileWriter::new(copy)) as Box<dyn TableWriter>)
        }))
    }

    fn status(&self) -> BoxFuture<'_, Result<Vec<TableStatus>, Error>> {
        let path = self.path.clone();
        Box::pin(blocking(move || {
            let paths = CopyPaths::new(&path)?;
            let state = State::read(&paths.checkpoint)?;
            let status = state.as_ref().and_then(|state| {
                let checkpoint = state.checkpoint.as_ref()?;
                let (rows, rejects) = state.base.as_ref().map_or((0, 0), |base| (base.rows, base.rejects));
                Some(TableStatus {
                    api: checkpoint.api.clone(),
                    table: checkpoint.table.clone(),
                    rows,
                    rejects: rejects + state.unidentified.rows,
                    last_run: state.last_run(),
                    current_to: state.current_to,
                    writer: Lock::holder(&paths.lock),
                })
            });
            Ok(status.into_iter().collect())
        }))
    }
}
