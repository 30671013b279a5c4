//! The content of the files, value by value.

use std::fs;

use super::*;
use crate::batch::testing::schema;

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

#[test]
fn rows_without_a_key_are_stored_beside_the_file_once() {
    let (copy, _) = write("ndjson", false);
    let path = copy.path.with_extension("ndjson.rejects.ndjson");
    let expected = "{\"expected\":\"an integer\",\"field\":\"\",\"raw\":\"{\\\"b\\\": 1}\"}\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    let mut file = copy.open();
    let batch = || Batch::new(Arc::clone(&copy.schema)).reject(None, "", "{\"b\": 1}").reject(None, "", "7");
    file.apply(batch(), &copy.checkpoint(2)).unwrap();
    file.finish(&complete_run()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(expected) && text.lines().count() == 2, "{text}");
    // A complete listing has corrected them.
    file.delete_unlisted(&[], &copy.checkpoint(3)).unwrap();
    file.finish(&complete_run()).unwrap();
    assert!(!path.exists());
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
