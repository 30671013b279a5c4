//! Tests of copies in files, for each format.

mod access;
mod content;
mod crashes;
mod updates;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::DateTime;
use keyfob_client::table::ColumnType;
use serde_json::json;
use tempfile::TempDir;

use super::copy::FileCopy;
use super::open::open;
use super::paths::CopyPaths;
use super::{Files, Options};
use crate::batch::testing::{checkpoint, column, schema};
use crate::batch::{Batch, Value};
use crate::checkpoint::Checkpoint;
use crate::destination::Run;
use crate::destination::disk::Disk;
use crate::destination::disk::faults::{Fault, Faults};
use crate::error::Error;
use crate::schema::Schema;

/// Extensions of the formats that this build has.
#[cfg(feature = "parquet")]
const EXTENSIONS: &[&str] = &["ndjson", "csv", "parquet"];
#[cfg(not(feature = "parquet"))]
const EXTENSIONS: &[&str] = &["ndjson", "csv"];

/// The rows of a copy: the version of each id.
type Model = BTreeMap<u32, u32>;

/// Ids and versions of the rows of a batch, and the ids of its deletions.
type Changes<'a> = (&'a [(u32, u32)], &'a [u32]);

/// A file in a folder of its own.
struct Copy {
    folder: TempDir,
    path: PathBuf,
    schema: Arc<Schema>,
    options: Options,
}

impl Copy {
    fn new(extension: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("rows.{extension}"));
        let columns = [
            column("id", ColumnType::Text),
            column("version", ColumnType::Integer),
            column("workDate", ColumnType::Date),
            column("note", ColumnType::Text),
        ];
        let options = Files::new(&path).unwrap().options;
        Self { folder, path, schema: schema("rows", &["id"], &columns), options }
    }

    fn open_with(&self, faults: Faults) -> Result<FileCopy, Error> {
        let mut copy = open(&CopyPaths::new(&self.path)?, self.options, &Disk { faults }, &self.schema, false)?;
        // Several ranges of hashes even for the few rows of a test.
        copy.sorted_at_once = 3;
        #[cfg(feature = "parquet")]
        if self.options.format == super::FileFormat::Parquet {
            copy.format = Box::new(super::parquet::Parquet::new(&self.schema).min_rows(4));
        }
        Ok(copy)
    }

    fn open(&self) -> FileCopy {
        self.open_with(Faults::default()).unwrap()
    }

    /// Returns the names of the files in the folder, without the name of the copy.
    fn files(&self) -> Vec<String> {
        let name = self.path.file_name().unwrap().to_str().unwrap().to_owned();
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().strip_prefix(&name).unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    fn batch(&self, upserts: &[(u32, u32)], deletions: &[u32]) -> Batch {
        let mut batch = Batch::new(Arc::clone(&self.schema));
        for (id, version) in upserts {
            batch = batch.row(&[
                Value::Text(&id.to_string()),
                Value::Integer((*version).into()),
                Value::Date(20_000 + i32::try_from(*id).unwrap()),
                // Lines, quotes and formulas.
                Value::Text(&format!("-{id}\n\"{version}\",é")),
            ]);
        }
        deletions.iter().fold(batch, |batch, id| batch.deletion(&[Value::Text(&id.to_string())]))
    }

    fn checkpoint(&self, progress: usize) -> Checkpoint {
        let mut checkpoint = checkpoint(&self.schema, 1_772_409_600);
        checkpoint.progress = json!(progress);
        checkpoint
    }

    /// Applies batches in one run.
    fn run(&self, batches: &[Changes<'_>]) {
        let mut copy = self.open();
        for (number, (upserts, deletions)) in batches.iter().enumerate() {
            copy.apply(self.batch(upserts, deletions), &self.checkpoint(number + 1)).unwrap();
        }
        copy.finish(&complete_run()).unwrap();
    }

    /// Reads the rows of the file.
    #[track_caller]
    fn rows(&self) -> Model {
        let mut model = Model::new();
        let mut add = |id: &str, version: &str, date: &str, note: &str| {
            let (id, version): (u32, u32) = (id.parse().unwrap(), version.parse().unwrap());
            let day = DateTime::from_timestamp(86_400 * (20_000 + i64::from(id)), 0).unwrap();
            assert_eq!(
                (date, note),
                (day.date_naive().to_string().as_str(), format!("-{id}\n\"{version}\",é").as_str())
            );
            assert_eq!(model.insert(id, version), None, "the row {id} occurs twice");
        };
        #[cfg(feature = "parquet")]
        if self.path.extension().unwrap() == "parquet" {
            use parquet::file::reader::{FileReader, SerializedFileReader};
            use parquet::record::Field;

            let file = SerializedFileReader::new(std::fs::File::open(&self.path).unwrap()).unwrap();
            for row in file.get_row_iter(None).unwrap() {
                let row = row.unwrap();
                let fields: Vec<_> = row.get_column_iter().map(|(_, field)| field).collect();
                let [Field::Str(id), Field::Long(version), Field::Date(day), Field::Str(note), ..] = fields[..] else {
                    panic!("unexpected types: {fields:?}")
                };
                let day = DateTime::from_timestamp(86_400 * i64::from(*day), 0).unwrap();
                add(id, &version.to_string(), &day.date_naive().to_string(), note);
            }
            return model;
        }
        let bytes = std::fs::read(&self.path).unwrap();
        if self.path.extension().unwrap() == "csv" {
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let header: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
            assert_eq!(header, ["id", "version", "work_date", "note", "_extra", "_keyfob_rejects"]);
            for record in reader.records() {
                let record = record.unwrap();
                add(&record[0], &record[1], &record[2], &record[3]);
            }
        } else {
            for line in std::str::from_utf8(&bytes).unwrap().lines() {
                let row: serde_json::Value = serde_json::from_str(line).unwrap();
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                add(&text("id"), &row["version"].to_string(), &text("work_date"), &text("note"));
            }
        }
        model
    }
}

/// Returns the record of a run without an error.
fn complete_run() -> Run {
    let started = DateTime::from_timestamp(1_772_409_600, 0).unwrap();
    Run { started, finished: started, received: 0, upserts: 0, deletions: 0, rejects: 0, error: None }
}

fn failed_run() -> Run {
    Run { error: Some("401 Unauthorized".to_owned()), ..complete_run() }
}

/// Calls a test with an empty copy of each format.
#[track_caller]
fn each_format(test: impl Fn(Copy)) {
    for extension in EXTENSIONS {
        test(Copy::new(extension));
    }
}

/// Returns pseudorandom numbers, the same in every run.
struct Random(u64);

impl Random {
    /// Returns a number below `end`.
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(end)).unwrap()
    }
}
