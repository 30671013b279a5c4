//! Tests of types and values.

use keyfob_client::table::ColumnType;

use super::{Database, page, people};
use crate::batch::testing::{column, schema_of};
use crate::batch::{Batch, Value};
use crate::schema::Schema;

const KINDS: [(&str, ColumnType); 9] = [
    ("id", ColumnType::Integer),
    ("aText", ColumnType::Text),
    ("aDouble", ColumnType::Double),
    ("aDecimal", ColumnType::Decimal),
    ("aBoolean", ColumnType::Boolean),
    ("aDate", ColumnType::Date),
    ("aTimestamp", ColumnType::Timestamp),
    ("anInstant", ColumnType::TimestampTz),
    ("someJson", ColumnType::Json),
];

fn all_types() -> std::sync::Arc<Schema> {
    schema_of("test-api", "values", &["id"], &KINDS.map(|(name, kind)| column(name, kind)))
}

const ROWS: [[Value<'static>; 9]; 3] = [
    [
        Value::Integer(1),
        Value::Text("Blåbær \u{1f600} 'quoted' \\ \n"),
        Value::Double(0.1),
        Value::Decimal(-1_234_567_500_000_000),
        Value::Boolean(true),
        Value::Date(20_000),
        Value::Timestamp(1_700_000_000_123_456),
        Value::Timestamp(-1),
        Value::Text(r#"{"b": [1, null], "a": "ø"}"#),
    ],
    [
        Value::Integer(i64::MIN),
        Value::Text(""),
        Value::Double(-1.5e300),
        Value::Decimal(99_999_999_999_999_999_999_999_999_999_999_999_999),
        Value::Boolean(false),
        Value::Date(-719_162),
        Value::Timestamp(-62_135_596_800_000_000),
        Value::Timestamp(253_402_300_799_999_999),
        Value::Text("[]"),
    ],
    [
        Value::Integer(3),
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
    ],
];

const EXPECTED: &str = "\
-9223372036854775808|\"\"|-1.5e+300|99999999999999999999999999999.999999999|false|0001-01-01|0001-01-01T00:00:00|9999-12-31T23:59:59.999999+00:00|[]
1|\"Blåbær \u{1f600} 'quoted' \\\\ \\n\"|0.1|-1234567.500000000|true|2024-10-04|2023-11-14T22:13:20.123456|1969-12-31T23:59:59.999999+00:00|{\"a\": \"ø\", \"b\": [1, null]}
3||||||||";

const SELECT: &str = "SET timezone = 'UTC'; SELECT id, to_json(a_text), a_double, a_decimal, to_json(a_boolean), a_date, \
     to_json(a_timestamp) #>> '{}', to_json(an_instant) #>> '{}', some_json FROM test_api.values ORDER BY id";

#[tokio::test]
async fn columns_have_types_values_and_descriptions() {
    let (database, schema) = (Database::new("types"), all_types());
    let mut writer = database.open(&schema).await;
    let batch = ROWS.iter().fold(Batch::new(schema.clone()), |batch, row| batch.row(row));
    writer.apply(batch, &page(&schema, 1)).await.unwrap();
    assert_eq!(database.psql(SELECT), EXPECTED);
    let types = "SELECT string_agg(format_type(atttypid, atttypmod), ',' ORDER BY attnum) FROM pg_attribute \
         WHERE attrelid = 'test_api.values'::regclass AND attnum > 0";
    assert_eq!(
        database.psql(types),
        "bigint,text,double precision,numeric(38,9),boolean,date,timestamp without time zone,timestamp with time \
         zone,jsonb,jsonb,bigint"
    );
    let comment =
        "SELECT col_description('test_api.values'::regclass, 2), obj_description('test_api.values'::regclass)";
    let expected = "Description of the field.|Copy of test-api/values, written by keyfob. Operation: Lists rows.";
    assert_eq!(database.psql(comment), expected);
    assert_eq!(database.psql("SELECT count(*) FROM test_api.values WHERE a_date >= date '2024-01-01'"), "1");
}

#[tokio::test]
async fn copied_rows_have_the_values_of_rows_sent_as_parameters() {
    let (database, schema) = (Database::new("types_copied"), all_types());
    let mut writer = database.open(&schema).await;
    let rows = |from: i64, to: i64| {
        (from..to).fold(Batch::new(schema.clone()), |batch, number| {
            let mut row = ROWS[1];
            row[0] = Value::Integer(number);
            batch.row(&row)
        })
    };
    for (from, to) in [(0, 1), (1_000, 2_000), (1_500, 2_500)] {
        writer.apply(rows(from, to), &page(&schema, from)).await.unwrap();
    }
    let distinct = "SELECT count(*), count(DISTINCT (a_text, a_double, a_decimal, a_boolean, a_date, a_timestamp, \
         an_instant, some_json)) FROM test_api.values";
    assert_eq!(database.psql(distinct), "1501|1");
}

#[tokio::test]
async fn values_that_cannot_be_stored_are_null_and_rejected() {
    let (database, schema) = (Database::new("unstorable"), all_types());
    let mut writer = database.open(&schema).await;
    let mut bad = ROWS[0];
    bad[1] = Value::Text("a\0b");
    bad[3] = Value::Decimal(i128::MAX);
    bad[5] = Value::Date(i32::MIN);
    bad[6] = Value::Timestamp(i64::MIN);
    bad[8] = Value::Text(r#"["\u0000"]"#);
    let batch = Batch::new(schema.clone()).row_with_extra(&bad, Value::Text(r#"{"x": "\ud800"}"#));
    writer.apply(batch, &page(&schema, 1)).await.unwrap();
    let nulls = "SELECT id, num_nulls(a_text, a_decimal, a_date, a_timestamp, some_json, _extra) FROM test_api.values";
    assert_eq!(database.psql(nulls), "1|6");
    let rejects = "SELECT row_key, field, raw FROM test_api._keyfob_rejects ORDER BY field LIMIT 2";
    assert_eq!(database.psql(rejects), "1|_extra|{\"x\": \"\\ud800\"}\n1|aDate|-2147483648 days since 1970-01-01");
    assert_eq!(database.psql("SELECT raw FROM test_api._keyfob_rejects WHERE field = 'aText'"), r"a\u0000b");
    writer.apply(Batch::new(schema.clone()).row(&ROWS[0]), &page(&schema, 2)).await.unwrap();
    assert_eq!(database.psql("SELECT count(*) FROM test_api._keyfob_rejects"), "0");
}

#[tokio::test]
async fn rows_whose_key_cannot_be_stored_are_rejected() {
    let (database, schema) = (Database::new("unstorable_keys"), people());
    let mut writer = database.open(&schema).await;
    let long = "k".repeat(3_000);
    let row = |batch: Batch, id| batch.row(&[id, Value::Text("n"), Value::Integer(1)]);
    for (number, count) in [(1, 3), (2, 3)] {
        let mut batch = row(Batch::new(schema.clone()), Value::Text("a\0"));
        batch = row(row(row(batch, Value::Text(&long)), Value::Null), Value::Text("b"));
        batch = batch.deletion(&[Value::Text("c\0")]);
        let applied = writer.apply(batch, &page(&schema, number)).await.unwrap();
        assert_eq!((applied.upserts, applied.deletions), (u64::from(number == 1), 0));
        assert_eq!(database.psql("SELECT count(*) FROM test_api._keyfob_rejects"), count.to_string());
    }
    assert_eq!(database.psql("SELECT id FROM test_api.people"), "b");
}
