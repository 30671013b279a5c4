//! Descriptions of tables: listings whose rows have a key, and the types of their columns.
//!
//! A table is what a tool needs to copy a listing into a database: the operation that lists the rows, the key, the way
//! to list changes only, and the columns. The constants are generated from `x-keyfob-table` in the API's description;
//! each API crate lists them in `TABLES`.

use crate::operation::Operation;

/// Description of a table of an API.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table {
    /// Name of the table, which is the name of the operation and of the client's method, for example
    /// `time_registrations`.
    pub name: &'static str,
    /// The operation that lists the rows.
    pub operation: &'static Operation,
    /// Version of the API's description: the day on which its sources were read, for example `2026-11-20`.
    pub version: &'static str,
    /// Paging of the listing.
    pub paging: TablePaging,
    /// Name of the response's field with the rows; `None` if the response is the list of rows.
    pub rows: Option<&'static str>,
    /// Query parameters of every request, with their values.
    pub parameters: &'static [(&'static str, &'static str)],
    /// Query parameter for the number of rows in a page.
    pub page_size: Option<PageSize>,
    /// Names of the columns that identify a row, on the wire. At least one.
    pub key: &'static [&'static str],
    /// Way to find the changes since an earlier run.
    pub changes: ChangeDetection,
    /// Dates by which the listing can be limited.
    pub window: Option<DateWindow>,
    /// The columns, in the order of the description.
    pub columns: &'static [Column],
    /// Fields that the description does not name may contain personal data, so they are copied only on request.
    pub extra_is_sensitive: bool,
}

/// A column of a table: a field of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name of the field on the wire, for example `workDate`.
    pub name: &'static str,
    /// Type of the values.
    pub kind: ColumnType,
    /// Description of the field, in plain text; empty if there is none.
    pub description: &'static str,
    /// The values are personal data that is copied only on request.
    pub sensitive: bool,
}

/// Type of a column. Every column may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// A string. A number or boolean in its place is taken as its JSON text.
    Text,
    /// An integer of 64 bits.
    Integer,
    /// A binary floating point number of 64 bits.
    Double,
    /// A decimal number with at most 29 digits before and 9 digits after the decimal point.
    Decimal,
    /// A boolean.
    Boolean,
    /// A day without a time. Of a value with a time, the day as written.
    Date,
    /// A time without a zone: date and time as written, whatever offset follows.
    Timestamp,
    /// An instant. A value without an offset is UTC.
    TimestampTz,
    /// An object, an array or any other JSON value.
    Json,
}

/// Paging of a table's listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TablePaging {
    /// One response has all rows.
    Single,
    /// Each page has the cursor of the next one.
    Cursor {
        /// Name of the response's field with the cursor.
        field: &'static str,
        /// Query parameter for the cursor.
        parameter: &'static str,
    },
    /// Pages have numbers.
    Page {
        /// Query parameter for the number.
        parameter: &'static str,
        /// Number of the first page.
        first: i64,
        /// Name of the response's field with the number of all rows, if it has one.
        total: Option<&'static str>,
    },
    /// A page is identified by the number of rows before it.
    Offset {
        /// Query parameter for the number of rows before the page.
        parameter: &'static str,
        /// Name of the response's field with the number of all rows, if it has one.
        total: Option<&'static str>,
    },
}

/// Query parameter for the number of rows in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize {
    /// Name of the parameter.
    pub parameter: &'static str,
    /// Number of rows to request.
    pub default: u32,
}

/// Way to find the changes of a table since an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeDetection {
    /// All rows are listed and compared with the copy.
    Snapshot,
    /// The listing has a parameter that limits it to the rows changed or deleted since a time.
    ModifiedSince {
        /// Query parameter for the time.
        parameter: &'static str,
        /// Field of a row that is `true` for a deletion.
        deleted: &'static str,
        /// Field of the response that is `full` or `incremental`, if it has one.
        mode: Option<&'static str>,
        /// Seconds before the start of the previous run from which changes are listed again.
        overlap: u32,
    },
    /// Rows are only added. The listing has a filter on a column whose values grow.
    Append {
        /// Query parameter of the filter.
        parameter: &'static str,
        /// Text before the value in the parameter, for example `[gt]`.
        prefix: &'static str,
        /// Column whose values grow, on the wire; it has one of the types [`Timestamp`](ColumnType::Timestamp),
        /// [`TimestampTz`](ColumnType::TimestampTz) and [`Integer`](ColumnType::Integer).
        column: &'static str,
        /// Amount before the greatest value of the previous run from which rows are listed again: seconds for a time.
        overlap: u32,
    },
}

/// Dates by which a listing of all rows can be limited. A listing of changes ignores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateWindow {
    /// Query parameter for the first date.
    pub from: &'static str,
    /// Query parameter for the last date, which is inclusive.
    pub to: &'static str,
    /// Column that is compared with the dates; `None` if the rows do not have it.
    pub column: Option<&'static str>,
    /// Maximum number of days between the dates, if the listing limits it.
    pub max_days: Option<u32>,
    /// Without a first date, the listing does not have all rows.
    pub from_required: bool,
    /// A last date without a first one is an error of the service.
    pub to_requires_from: bool,
}
