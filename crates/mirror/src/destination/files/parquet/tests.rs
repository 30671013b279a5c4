//! Files that are written, merged and read back.

mod complete;
mod failures;

use std::fs::File;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use keyfob_client::table::ColumnType;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::statistics::Statistics;

use super::super::bits::RowSet;
use super::super::format::{Format, Input};
use super::super::layout::{Layout, LayoutColumn, Rows};
use super::Parquet;
use super::encode::ROWS_PER_GROUP;
use super::source::{Section, Source};
use crate::batch::{ColumnData, Value, testing};

const TYPES: [(&str, ColumnType); 9] = [
    ("text", ColumnType::Text),
    ("integer", ColumnType::Integer),
    ("double", ColumnType::Double),
    ("decimal", ColumnType::Decimal),
    ("boolean", ColumnType::Boolean),
    ("date", ColumnType::Date),
    ("timestamp", ColumnType::Timestamp),
    ("timestamp_tz", ColumnType::TimestampTz),
    ("json", ColumnType::Json),
];
const NUMBERED: [(&str, ColumnType); 4] = [
    ("id", ColumnType::Text),
    ("number", ColumnType::Integer),
    ("even", ColumnType::Boolean),
    ("project", ColumnType::Text),
];

fn parquet() -> Parquet {
    Parquet::new(&testing::schema("hours", &["id"], &[testing::column("workDate", ColumnType::Date)]))
}

fn layout(columns: &[(&str, ColumnType)]) -> Layout {
    let columns = columns.iter().map(|(name, kind)| LayoutColumn { name: (*name).to_owned(), kind: *kind });
    Layout { columns: columns.collect() }
}

fn rows(layout: &Layout, rows: &[Vec<Value<'_>>]) -> Rows {
    let mut columns: Vec<_> = layout.columns.iter().map(|column| ColumnData::new(column.kind)).collect();
    for row in rows {
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(*value));
    }
    Rows { columns, len: rows.len() }
}

/// Creates rows of [`NUMBERED`], whose numbers are these.
fn numbered(numbers: impl Iterator<Item = i64>) -> Rows {
    let layout = layout(&NUMBERED);
    let mut all = rows(&layout, &[]);
    for number in numbers {
        let project = format!("project {}", number % 7);
        let project = if number % 5 == 0 { Value::Null } else { Value::Text(&project) };
        let id = number.to_string();
        let row = [Value::Text(&id), Value::Integer(number), Value::Boolean(number % 2 == 0), project];
        all.columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        all.len += 1;
    }
    all
}

fn chunk(layout: &Layout, rows: &[Rows]) -> Vec<u8> {
    let mut chunk = Vec::new();
    parquet().encode(layout, rows, &mut chunk).unwrap();
    chunk
}

/// A file with one input after the other.
struct Inputs {
    file: File,
    inputs: Vec<(u64, u64, u64, Layout)>,
}

impl Inputs {
    fn new(inputs: &[(&[u8], u64, Layout)]) -> Self {
        let mut file = temporary_file();
        // Offsets in a chunk are those of the chunk.
        file.write_all(b"before").unwrap();
        let mut offset = 6;
        let mut found = Vec::new();
        for (bytes, rows, layout) in inputs {
            file.write_all(bytes).unwrap();
            found.push((offset, bytes.len() as u64, *rows, layout.clone()));
            offset += bytes.len() as u64;
        }
        Self { file, inputs: found }
    }

    fn merge(&self, layout: &Layout, superseded: &[u64]) -> Vec<u8> {
        let mut set = RowSet::new(self.inputs.iter().map(|(_, _, rows, _)| rows).sum());
        for row in superseded {
            set.insert(*row);
        }
        let mut first = 0;
        let mut inputs = Vec::new();
        for (offset, length, rows, layout) in &self.inputs {
            let (file, superseded, is_complete) = (&self.file, (&set, first), first == 0);
            let (offset, length, rows) = (*offset, *length, *rows);
            inputs.push(Input { file, offset, length, is_complete, rows, layout, superseded });
            first += rows;
        }
        let mut merged = Vec::new();
        parquet().merge(layout, &inputs, &mut merged).unwrap();
        merged
    }
}

/// Creates a file without a name.
fn temporary_file() -> File {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("keyfob-parquet-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
    let path = std::env::temp_dir().join(name);
    let file = File::options().create_new(true).read(true).write(true).open(&path).unwrap();
    // Windows does not delete open files.
    let _ = std::fs::remove_file(path);
    file
}

fn metadata(bytes: &[u8]) -> ParquetMetaData {
    SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).unwrap().metadata().clone()
}

fn read(bytes: &[u8], layout: &Layout) -> Vec<Vec<ColumnData>> {
    let source = Source::open(bytes::Bytes::copy_from_slice(bytes), layout).unwrap();
    let columns = |group| (0..layout.columns.len()).map(move |column| (group, column));
    let groups = 0..source.groups().len();
    groups
        .map(|group| columns(group).map(|(group, column)| source.read(group, column, layout).unwrap()).collect())
        .collect()
}

/// Returns the numbers of the rows of a file with the columns [`NUMBERED`], after comparing the other columns.
#[track_caller]
fn numbers(bytes: &[u8]) -> Vec<i64> {
    let mut numbers = Vec::new();
    for columns in read(bytes, &layout(&NUMBERED)) {
        let found: Vec<i64> = (0..columns[1].len())
            .map(|row| match columns[1].value(row) {
                Value::Integer(number) => number,
                other => panic!("{other:?}"),
            })
            .collect();
        check_columns(&columns, &numbered(found.iter().copied()).columns);
        numbers.extend(found);
    }
    numbers
}

#[track_caller]
fn check_columns(found: &[ColumnData], expected: &[ColumnData]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.len(), expected.len());
        (0..found.len()).for_each(|row| assert_eq!(found.value(row), expected.value(row), "row {row}"));
    }
}

fn group_sizes(bytes: &[u8]) -> Vec<i64> {
    metadata(bytes).row_groups().iter().map(RowGroupMetaData::num_rows).collect()
}

/// Returns the encoded columns of a row group.
fn encoded(bytes: &[u8], group: usize) -> Vec<u8> {
    let ranges = metadata(bytes)
        .row_group(group)
        .columns()
        .iter()
        .map(parquet::file::metadata::ColumnChunkMetaData::byte_range)
        .collect::<Vec<_>>();
    let part = |(start, length): &(u64, u64)| {
        let start = usize::try_from(*start).unwrap();
        bytes[start..start + usize::try_from(*length).unwrap()].to_vec()
    };
    ranges.iter().flat_map(part).collect()
}

#[test]
fn every_type_has_its_extremes_and_nulls_after_reading() {
    let layout = layout(&TYPES);
    let largest = 10_i128.pow(38) - 1;
    let cases = [
        vec![Value::Null; 9],
        vec![
            Value::Text("åøæ 東京 🔑 \0 \"\n"),
            Value::Integer(i64::MIN),
            Value::Double(f64::MIN),
            Value::Decimal(-largest),
            Value::Boolean(true),
            Value::Date(i32::MIN),
            Value::Timestamp(i64::MIN),
            Value::Timestamp(i64::MIN),
            Value::Text("{\"é\":[1,null]}"),
        ],
        vec![
            Value::Text(""),
            Value::Integer(i64::MAX),
            Value::Double(f64::MAX),
            Value::Decimal(largest),
            Value::Boolean(false),
            Value::Date(i32::MAX),
            Value::Timestamp(i64::MAX),
            Value::Timestamp(i64::MAX),
            Value::Text("null"),
        ],
        vec![
            Value::Text("x"),
            Value::Integer(0),
            Value::Double(-0.1),
            Value::Decimal(-1),
            Value::Null,
            Value::Date(0),
            Value::Timestamp(0),
            Value::Timestamp(-1),
            Value::Null,
        ],
    ];
    let expected = rows(&layout, &cases);
    let file = chunk(&layout, std::slice::from_ref(&expected));
    check_columns(&read(&file, &layout)[0], &expected.columns);
    let inputs = Inputs::new(&[(&file, 4, layout.clone())]);
    check_columns(&read(&inputs.merge(&layout, &[]), &layout)[0], &expected.columns);
}

#[test]
fn columns_have_the_types_that_readers_know() {
    let file = chunk(&layout(&TYPES), &[rows(&layout(&TYPES), &[vec![Value::Null; 9]])]);
    let metadata = metadata(&file);
    let columns = metadata.file_metadata().schema_descr().columns().iter();
    let types: Vec<_> = columns.map(|column| column.logical_type_ref().cloned()).collect();
    let expected = [
        Some(LogicalType::String),
        None,
        None,
        Some(LogicalType::decimal(9, 38)),
        None,
        Some(LogicalType::Date),
        Some(LogicalType::timestamp(false, TimeUnit::MICROS)),
        Some(LogicalType::timestamp(true, TimeUnit::MICROS)),
        Some(LogicalType::Json),
    ];
    assert_eq!(types, expected);
}

#[test]
fn untouched_row_groups_are_copied_byte_for_byte() {
    let layout = layout(&NUMBERED);
    let first = chunk(&layout, &[numbered(0..20_000), numbered(20_000..60_000)]);
    let second = chunk(&layout, &[numbered(60_000..90_000)]);
    let inputs = Inputs::new(&[(&first, 60_000, layout.clone()), (&second, 30_000, layout.clone())]);
    let merged = inputs.merge(&layout, &[]);
    assert_eq!(numbers(&merged), (0..90_000).collect::<Vec<_>>());
    assert_eq!(group_sizes(&merged), [60_000, 30_000]);
    assert_eq!(encoded(&merged, 0), encoded(&first, 0));
    assert_eq!(encoded(&merged, 1), encoded(&second, 0));

    // A change in the second row group leaves the first one as it is, from file to file.
    let inputs = Inputs::new(&[(&merged, 90_000, layout.clone())]);
    let changed = inputs.merge(&layout, &[60_000, 89_999]);
    assert_eq!(encoded(&changed, 0), encoded(&first, 0));
    assert_eq!(numbers(&changed), (0..60_000).chain(60_001..89_999).collect::<Vec<_>>());
    assert_eq!(
        metadata(&changed).row_group(0).column(1).statistics(),
        metadata(&first).row_group(0).column(1).statistics()
    );
    assert_eq!(metadata(&changed).file_metadata().num_rows(), 89_998);
}

#[test]
fn superseded_rows_are_left_out_and_small_row_groups_are_united() {
    let layout = layout(&NUMBERED);
    let chunks: Vec<Vec<u8>> =
        (0..10).map(|part| chunk(&layout, &[numbered(part * 1000..(part + 1) * 1000)])).collect();
    let inputs: Vec<_> = chunks.iter().map(|chunk| (&chunk[..], 1000, layout.clone())).collect();
    let superseded: Vec<u64> = (0..10_000).filter(|row| row % 3 == 0 || (2000..4000).contains(row)).collect();
    let merged = Inputs::new(&inputs).merge(&layout, &superseded);
    let expected = (0..10_000_i64).filter(|row| !superseded.contains(&row.unsigned_abs()));
    assert_eq!(numbers(&merged), expected.collect::<Vec<_>>());
    assert_eq!(group_sizes(&merged).len(), 1);

    // After many runs with few rows, a file does not have a row group for each.
    let mut file = merged;
    let mut rows = u64::try_from(group_sizes(&file)[0]).unwrap();
    for run in 0..20 {
        let added = chunk(&layout, &[numbered(run * 2000..(run + 1) * 2000)]);
        file = Inputs::new(&[(&file, rows, layout.clone()), (&added, 2000, layout.clone())]).merge(&layout, &[]);
        rows += 2000;
    }
    assert!(group_sizes(&file).len() <= 3, "{:?}", group_sizes(&file));
    assert_eq!(metadata(&file).file_metadata().num_rows().unsigned_abs(), rows);
}

#[test]
fn a_file_without_rows_has_the_columns() {
    let layout = layout(&TYPES);
    let empty = Inputs::new(&[]).merge(&layout, &[]);
    assert_eq!(metadata(&empty).file_metadata().num_rows(), 0);
    assert_eq!(metadata(&empty).file_metadata().schema_descr().num_columns(), 9);
    // Also if it had rows, or is itself an input.
    let one = chunk(&layout, &[rows(&layout, &[vec![Value::Null; 9]])]);
    let emptied = Inputs::new(&[(&empty, 0, layout.clone()), (&one, 1, layout.clone())]).merge(&layout, &[0]);
    assert_eq!(group_sizes(&emptied), [0_i64; 0]);
    check_columns(&read(&Inputs::new(&[(&emptied, 0, layout.clone())]).merge(&layout, &[]), &layout).concat(), &[]);
}

#[test]
fn many_rows_become_row_groups_of_equal_size() {
    let layout = layout(&NUMBERED);
    let count = i64::try_from(ROWS_PER_GROUP * 2 + 10_000).unwrap();
    let file = chunk(&layout, &[numbered(0..3), numbered(3..count), numbered(0..0)]);
    assert_eq!(group_sizes(&file), [count / 2; 2]);
    assert_eq!(numbers(&file), (0..count).collect::<Vec<_>>());
}

#[test]
fn an_input_with_other_columns_is_converted() {
    let (old, new) = (layout(&NUMBERED), [("integer", ColumnType::Integer), NUMBERED[1], NUMBERED[0]]);
    let new = layout(&new);
    let file = chunk(&old, &[numbered(0..40_000)]);
    let inputs = Inputs::new(&[(&file, 40_000, old)]);
    let converted = read(&inputs.merge(&new, &[1]), &new).remove(0);
    assert_eq!(converted[0].value(39_998), Value::Null);
    assert_eq!(converted[1].value(1), Value::Integer(2));
    assert_eq!(converted[2].value(39_998), Value::Text("39999"));
}

#[test]
fn statistics_allow_readers_to_skip_row_groups() {
    let layout = layout(&[("work_date", ColumnType::Date), ("name", ColumnType::Text)]);
    let long = "ö".repeat(500);
    let cases: Vec<_> = (100..200).map(|day| vec![Value::Date(day), Value::Text(&long)]).collect();
    let file = chunk(&layout, &[rows(&layout, &cases)]);
    let merged = Inputs::new(&[(&file, 100, layout.clone())]).merge(&layout, &[0]);
    let metadata = metadata(&merged);
    match metadata.row_group(0).column(0).statistics() {
        Some(Statistics::Int32(days)) => assert_eq!((days.min_opt(), days.max_opt()), (Some(&101), Some(&199))),
        other => panic!("{other:?}"),
    }
    let name = metadata.row_group(0).column(1).statistics().unwrap();
    // Long texts are cut, so that the metadata stays small.
    assert!(name.max_bytes_opt().unwrap().len() <= 64);
    assert!(!name.max_is_exact());
}

#[test]
fn descriptions_of_columns_are_in_the_metadata() {
    let file = Inputs::new(&[]).merge(&layout(&TYPES), &[]);
    let metadata = metadata(&file);
    let entries = metadata.file_metadata().key_value_metadata().unwrap().iter();
    let entries: Vec<_> = entries.map(|entry| (entry.key.as_str(), entry.value.as_deref().unwrap())).collect();
    let descriptions = r#"{"work_date":"Description of the field."}"#;
    assert_eq!(entries, [("keyfob.table", "test-api/hours"), ("keyfob.descriptions", descriptions)]);
}

#[test]
fn dictionaries_are_used_for_values_that_repeat() {
    let file = chunk(&layout(&NUMBERED), &[numbered(0..10_000)]);
    let metadata = metadata(&file);
    let has_dictionary: Vec<_> =
        metadata.row_group(0).columns().iter().map(|column| column.dictionary_page_offset().is_some()).collect();
    assert_eq!(has_dictionary, [false, false, false, true]);
}
