//! The dates that limit a copy: parameters of a listing, periods, and rows outside.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use keyfob_client::sync::{Checkpoint, Periods};
use keyfob_client::table::DateWindow;
use keyfob_client::{TimeParam, Timestamp};

use crate::batch::{Batch, Value};
use crate::checkpoint::Window;
use crate::error::{Error, ErrorKind};
use crate::schema::Schema;

/// Number of microseconds in a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The dates of a copy, checked against the rules of its table.
#[derive(Clone, Debug)]
pub(super) struct Dates {
    /// Parameters and their values, for a listing without periods.
    parameters: Vec<(String, String)>,
    /// Names of the parameters, and periods of the listing.
    periods: Option<(&'static DateWindow, Periods)>,
    /// First and last time, in microseconds.
    from: Option<i64>,
    to: Option<i64>,
    /// Position of the column that is compared with the times.
    column: Option<usize>,
}

impl Dates {
    /// Checks the dates.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if the table cannot be limited by these dates.
    pub(super) fn new(schema: &Schema, window: &Window) -> Result<Self, Error> {
        let name = schema.name();
        let from = bound(window.from.as_deref(), "first")?;
        let to = bound(window.to.as_deref(), "last")?;
        if let (Some((_, from)), Some((_, to))) = (&from, &to)
            && to < from
        {
            return Err(Error::new(ErrorKind::Settings, "the last date is earlier than the first date"));
        }
        let Some(rules) = &schema.table().window else {
            if window.is_unlimited() {
                return Ok(Self { parameters: Vec::new(), periods: None, from: None, to: None, column: None });
            }
            return Err(Error::new(ErrorKind::Settings, format!("{name} cannot be limited by dates: leave them out")));
        };
        if from.is_none() && rules.from_required {
            let message = format!("{name} requires a first date: without it, the service does not list all rows");
            return Err(Error::new(ErrorKind::Settings, message));
        }
        if from.is_none() && to.is_some() && rules.to_requires_from {
            return Err(Error::new(ErrorKind::Settings, format!("{name} requires a first date with the last date")));
        }
        let periods = from.as_ref().zip(rules.max_days).map(|((_, from), days)| {
            let to = to.as_ref().map(|(_, to)| to.and_utc());
            (rules, Periods { from: from.and_utc(), to, length: TimeDelta::days(days.into()) })
        });
        let micros =
            |bound: &Option<(String, NaiveDateTime)>| bound.as_ref().map(|(_, at)| at.and_utc().timestamp_micros());
        let bounds = (micros(&from), micros(&to));
        let given = [(rules.from, from), (rules.to, to)].into_iter();
        let parameters = given.filter_map(|(name, bound)| Some((name.to_owned(), bound?.0))).collect();
        let column = rules.column.and_then(|name| schema.columns().iter().position(|column| column.wire == name));
        Ok(Self { parameters, periods, from: bounds.0, to: bounds.1, column })
    }

    /// Returns `true` if changes cannot be limited, because the rows do not have the date. All rows must be listed then.
    pub(super) fn needs_full_listing(&self) -> bool {
        self.column.is_none() && (self.from.is_some() || self.to.is_some())
    }

    /// Returns the parameters of a listing of all rows.
    pub(super) fn parameters(&self, run: Option<&Checkpoint>) -> Vec<(String, String)> {
        match (&self.periods, run) {
            (Some((rules, periods)), Some(run)) => {
                let (from, to) = periods.current(run);
                [(rules.from, from), (rules.to, to)].map(|(name, at)| (name.to_owned(), text(at))).into()
            }
            _ => self.parameters.clone(),
        }
    }

    /// Returns the start of the period after the current one of a run; `None` after the last, and without periods.
    pub(super) fn next_period(&self, run: &Checkpoint) -> Option<DateTime<Utc>> {
        self.periods.as_ref()?.1.next(run)
    }

    /// Turns the rows outside the dates into deletions, because a listing of changes ignores the dates.
    pub(super) fn apply(&self, batch: &mut Batch) {
        let Some(column) = self.column.filter(|_| self.from.is_some() || self.to.is_some()) else { return };
        let column = &batch.columns()[column];
        let outside: Vec<bool> = (0..batch.len()).map(|row| !self.contains(column.value(row))).collect();
        if outside.contains(&true) {
            batch.delete(&outside);
        }
    }

    fn contains(&self, value: Value<'_>) -> bool {
        let at = match value {
            Value::Date(day) => i64::from(day) * DAY,
            Value::Timestamp(at) => at,
            // A row without the date cannot be compared.
            _ => return true,
        };
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

/// Returns the text to send and the time. A day as the last date is included up to its last millisecond.
fn bound(text: Option<&str>, which: &str) -> Result<Option<(String, NaiveDateTime)>, Error> {
    let Some(text) = text else { return Ok(None) };
    let is_day = text.parse::<NaiveDate>().is_ok();
    let text = if which == "last" && is_day { format!("{text}T23:59:59.999") } else { text.to_owned() };
    let time: Timestamp = text.parse().map_err(|error| {
        let message = format!("the {which} date is invalid: expected a form like 2026-01-31 or 2026-01-31T12:00:00Z");
        Error::new(ErrorKind::Settings, message).with_source(error)
    })?;
    let at = time.to_utc().map_or_else(|| time.naive(), |utc| utc.naive_utc());
    Ok(Some((text, at)))
}

fn text(at: DateTime<Utc>) -> String {
    TimeParam::from(at).as_str().to_owned()
}
