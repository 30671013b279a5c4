//! Values of a response that do not have the type that the API's description declares.

use std::{borrow::Cow, fmt};

use serde_json::Value as Json;

use super::error::DecodeError;
use crate::operation::Operation;

/// Maximum number of fields of a response whose mismatches are listed. More mismatches are counted only, so that a response
/// cannot make the list large.
const MAX_LISTED: usize = 100;

/// Maximum number of elements that are left out of a response. A response with more of them is an error: the listing has
/// another format than described.
const MAX_LEFT_OUT: usize = 1000;

/// Maximum number of mismatches that the warning event lists.
const MAX_LOGGED: usize = 10;

/// A value of a response that does not have the type that the API's description declares.
///
/// The field that has such a value is absent in the decoded struct. Its JSON is retained: serialized or sent back, the
/// struct has the value as received, unless the field has been set. An element of a list that cannot be read is left
/// out of the list. `Debug` and `Display` do not show the value.
#[derive(Clone, PartialEq)]
pub struct Mismatch {
    path: String,
    expected: Cow<'static, str>,
    left_out: Option<Json>,
    is_row: bool,
}

impl Mismatch {
    /// Returns the path to the value, for example `data[3].qty`. Its keys are those of the response.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the expected type with its article, for example `a number`.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Returns the JSON of the list element or map member that was left out because of the mismatch; `None` if a field of
    /// a struct is absent instead. The JSON may contain personal data.
    #[must_use]
    pub fn left_out(&self) -> Option<&Json> {
        self.left_out.as_ref()
    }

    /// Returns `true` if a row was left out: an element of a list that is the response itself or one of its fields.
    #[must_use]
    pub fn is_row(&self) -> bool {
        self.is_row
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.path, self.expected)
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Mismatch");
        debug.field("path", &self.path).field("expected", &self.expected);
        debug.field("left_out", &self.left_out.is_some()).field("is_row", &self.is_row).finish()
    }
}

/// All mismatches of one response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mismatches {
    pub(crate) listed: Vec<Mismatch>,
    /// Number of mismatches, listed or not.
    count: usize,
    left_out: usize,
    /// Number of rows among the elements that are left out.
    pub(crate) rows: usize,
}

impl Mismatches {
    /// Records a field that is absent because of a mismatch.
    pub(super) fn absent(&mut self, error: &DecodeError) {
        self.count += 1;
        if self.listed.len() < MAX_LISTED {
            self.push(error, None, false);
        }
    }

    /// Records an element that is left out. Returns `false` if the response has too many of them.
    pub(super) fn left_out(&mut self, error: &DecodeError, element: Json, is_row: bool) -> bool {
        self.count += 1;
        self.left_out += 1;
        self.rows += usize::from(is_row);
        self.push(error, Some(element), is_row);
        self.left_out <= MAX_LEFT_OUT
    }

    fn push(&mut self, error: &DecodeError, left_out: Option<Json>, is_row: bool) {
        let (path, expected) = (error.path.clone(), error.problem.expected());
        self.listed.push(Mismatch { path, expected, left_out, is_row });
    }

    /// Returns `true` if a row was left out.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.rows > 0
    }

    /// Emits the warning event of a response.
    #[cold]
    pub(crate) fn log(&self, api: &str, operation: &Operation) {
        let listed: Vec<String> = self.listed.iter().take(MAX_LOGGED).map(ToString::to_string).collect();
        tracing::warn!(
            api,
            operation = operation.id,
            count = self.count,
            incomplete = self.is_incomplete(),
            mismatches = listed.join("; "),
            "values of the response do not match the API's description; they are absent, and sent back as received",
        );
    }
}
