//! Values that PostgreSQL cannot store: they become nulls and rejects, so that they do not stop a table.

mod json;

use super::encode::{EPOCH_DAYS, EPOCH_MICROS};
use super::format::Format;
use super::layout::Layout;
use crate::batch::{Batch, ColumnData, Reject, Value, Values};
use crate::schema::EXTRA;

/// Maximum size of a row's key, in bytes. The server's index stores at most 2,704 bytes with its headers.
const MAX_KEY: usize = 2_600;
/// Maximum size of a text, in bytes. The server stores less than 1 GiB in a row.
const MAX_TEXT: usize = 512 << 20;
/// Limit of `NUMERIC(38,9)`, in multiples of 10⁻⁹.
const DECIMAL_LIMIT: u128 = 10_u128.pow(38);
/// Days since 2000-01-01 that the server stores: from 4713 BC, and before 5874898-06-04.
const DATES: std::ops::Range<i32> = -2_451_545..2_145_031_949;
/// Microseconds since 2000-01-01 that the server stores: from 4713 BC, and before the year 294277.
const TIMES: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;

/// Replaces the values that PostgreSQL cannot store by nulls, and removes rows whose key cannot be stored. Returns the
/// rejects of the batch, including these values.
pub(super) fn take_rejects(batch: &mut Batch, layout: &Layout) -> Vec<Reject> {
    let mut rejects: Vec<Reject> = std::mem::take(&mut batch.rejects);
    let mut found = Vec::new();
    for (position, column) in layout.columns.iter().enumerate() {
        unstorable(batch.columns.get(position).unwrap_or(&batch.extra), column.format, &mut |row| {
            found.push((position, row));
        });
    }
    let schema = batch.schema().clone();
    found.extend(invalid_keys(&layout.key, &batch.columns, batch.len()));
    let mut keep = vec![true; if found.is_empty() { 0 } else { batch.len() }];
    for &(position, row) in &found {
        let column = schema.columns().get(position);
        let data = batch.columns.get(position).unwrap_or(&batch.extra);
        let raw = match data.value(row) {
            Value::Text(text) => truncate(text).to_owned(),
            Value::Null => "null".to_owned(),
            Value::Decimal(value) => format!("{value}e-9"),
            Value::Date(value) => format!("{value} days since 1970-01-01"),
            Value::Timestamp(value) => format!("{value} microseconds since 1970-01-01"),
            value => format!("{value:?}"),
        };
        let field = column.map_or(EXTRA, |column| column.wire);
        rejects.push(Reject { key: Some(batch.key_text(row)), field, expected: "a value that PostgreSQL stores", raw });
        keep[row] &= !layout.key.contains(&position);
    }
    for (position, row) in found {
        let data = batch.columns.get_mut(position).unwrap_or(&mut batch.extra);
        data.valid[row] = false;
    }
    batch.retain(&keep);
    remove_invalid_deletions(batch, layout);
    for reject in &mut rejects {
        escape(&mut reject.raw);
        reject.key.iter_mut().for_each(escape);
    }
    rejects
}

/// Returns the beginning of a text that is too long for the server.
fn truncate(text: &str) -> &str {
    let end = (0..=text.len().min(MAX_TEXT)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// Writes the character NUL, which the server does not store, as JSON does.
pub(super) fn escape(text: &mut String) {
    if text.contains('\0') {
        *text = text.replace('\0', "\\u0000");
    }
}

/// Removes deletions of rows that the copy cannot have.
fn remove_invalid_deletions(batch: &mut Batch, layout: &Layout) {
    let mut keep = vec![true; batch.deleted_len()];
    for (column, key) in batch.deleted.iter().zip(&layout.key) {
        unstorable(column, layout.columns[*key].format, &mut |row| keep[row] = false);
    }
    for (_, row) in invalid_keys(&(0..layout.key.len()).collect::<Vec<_>>(), &batch.deleted, batch.deleted_len()) {
        keep[row] = false;
    }
    if keep.contains(&false) {
        for column in &mut batch.deleted {
            column.retain(&keep);
        }
        let mut flags = keep.iter();
        batch.deleted_keys.retain(|_| flags.next().copied().unwrap_or(false));
    }
}

/// Returns the rows with nulls in their key, or with a key that is too long for the server's index, and the position of
/// the column.
fn invalid_keys(key: &[usize], columns: &[ColumnData], rows: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut sizes = vec![0_usize; rows];
    for &position in key {
        let column = &columns[position];
        found.extend((0..rows).filter(|row| !column.valid[*row]).map(|row| (position, row)));
        if let Values::Text { ends, .. } = &column.values {
            let mut start = 0;
            for (row, end) in ends.iter().enumerate() {
                sizes[row] += (end - start) as usize;
                start = *end;
                if sizes[row] > MAX_KEY {
                    found.push((position, row));
                }
            }
        }
    }
    found
}

/// Calls a function with each row whose value cannot be stored.
fn unstorable(column: &ColumnData, format: Format, found: &mut impl FnMut(usize)) {
    let mut check = |storable: &dyn Fn(usize) -> bool| {
        (0..column.len()).filter(|row| column.valid[*row] && !storable(*row)).for_each(&mut *found);
    };
    match &column.values {
        Values::Text { bytes, ends } => {
            let text = |row: usize| &bytes[if row == 0 { 0 } else { ends[row - 1] as usize }..ends[row] as usize];
            if format == Format::Json {
                check(&|row| json::is_storable(text(row)));
            } else if bytes.len() > MAX_TEXT || bytes.contains(&0) {
                check(&|row| text(row).len() <= MAX_TEXT && !text(row).contains(&0));
            }
        }
        Values::Decimal(values) => check(&|row| values[row].unsigned_abs() < DECIMAL_LIMIT),
        Values::Date(values) => {
            check(&|row| values[row].checked_sub(EPOCH_DAYS).is_some_and(|value| DATES.contains(&value)));
        }
        Values::Timestamp(values) => {
            check(&|row| values[row].checked_sub(EPOCH_MICROS).is_some_and(|value| TIMES.contains(&value)));
        }
        Values::Integer(_) | Values::Double(_) | Values::Boolean(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use keyfob_client::table::ColumnType;

    use super::*;

    #[track_caller]
    fn check(kind: ColumnType, values: &[(Value<'_>, bool)]) {
        let mut column = ColumnData::new(kind);
        for (value, _) in values {
            column.push(*value);
        }
        let mut found = Vec::new();
        unstorable(&column, kind.into(), &mut |row| found.push(row));
        let expected: Vec<usize> = (0..values.len()).filter(|row| !values[*row].1).collect();
        assert_eq!(found, expected, "{values:?}");
    }

    #[test]
    fn values_beyond_the_servers_limits_are_found() {
        check(ColumnType::Text, &[(Value::Text("a\0"), false), (Value::Text("a"), true), (Value::Null, true)]);
        check(ColumnType::Json, &[(Value::Text(r#""\u0000""#), false), (Value::Text("{}"), true)]);
        let limit = 10_i128.pow(38);
        check(ColumnType::Decimal, &[(Value::Decimal(limit), false), (Value::Decimal(1 - limit), true)]);
        check(ColumnType::Decimal, &[(Value::Decimal(i128::MIN), false)]);
        check(ColumnType::Date, &[(Value::Date(i32::MIN), false), (Value::Date(i32::MAX), false)]);
        check(ColumnType::Date, &[(Value::Date(-2_440_588), true), (Value::Date(-2_440_589), false)]);
        check(ColumnType::Timestamp, &[(Value::Timestamp(i64::MIN), false), (Value::Timestamp(i64::MAX), true)]);
        check(ColumnType::TimestampTz, &[(Value::Timestamp(0), true)]);
        check(ColumnType::Integer, &[(Value::Integer(i64::MIN), true)]);
        check(ColumnType::Double, &[(Value::Double(f64::MAX), true)]);
    }

    #[test]
    fn keys_that_are_null_or_too_long_are_found() {
        let (mut text, mut other) = (ColumnData::new(ColumnType::Text), ColumnData::new(ColumnType::Integer));
        text.push(Value::Text("short"));
        text.push(Value::Text(&"k".repeat(3_000)));
        text.push(Value::Text("short"));
        other.push(Value::Integer(1));
        other.push(Value::Integer(1));
        other.push_null();
        assert_eq!(invalid_keys(&[0, 1], &[text, other], 3), [(0, 1), (1, 2)]);
    }
}
