//! Values that do not have the type that the API's description declares.

use crate::console::{WARNING, note, paint};

/// Maximum number of values that are listed. The others are counted.
const MAX_LISTED: usize = 20;

/// A value that does not have its type. Does not contain the value, which may be personal data.
#[derive(Debug, PartialEq)]
pub(super) struct Reject {
    /// Id of the row, if it is known.
    row: Option<String>,
    /// Path of the value within the row.
    field: String,
    /// Expected type, with its article.
    expected: String,
}

impl Reject {
    pub(super) fn new(row: Option<String>, field: &str, expected: &str) -> Self {
        Self { row, field: field.to_owned(), expected: expected.to_owned() }
    }
}

/// The values of a run that do not have their type.
#[derive(Debug, Default)]
pub(super) struct Rejects {
    pub(super) count: u64,
    listed: Vec<Reject>,
}

impl Rejects {
    pub(super) fn add(&mut self, reject: Reject) {
        self.count += 1;
        if self.listed.len() < MAX_LISTED {
            self.listed.push(reject);
        }
    }

    /// Prints the number of values and the first of them to standard error.
    pub(super) fn print(&self, table: &str, place: &str) {
        if self.count == 0 {
            return;
        }
        let warning = paint(WARNING, "warning:");
        note(format_args!("{warning} {} values of {table} do not have their type; {place}", self.count));
        for Reject { row, field, expected } in &self.listed {
            let row = row.as_ref().map_or_else(String::new, |row| format!("row {row}: "));
            note(format_args!("  {row}{field}: expected {expected}"));
        }
        let others = self.count - self.listed.len() as u64;
        if others > 0 {
            note(format_args!("  and {others} more"));
        }
    }
}
