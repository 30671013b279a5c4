//! The values of one column.

use keyfob_client::table::ColumnType;

/// The values of one column, in the order of the rows. A null has the default value and is not valid.
#[derive(Clone, Debug)]
pub struct ColumnData {
    pub(crate) values: Values,
    /// `true` for each value that is not null.
    pub(crate) valid: Vec<bool>,
}

/// Values without their nulls.
#[derive(Clone, Debug)]
pub(crate) enum Values {
    /// Text and JSON: the end of each value in the bytes.
    Text {
        bytes: Vec<u8>,
        ends: Vec<u32>,
    },
    Integer(Vec<i64>),
    Double(Vec<f64>),
    /// Multiples of 10⁻⁹.
    Decimal(Vec<i128>),
    Boolean(Vec<bool>),
    /// Days since 1970-01-01.
    Date(Vec<i32>),
    /// Microseconds since 1970-01-01T00:00:00, in UTC or without a zone.
    Timestamp(Vec<i64>),
}

/// Size of a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnSize {
    len: usize,
    /// Size of the texts, in bytes.
    text_bytes: usize,
}

/// A value of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// Text, or the text of a JSON value.
    Text(&'a str),
    /// An integer.
    Integer(i64),
    /// A binary floating point number.
    Double(f64),
    /// A decimal number, in multiples of 10⁻⁹.
    Decimal(i128),
    /// A boolean.
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00:00, in UTC or without a zone, by the type of the column.
    Timestamp(i64),
}

impl ColumnData {
    /// Creates an empty column.
    #[must_use]
    pub fn new(kind: ColumnType) -> Self {
        let values = match kind {
            ColumnType::Integer => Values::Integer(Vec::new()),
            ColumnType::Double => Values::Double(Vec::new()),
            ColumnType::Decimal => Values::Decimal(Vec::new()),
            ColumnType::Boolean => Values::Boolean(Vec::new()),
            ColumnType::Date => Values::Date(Vec::new()),
            ColumnType::Timestamp | ColumnType::TimestampTz => Values::Timestamp(Vec::new()),
            _ => Values::Text { bytes: Vec::new(), ends: Vec::new() },
        };
        Self { values, valid: Vec::new() }
    }

    /// Returns the number of values, including nulls.
    #[must_use]
    pub fn len(&self) -> usize {
        self.valid.len()
    }

    /// Returns `true` if the column has no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.valid.is_empty()
    }

    /// Returns the number of bytes that the values take in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        self.len()
            + match &self.values {
                Values::Text { bytes, ends } => bytes.len() + 4 * ends.len(),
                Values::Integer(values) | Values::Timestamp(values) => 8 * values.len(),
                Values::Double(values) => 8 * values.len(),
                Values::Decimal(values) => 16 * values.len(),
                Values::Boolean(values) => values.len(),
                Values::Date(values) => 4 * values.len(),
            }
    }

    /// Returns the value of a row.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[must_use]
    pub fn value(&self, row: usize) -> Value<'_> {
        if !self.valid[row] {
            return Value::Null;
        }
        match &self.values {
            Values::Text { bytes, ends } => {
                let start = if row == 0 { 0 } else { ends[row - 1] as usize };
                let text = std::str::from_utf8(&bytes[start..ends[row] as usize]);
                Value::Text(text.expect("only strings are pushed"))
            }
            Values::Integer(values) => Value::Integer(values[row]),
            Values::Double(values) => Value::Double(values[row]),
            Values::Decimal(values) => Value::Decimal(values[row]),
            Values::Boolean(values) => Value::Boolean(values[row]),
            Values::Date(values) => Value::Date(values[row]),
            Values::Timestamp(values) => Value::Timestamp(values[row]),
        }
    }

    /// Appends a value.
    ///
    /// # Panics
    ///
    /// If the value does not have the type of the column.
    pub fn push(&mut self, value: Value<'_>) {
        match (&mut self.values, value) {
            (_, Value::Null) => return self.push_null(),
            (Values::Text { bytes, ends }, Value::Text(text)) => {
                bytes.extend_from_slice(text.as_bytes());
                ends.push(end(bytes));
            }
            (Values::Integer(values), Value::Integer(value)) | (Values::Timestamp(values), Value::Timestamp(value)) => {
                values.push(value);
            }
            (Values::Double(values), Value::Double(value)) => values.push(value),
            (Values::Decimal(values), Value::Decimal(value)) => values.push(value),
            (Values::Boolean(values), Value::Boolean(value)) => values.push(value),
            (Values::Date(values), Value::Date(value)) => values.push(value),
            (_, value) => panic!("a column of another type cannot contain {}", value.kind()),
        }
        self.valid.push(true);
    }

    /// Appends a null.
    pub fn push_null(&mut self) {
        match &mut self.values {
            Values::Text { bytes, ends } => ends.push(end(bytes)),
            Values::Integer(values) | Values::Timestamp(values) => values.push(0),
            Values::Double(values) => values.push(0.0),
            Values::Decimal(values) => values.push(0),
            Values::Boolean(values) => values.push(false),
            Values::Date(values) => values.push(0),
        }
        self.valid.push(false);
    }

    /// Returns the size, for [`reserve`](Self::reserve).
    pub(crate) fn column_size(&self) -> ColumnSize {
        let text_bytes = if let Values::Text { bytes, .. } = &self.values { bytes.len() } else { 0 };
        ColumnSize { len: self.len(), text_bytes }
    }

    /// Reserves memory for values of this size, and an eighth more.
    pub(crate) fn reserve(&mut self, size: ColumnSize) {
        let (len, text_bytes) = (size.len + size.len / 8, size.text_bytes + size.text_bytes / 8);
        match &mut self.values {
            Values::Text { bytes, ends } => {
                bytes.reserve(text_bytes);
                ends.reserve(len);
            }
            Values::Integer(values) | Values::Timestamp(values) => values.reserve(len),
            Values::Double(values) => values.reserve(len),
            Values::Decimal(values) => values.reserve(len),
            Values::Boolean(values) => values.reserve(len),
            Values::Date(values) => values.reserve(len),
        }
        self.valid.reserve(len);
    }

    /// Shortens the column to this number of values.
    pub(crate) fn truncate(&mut self, len: usize) {
        match &mut self.values {
            Values::Text { bytes, ends } => {
                ends.truncate(len);
                bytes.truncate(ends.last().map_or(0, |end| *end as usize));
            }
            Values::Integer(values) | Values::Timestamp(values) => values.truncate(len),
            Values::Double(values) => values.truncate(len),
            Values::Decimal(values) => values.truncate(len),
            Values::Boolean(values) => values.truncate(len),
            Values::Date(values) => values.truncate(len),
        }
        self.valid.truncate(len);
    }

    /// Retains the values whose flag is `true`.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        match &mut self.values {
            Values::Text { bytes, ends } => {
                let (mut start, mut to, mut retained) = (0, 0, Vec::with_capacity(ends.len()));
                for (end, keep) in ends.iter().map(|end| *end as usize).zip(keep) {
                    if *keep {
                        bytes.copy_within(start..end, to);
                        to += end - start;
                        retained.push(end_at(to));
                    }
                    start = end;
                }
                bytes.truncate(to);
                *ends = retained;
            }
            Values::Integer(values) | Values::Timestamp(values) => retain(values, keep),
            Values::Double(values) => retain(values, keep),
            Values::Decimal(values) => retain(values, keep),
            Values::Boolean(values) => retain(values, keep),
            Values::Date(values) => retain(values, keep),
        }
        retain(&mut self.valid, keep);
    }

    /// Appends the value of a row of another column of the same type.
    pub(crate) fn push_from(&mut self, other: &Self, row: usize) {
        self.push(other.value(row));
    }
}

impl Value<'_> {
    /// Returns the name of the value's type, for messages, which must not have the value.
    fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Text(_) => "a text",
            Self::Integer(_) => "an integer",
            Self::Double(_) => "a floating point number",
            Self::Decimal(_) => "a decimal number",
            Self::Boolean(_) => "a boolean",
            Self::Date(_) => "a date",
            Self::Timestamp(_) => "a time",
        }
    }
}

fn retain<T: Copy>(values: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    values.retain(|_| keep.next().copied().unwrap_or(false));
}

fn end(bytes: &[u8]) -> u32 {
    end_at(bytes.len())
}

/// Converts an end. A response, and so a batch, is limited to less than 4 GiB.
fn end_at(end: usize) -> u32 {
    u32::try_from(end).expect("the texts of a batch take less than 4 GiB")
}
