//! The time window of an export: `--from` and `--to`, and the rows inside.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event::Event;
use crate::args::Export;
use crate::mirror::window::{Dates, comparable_time};
use crate::usage_error::UsageError;

/// Date of a row that a time window filters by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateFilter {
    /// The table has no time window.
    None,
    /// The window filters by this property of the rows.
    Property(&'static str),
    /// The window filters by a date that the rows do not contain.
    NotInRow,
}

/// A time window with inclusive ends, in the format sent to the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    /// The property of a row that the window filters by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member: Option<String>,
}

impl Window {
    /// Reads the window from the arguments and checks it against the rules of the table.
    pub(super) fn new(table: &str, dates: DateFilter, args: &Export) -> Result<Self, UsageError> {
        let window = Self::from_args(args)?;
        let (from, to) = (window.from.is_some(), window.to.is_some());
        let invalid = |reason: &str| Err(UsageError::new(format!("{table} {reason}")));
        match (table, dates) {
            (_, DateFilter::None) if from || to => invalid("has no time window; leave out --from and --to"),
            ("machine_registrations", _) if to && !from => invalid("requires --from with --to"),
            ("crew_list_registrations", _) if !from => {
                invalid("requires --from; without it the service lists only the registrations of today")
            }
            (_, DateFilter::Property(property)) if from || to => {
                Ok(Self { member: Some(property.to_owned()), ..window })
            }
            _ => Ok(window),
        }
    }

    /// Reads `--from` and `--to`.
    pub(super) fn from_args(args: &Export) -> Result<Self, UsageError> {
        let dates = Dates { from: ("--from", args.from.as_deref()), to: ("--to", args.to.as_deref()) };
        let window = dates.window()?;
        Ok(Self { from: window.from, to: window.to, member: None })
    }

    /// Returns `true` if `other` has the same bounds.
    pub(super) fn same_bounds(&self, other: &Self) -> bool {
        (&self.from, &self.to) == (&other.from, &other.to)
    }

    /// Returns `true` if the rows contain the date that the window filters by.
    pub(super) fn can_filter_rows(&self) -> bool {
        self.member.is_some() || self.from.is_none() && self.to.is_none()
    }

    /// Turns an upsert of a row outside the window into a deletion, because a listing of changes ignores the window.
    pub(super) fn apply(&self, event: Event, is_update: bool) -> Event {
        match event {
            Event::Upsert { id: Some(id), json } if is_update && !self.contains(&json) => Event::Delete { id },
            event => event,
        }
    }

    fn contains(&self, json: &str) -> bool {
        let Some(member) = &self.member else { return true };
        let row: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
        let Some(at) = row.get(member).and_then(Value::as_str).and_then(comparable_time) else { return true };
        let (from, to) = self.bounds();
        from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to)
    }

    /// Returns the bounds. A time without an offset is UTC.
    pub(super) fn instants(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let (from, to) = self.bounds();
        (from.map(|from| from.and_utc()), to.map(|to| to.and_utc()))
    }

    fn bounds(&self) -> (Option<NaiveDateTime>, Option<NaiveDateTime>) {
        let bound = |text: &Option<String>| text.as_deref().and_then(comparable_time);
        (bound(&self.from), bound(&self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: Option<&str>, to: Option<&str>) -> Window {
        let member = Some("workDate".to_owned());
        Window { from: from.map(str::to_owned), to: to.map(str::to_owned), member }
    }

    #[track_caller]
    fn check(window: &Window, date: &str, inside: bool) {
        let event = || Event::Upsert { id: Some("1".into()), json: format!(r#"{{"workDate":"{date}"}}"#) };
        let seen = if inside { event() } else { Event::Delete { id: "1".into() } };
        assert_eq!(window.apply(event(), true), seen, "{date}");
        assert_eq!(window.apply(event(), false), event(), "a full listing is filtered by the service");
    }

    #[test]
    fn both_bounds_are_inclusive() {
        let january = window(Some("2026-01-01"), Some("2026-01-31T23:59:59.999"));
        check(&january, "2026-01-01T00:00:00Z", true);
        check(&january, "2025-12-31T23:59:59", false);
        check(&january, "2026-01-31T23:59:59.5", true);
        check(&january, "2026-02-01T00:00:00Z", false);
        check(&january, "2026-02-01T00:30:00+01:00", true);
        check(&window(Some("2026-01-01"), None), "2030-01-01", true);
        check(&Window::default(), "1999-01-01", true);
    }
}
