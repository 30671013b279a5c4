//! The dates of the rows to copy, from the command line.

use chrono::{NaiveDate, NaiveDateTime};
use keyfob::Timestamp;
use keyfob::client::table::{DateWindow, Table};
use keyfob_mirror::Window;

use crate::usage_error::UsageError;

/// First and last date on the command line, with the names of their options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dates<'a> {
    pub(crate) from: (&'static str, Option<&'a str>),
    pub(crate) to: (&'static str, Option<&'a str>),
}

impl Dates<'_> {
    /// Returns the dates in the format sent to the service. A day given as the last date is included up to its last
    /// millisecond.
    ///
    /// # Errors
    ///
    /// If a value is not a date, or the last date is earlier than the first one.
    pub(crate) fn window(self) -> Result<Window, UsageError> {
        let to = checked(self.to)?.map(|to| if is_day(&to) { format!("{to}T23:59:59.999") } else { to });
        let window = Window::new(checked(self.from)?, to);
        let time = |text: &Option<String>| text.as_deref().and_then(comparable_time);
        match (time(&window.from), time(&window.to)) {
            (Some(from), Some(to)) if to < from => {
                Err(UsageError::new(format!("{} is earlier than {}", self.to.0, self.from.0)))
            }
            _ => Ok(window),
        }
    }

    /// Returns `true` if the table requires a first date, and there is none.
    pub(crate) fn lacks_first(self, table: &Table) -> bool {
        self.from.1.is_none() && table.window.is_some_and(|window| window.from_required)
    }

    /// Checks the dates against the rules of a table.
    ///
    /// # Errors
    ///
    /// If the table has no dates, or requires others.
    pub(crate) fn check(self, table: &Table) -> Result<(), UsageError> {
        let (from, to) = (self.from.1.is_some(), self.to.1.is_some());
        let invalid = |reason: String| Err(UsageError::new(format!("{} {reason}", table.name)));
        match table.window {
            None if from || to => invalid(format!("has no time window; leave out {} and {}", self.from.0, self.to.0)),
            Some(DateWindow { to_requires_from: true, .. }) if to && !from => {
                invalid(format!("requires {} with {}", self.from.0, self.to.0))
            }
            Some(_) if self.lacks_first(table) => {
                invalid(format!("requires {}; without it the service lists only some of the rows", self.from.0))
            }
            _ => Ok(()),
        }
    }
}

/// Parses a time and converts it to UTC if it has an offset; a time without offset is used unchanged.
fn comparable_time(text: &str) -> Option<NaiveDateTime> {
    let time: Timestamp = text.parse().ok()?;
    Some(time.to_utc().map_or_else(|| time.naive(), |utc| utc.naive_utc()))
}

fn is_day(text: &str) -> bool {
    text.parse::<NaiveDate>().is_ok()
}

/// Checks that the value of an option is a date or time.
fn checked((option, text): (&'static str, Option<&str>)) -> Result<Option<String>, UsageError> {
    let Some(text) = text.map(str::trim) else { return Ok(None) };
    match text.parse::<Timestamp>() {
        Ok(_) => Ok(Some(text.to_owned())),
        Err(_) => Err(UsageError::new(format!(
            "{option} {text} is not a date; expected a form like 2026-01-31 or 2026-01-31T12:00:00Z"
        ))),
    }
}
