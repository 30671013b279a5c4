//! A window of time: what `--from` and `--to` say, and which rows are inside.

use chrono::{NaiveDate, NaiveDateTime};
use keyfob::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::tables::{Dates, Event, Table};
use crate::args::Export;
use crate::exit::Usage;

/// The window, both ends inside, as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    /// The member of a row that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member: Option<String>,
}

impl Window {
    pub(super) fn new(table: &Table, args: &Export) -> Result<Self, Usage> {
        let window = Self::given(args)?;
        let (from, to) = (window.from.is_some(), window.to.is_some());
        let wrong = |why: &str| Err(Usage::new(format!("{} {why}", table.name)));
        match (table.name, table.dates) {
            (_, Dates::None) if from || to => wrong("cannot be limited in time: leave --from and --to out"),
            ("machine_registrations", _) if from != to => wrong("need both --from and --to, or neither"),
            ("crew_list_registrations", _) if !from => {
                wrong("need --from: without it the service lists those of today only")
            }
            (_, Dates::Member(member)) if from || to => Ok(Self { member: Some(member.to_owned()), ..window }),
            _ => Ok(window),
        }
    }

    /// What was said, for any table. A day ends with its last moment.
    pub(super) fn given(args: &Export) -> Result<Self, Usage> {
        let from = args.from.as_deref().map(|text| checked("--from", text)).transpose()?;
        let to = args.to.as_deref().map(|text| checked("--to", text)).transpose()?;
        let to = to.map(|to| if is_day(&to) { format!("{to}T23:59:59.999") } else { to });
        let window = Self { from, to, member: None };
        match window.bounds() {
            (Some(from), Some(to)) if to < from => Err(Usage::new("--to is before --from")),
            _ => Ok(window),
        }
    }

    /// Whether `other` has the same ends.
    pub(super) fn is(&self, other: &Self) -> bool {
        (&self.from, &self.to) == (&other.from, &other.to)
    }

    /// Whether rows can tell if they are inside.
    pub(super) fn is_known(&self) -> bool {
        self.member.is_some() || self.from.is_none() && self.to.is_none()
    }

    /// What happened as seen from inside the window: a listing of changes knows no window, so a row outside is as good
    /// as deleted.
    pub(super) fn apply(&self, event: Event, is_update: bool) -> Event {
        match event {
            Event::Upsert { id: Some(id), json } if is_update && !self.holds(&json) => Event::Delete { id },
            event => event,
        }
    }

    fn holds(&self, json: &str) -> bool {
        let Some(member) = &self.member else { return true };
        let row: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
        let Some(at) = row.get(member).and_then(Value::as_str).and_then(moment) else { return true };
        let (from, to) = self.bounds();
        from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to)
    }

    fn bounds(&self) -> (Option<NaiveDateTime>, Option<NaiveDateTime>) {
        let bound = |text: &Option<String>| text.as_deref().and_then(moment);
        (bound(&self.from), bound(&self.to))
    }
}

/// In UTC where the offset is known, else as it stands.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let time: Timestamp = text.parse().ok()?;
    Some(time.to_utc().map_or_else(|| time.naive(), |utc| utc.naive_utc()))
}

fn is_day(text: &str) -> bool {
    text.parse::<NaiveDate>().is_ok()
}

fn checked(flag: &str, text: &str) -> Result<String, Usage> {
    let text = text.trim();
    match text.parse::<Timestamp>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => {
            Err(Usage::new(format!("{flag} {text} is no date: give one such as 2026-01-31, or 2026-01-31T12:00:00Z")))
        }
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
        assert_eq!(window.apply(event(), false), event(), "the service has looked at it");
    }

    #[test]
    fn both_ends_are_inside() {
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
