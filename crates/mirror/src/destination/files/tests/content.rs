//! The content of the files, value by value.

use std::fs;

use super::*;
use crate::batch::testing::schema;
use crate::destination::Destination;

const KINDS: [ColumnType; 9] = [
    ColumnType::Text,
    ColumnType::Integer,
    ColumnType::Double,
    ColumnType::Decimal,
    ColumnType::Boolean,
    ColumnType::Date,
    ColumnType::Timestamp,
    ColumnType::TimestampTz,
    ColumnType::Json,
];

/// Writes two rows with a value of each type and returns the text of the file.
fn write(extension: &str, neutralize_formulas: bool) -> (Copy, String) {
    let names = ["key", "aNumber", "double", "decimal", "isTrue", "workDate", "time", "instant", "json"];
    let columns: Vec<_> = names.into_iter().zip(KINDS).map(|(name, kind)| column(name, kind)).collect();
    let mut copy = Copy::new(extension);
    copy.schema = schema("values", &["key"], &columns);
    copy.options.neutralize_formulas = neutralize_formulas;
    let time = DateTime::parse_from_rfc3339("2026-01-05T07:00:00.5Z").unwrap().timestamp_micros();
    let values = [
        Value::Text("=1+\"a\""),
        Value::Integer(9_007_199_254_740_993),
        Value::Double(0.1),
        Value::Decimal(-12_300_000_001),
        Value::Boolean(true),
        Value::Date(20_458),
        Value::Timestamp(time),
        Value::Timestamp(time - 500_000),
        Value::Text("{\"a\":\n[1, 2]}"),
    ];
    let mut nulls = [Value::Null; 9];
    nulls[0] = Value::Text("2");
    let batch = Batch::new(Arc::clone(&copy.schema))
        .row_with_extra(&values, Value::Text("{\"new\":1.10}"))
        .row(&nulls)
        .reject(Some("2"), "aNumber", "12345678901234567890")
        .reject(Some("2"), "time", "not JSON")
        .reject(None, "", "{\"b\": 1}");
    let mut file = copy.open();
    file.apply(batch, &copy.checkpoint(1)).unwrap();
    file.finish(&complete_run()).unwrap();
    drop(file);
    let text = fs::read_to_string(&copy.path).unwrap();
    (copy, text)
}

#[test]
fn ndjson_has_typed_values() {
    let expected = concat!(
        r#"{"key":"=1+\"a\"","a_number":9007199254740993,"double":0.1,"decimal":-12.300000001,"is_true":true,"#,
        r#""work_date":"2026-01-05","time":"2026-01-05T07:00:00.500","instant":"2026-01-05T07:00:00Z","#,
        r#""json":{"a": [1, 2]},"_extra":{"new":1.10}}"#,
        "\n",
        r#"{"key":"2","a_number":null,"double":null,"decimal":null,"is_true":null,"work_date":null,"time":null,"#,
        r#""instant":null,"json":null,"_keyfob_rejects":{"aNumber":12345678901234567890,"time":"not JSON"}}"#,
        "\n",
    );
    assert_eq!(write("ndjson", false).1, expected);
}

#[test]
fn csv_has_texts_that_other_programs_parse() {
    let header = "key,a_number,double,decimal,is_true,work_date,time,instant,json,_extra,_keyfob_rejects\n";
    let values = ",9007199254740993,0.1,-12.300000001,true,2026-01-05,2026-01-05T07:00:00.500,2026-01-05T07:00:00Z,\
                  \"{\"\"a\"\":\n[1, 2]}\",\"{\"\"new\"\":1.10}\",\n";
    let nulls = "2,,,,,,,,,,\"{\"\"aNumber\"\":12345678901234567890,\"\"time\"\":\"\"not JSON\"\"}\"\n";
    assert_eq!(write("csv", false).1, format!("{header}\"=1+\"\"a\"\"\"{values}{nulls}"));
    let neutralized = write("csv", true).1;
    assert_eq!(neutralized, format!("{header}\"'=1+\"\"a\"\"\"{values}{nulls}"), "numbers are not changed");
}

#[test]
fn the_treatment_of_formulas_is_that_of_the_first_run() {
    let (mut copy, _) = write("csv", true);
    copy.options.neutralize_formulas = false;
    let add = |copy: &Copy, key: &str| {
        let mut values = [Value::Null; 9];
        values[0] = Value::Text(key);
        let mut file = copy.open();
        file.apply(Batch::new(Arc::clone(&copy.schema)).row(&values), &copy.checkpoint(2)).unwrap();
        file.finish(&complete_run()).unwrap();
    };
    add(&copy, "=2");
    assert!(fs::read_to_string(&copy.path).unwrap().contains("\n'=2,"));
    let (mut copy, _) = write("csv", false);
    copy.options.neutralize_formulas = true;
    let error = copy.open_with(Faults::default()).err().unwrap();
    assert!(error.to_string().contains("was written with formulas as they are"), "{error}");
}

#[tokio::test]
async fn rows_without_a_key_are_stored_beside_the_file_once_and_removed_by_a_listing_that_does_not_have_them() {
    let (copy, _) = write("ndjson", false);
    let path = copy.path.with_extension("ndjson.rejects.ndjson");
    let line = |day: u32, raw: &str| {
        let raw = serde_json::to_string(raw).unwrap();
        format!(
            "{{\"run_started\":\"2026-03-{day:02}T00:00:00Z\",\"field\":\"\",\"expected\":\"an integer\",\"raw\":{raw}}}\n"
        )
    };
    let read = || fs::read_to_string(&path).unwrap();
    assert_eq!(read(), line(2, "{\"b\": 1}"));
    let batch = |raws: &[&str]| {
        raws.iter().fold(Batch::new(Arc::clone(&copy.schema)), |batch, raw| batch.reject(None, "", raw))
    };
    let day = |day: u32| format!("2026-03-{day:02}T00:00:00Z").parse::<DateTime<chrono::Utc>>().unwrap();
    let page = |number: usize, started: u32, from: Option<u32>| {
        let mut checkpoint = copy.checkpoint(number);
        (checkpoint.started, checkpoint.listed_from) = (day(started), from.map(day));
        checkpoint
    };
    let files = Files::new(&copy.path).unwrap();
    let rows = async || files.status().await.unwrap()[0].rejects;
    assert_eq!(rows().await, 3, "two values and this row");
    let mut file = copy.open();
    // Changes have the row again.
    file.apply(batch(&["{\"b\": 1}", "7"]), &page(2, 3, None)).unwrap();
    file.finish(&complete_run()).unwrap();
    assert_eq!(read(), line(2, "{\"b\": 1}") + &line(3, "7"));
    assert_eq!(rows().await, 4);
    // A listing that is interrupted has one of them.
    file.apply(batch(&["7", "8"]), &page(3, 4, Some(4))).unwrap();
    file.finish(&failed_run()).unwrap();
    drop(file);
    assert_eq!(rows().await, 5);
    let mut file = copy.open();
    file.apply(batch(&["7", "9"]), &page(4, 5, Some(4))).unwrap();
    file.end_listing(&[], day(4), &page(4, 5, None)).unwrap();
    file.finish(&complete_run()).unwrap();
    assert_eq!(read(), line(4, "7") + &line(4, "8") + &line(5, "9"));
    assert_eq!(rows().await, 5);
    file.end_listing(&[], day(6), &page(5, 6, None)).unwrap();
    file.finish(&complete_run()).unwrap();
    assert!(!path.exists());
    assert_eq!(rows().await, 2);
}

#[test]
fn rows_without_a_key_survive_a_crash_while_a_listing_ends() {
    for operations in 0.. {
        let copy = Copy::new("ndjson");
        let page = |started: i64| {
            let mut checkpoint = copy.checkpoint(1);
            checkpoint.started = DateTime::from_timestamp(started, 0).unwrap();
            checkpoint
        };
        let batch = |raw: &str| Batch::new(Arc::clone(&copy.schema)).reject(None, "", raw);
        let mut file = copy.open();
        for (started, raw) in [(1, "1"), (2, "2"), (3, "3")] {
            file.apply(batch(raw), &page(started)).unwrap();
        }
        file.finish(&complete_run()).unwrap();
        drop(file);
        let faults = Faults::after(operations, Fault::Crash);
        let end = |faults: Faults| {
            let mut file = copy.open_with(faults)?;
            file.end_listing(&[], DateTime::from_timestamp(2, 0).unwrap(), &page(3))?;
            file.finish(&complete_run())
        };
        let is_done = end(faults.clone()).is_ok() && !faults.has_occurred();
        end(Faults::default()).unwrap();
        let mut file = copy.open();
        file.apply(batch("4"), &page(4)).unwrap();
        file.finish(&complete_run()).unwrap();
        let text = std::fs::read_to_string(copy.path.with_extension("ndjson.rejects.ndjson")).unwrap();
        let raws: Vec<String> = text.lines().map(|line| line.rsplit_once(':').unwrap().1.to_owned()).collect();
        assert_eq!(raws, ["\"2\"}", "\"3\"}", "\"4\"}"], "{operations}");
        if is_done {
            assert!(operations > 3, "there are operations to interrupt");
            return;
        }
    }
}

/// Replaces the columns of a copy.
fn with_columns(copy: Copy, columns: &[(&'static str, ColumnType)]) -> Copy {
    let columns: Vec<_> = columns.iter().map(|(name, kind)| column(name, *kind)).collect();
    Copy { schema: schema("rows", &["id"], &columns), ..copy }
}

#[test]
fn a_new_column_is_null_in_old_rows_and_a_removed_one_in_new_rows() {
    let csv = "id,new,old,_extra,_keyfob_rejects\n1,,a,,\n2,,b,,\n3,true,,,\n";
    let ndjson =
        "{\"id\":\"1\",\"old\":\"a\"}\n{\"id\":\"2\",\"old\":\"b\"}\n{\"id\":\"3\",\"new\":true,\"old\":null}\n";
    for (extension, interrupted, expected) in
        [("csv", false, csv), ("csv", true, csv), ("ndjson", false, ndjson), ("ndjson", true, ndjson)]
    {
        let copy = with_columns(Copy::new(extension), &[("id", ColumnType::Text), ("old", ColumnType::Text)]);
        let row = |copy: &Copy, values: &[Value<'_>]| Batch::new(Arc::clone(&copy.schema)).row(values);
        let mut file = copy.open();
        file.apply(row(&copy, &[Value::Text("1"), Value::Text("a")]), &copy.checkpoint(1)).unwrap();
        if !interrupted {
            file.finish(&complete_run()).unwrap();
        }
        file.apply(row(&copy, &[Value::Text("2"), Value::Text("b")]), &copy.checkpoint(1)).unwrap();
        file.finish(&failed_run()).unwrap();
        drop(file);
        let copy = with_columns(copy, &[("id", ColumnType::Text), ("new", ColumnType::Boolean)]);
        let mut file = copy.open();
        file.apply(row(&copy, &[Value::Text("3"), Value::Boolean(true)]), &copy.checkpoint(2)).unwrap();
        file.finish(&complete_run()).unwrap();
        drop(file);
        assert_eq!(fs::read_to_string(&copy.path).unwrap(), expected, "{interrupted}");
        let copy = with_columns(copy, &[("id", ColumnType::Text), ("old", ColumnType::Integer)]);
        let error = copy.open_with(Faults::default()).err().unwrap();
        assert!(error.to_string().contains("the column old of"), "{error}");
    }
}
