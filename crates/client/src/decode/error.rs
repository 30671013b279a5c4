//! Decoding failures: the path to the value and the expected type, never the value.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};

use serde::de;

/// Type that a value was expected to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// An object.
    Object,
    /// An array.
    List,
    /// A string.
    String,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// A boolean.
    Boolean,
    /// A date and time.
    DateTime,
    /// A date.
    Date,
    /// A number or a string.
    NumberOrString,
    /// Any value but `null`.
    Value,
    /// A string that contains JSON.
    JsonText,
}

impl Expected {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::List => "a list",
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::DateTime => "a date and time",
            Self::Date => "a date",
            Self::NumberOrString => "a number or a string",
            Self::Value => "a value",
            Self::JsonText => "JSON as text",
        }
    }

    /// Returns a serde error that names the expected type and not the value.
    #[cold]
    pub(super) fn into_error<E: de::Error>(self) -> E {
        E::invalid_type(de::Unexpected::Other("value not shown"), &self.as_str())
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reason of a decoding failure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The value has another type.
    Expected(Expected),
    /// The value has another type than a type with serde's own implementation expects.
    ExpectedBySerde(String),
    /// A type with serde's own implementation rejects the value with a custom error, which may quote the value.
    RejectedBySerde { line: usize, column: usize },
    /// A required field is absent.
    MissingField(&'static str),
    /// The body is not UTF-8.
    NotUtf8 { valid_up_to: usize },
    /// The JSON is truncated.
    UnexpectedEnd { line: usize, column: usize },
    /// More text follows the JSON.
    TrailingText,
    /// The text is not JSON.
    Syntax { line: usize, column: usize },
    /// The value occupies more memory than permitted.
    TooLarge,
}

impl Problem {
    /// Returns the problem of a syntax error; `None` for an error about the type of a value.
    pub(super) fn of_syntax(error: &serde_json::Error) -> Option<Self> {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Data => None,
            serde_json::error::Category::Eof => Some(Self::UnexpectedEnd { line, column }),
            // Bodies are decoded from memory, where no I/O error is possible.
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                Some(Self::Syntax { line, column })
            }
        }
    }
}

impl Problem {
    /// Returns the expected type or form, with its article.
    pub(super) fn expected(&self) -> Cow<'static, str> {
        match self {
            Self::Expected(expected) => Cow::Borrowed(expected.as_str()),
            Self::ExpectedBySerde(expected) => Cow::Owned(expected.clone()),
            Self::MissingField(name) => Cow::Owned(format!("the field `{name}`")),
            Self::RejectedBySerde { .. }
            | Self::NotUtf8 { .. }
            | Self::UnexpectedEnd { .. }
            | Self::TrailingText
            | Self::Syntax { .. } => Cow::Borrowed("valid JSON"),
            Self::TooLarge => Cow::Borrowed("a smaller value"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(expected) => write!(f, "expected {expected}"),
            Self::ExpectedBySerde(expected) => write!(f, "expected {expected}"),
            Self::RejectedBySerde { line, column } => {
                write!(f, "rejected by the type's `Deserialize` implementation, at line {line}, column {column}")
            }
            Self::MissingField(name) => write!(f, "missing field `{name}`"),
            Self::NotUtf8 { valid_up_to } => write!(f, "not UTF-8 after byte {valid_up_to}"),
            Self::UnexpectedEnd { line, column } => write!(f, "truncated JSON, at line {line}, column {column}"),
            Self::TrailingText => f.write_str("unexpected text after the end of the JSON"),
            Self::Syntax { line, column } => write!(f, "not valid JSON, at line {line}, column {column}"),
            Self::TooLarge => f.write_str("more memory than permitted"),
        }
    }
}

/// Decoding failure of a response body; the source of an [`Error`](crate::Error).
#[derive(Debug)]
pub(crate) struct DecodeError {
    /// Path to the value, for example `data[3].qty`; empty for the whole body.
    pub(crate) path: String,
    pub(crate) problem: Problem,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => self.problem.fmt(f),
            path => write!(f, "{path}: {}", self.problem),
        }
    }
}

impl std::error::Error for DecodeError {}

/// Failure of one decoding run, collected while it is returned from the failed value to the outermost reader.
///
/// The outermost reader owns the trace; nested readers borrow it.
#[derive(Debug)]
pub(crate) struct DecodeTrace {
    /// Steps of the path, innermost first.
    steps: Vec<Step>,
    problem: Option<Problem>,
    /// Bytes that further values may occupy; `None` after the limit was exceeded.
    remaining: Option<u64>,
}

impl Default for DecodeTrace {
    fn default() -> Self {
        Self::limited(u64::MAX)
    }
}

/// Maximum number of characters of a key in a path.
const MAX_KEY: usize = 100;

/// Returns a key for paths. Keys come from the service: long ones are truncated, and control characters are escaped.
pub(super) fn printable_key(key: &str) -> Cow<'_, str> {
    if key.len() <= MAX_KEY && !key.contains(char::is_control) {
        return Cow::Borrowed(key);
    }
    let printable = key.chars().take(MAX_KEY).flat_map(|char| {
        let escaped = char.is_control().then(|| char.escape_default());
        let plain = escaped.is_none().then_some(char);
        escaped.into_iter().flatten().chain(plain)
    });
    Cow::Owned(printable.collect())
}

#[derive(Debug)]
enum Step {
    Key(String),
    Index(usize),
}

impl DecodeTrace {
    /// Returns the trace of a run whose values may occupy `max_bytes`.
    pub(crate) fn limited(max_bytes: u64) -> Self {
        Self { steps: Vec::new(), problem: None, remaining: Some(max_bytes) }
    }

    /// Counts the memory of a value. Returns `false` and records the problem if the limit is exceeded.
    pub(super) fn allocate(&mut self, bytes: usize) -> bool {
        self.remaining = self.remaining.and_then(|remaining| remaining.checked_sub(bytes as u64));
        if self.remaining.is_none() {
            self.fail(Problem::TooLarge);
        }
        self.remaining.is_some()
    }

    /// Records the problem, unless a nested value has already recorded one.
    #[cold]
    pub(super) fn fail(&mut self, problem: Problem) {
        self.problem.get_or_insert(problem);
    }

    /// Returns the number of bytes that further values may occupy.
    pub(super) fn remaining(&self) -> u64 {
        self.remaining.unwrap_or(0)
    }

    /// Returns `true` if the limit was exceeded.
    pub(super) fn is_exceeded(&self) -> bool {
        self.remaining.is_none()
    }

    /// Prepends a key to the path.
    #[cold]
    pub(super) fn key(&mut self, key: &str) {
        self.steps.push(Step::Key(printable_key(key).into_owned()));
    }

    /// Prepends an index to the path.
    #[cold]
    pub(super) fn index(&mut self, index: usize) {
        self.steps.push(Step::Index(index));
    }

    /// Removes the recorded failure.
    pub(super) fn clear(&mut self) {
        (self.steps, self.problem) = (Vec::new(), None);
    }

    /// Returns the failure. `problem` replaces the recorded problem.
    pub(crate) fn into_error(self, problem: Option<Problem>) -> DecodeError {
        let mut path = String::new();
        for step in self.steps.into_iter().rev() {
            match step {
                Step::Key(key) if path.is_empty() => path = key,
                Step::Key(key) => path.extend([".", &key]),
                Step::Index(index) => write!(path, "[{index}]").expect("writing to a String cannot fail"),
            }
        }
        DecodeError { path, problem: problem.or(self.problem).unwrap_or(Problem::Expected(Expected::Value)) }
    }
}
