//! Checkpoint: the progress of a synchronization, in a form that can be stored.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Progress of the synchronization of one table. Serialize it and store it beside the rows.
///
/// A checkpoint contains no rows and no credentials. Its cursor is valid for the environment, the API client and the
/// filters of the run that created it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    table: String,
    /// Start of the run, by the clock that is behind: the local one or the service's. The next run lists later changes.
    started: DateTime<Utc>,
    /// Start of the period whose changes the run lists. Without it the run lists all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<DateTime<Utc>>,
    /// Start of the period at which a run that lists all rows in periods continues. Without it the run continues at the first
    /// period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<DateTime<Utc>>,
    /// Cursor of the page at which the run continues. Without it the run continues at the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    #[serde(default)]
    finished: bool,
    /// Rows of the run could not be read and were left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    incomplete: bool,
}

impl Checkpoint {
    /// Creates the checkpoint at the start of the first run.
    pub(super) fn first(table: &str, now: DateTime<Utc>) -> Self {
        Self {
            table: table.to_owned(),
            started: truncated(now),
            since: None,
            period: None,
            cursor: None,
            finished: false,
            incomplete: false,
        }
    }

    /// Creates the checkpoint at the start of the run after this one.
    pub(super) fn next(&self, now: DateTime<Utc>, overlap: TimeDelta) -> Self {
        let since = self.started.checked_sub_signed(overlap).unwrap_or(DateTime::UNIX_EPOCH);
        Self { since: Some(since), ..Self::first(&self.table, now) }
    }

    /// Lowers the start of the run to the time of its first request by the service's clock.
    ///
    /// If the local clock is ahead, its time would exclude changes from the next run.
    pub(super) fn limit_start(&mut self, service: DateTime<Utc>) {
        self.started = self.started.min(truncated(service));
    }

    /// Moves to the page with this cursor.
    pub(super) fn advance(&mut self, cursor: String) {
        self.cursor = Some(cursor);
    }

    /// Moves to the period with this start.
    pub(super) fn start_period(&mut self, start: DateTime<Utc>) {
        self.cursor = None;
        self.period = Some(start);
    }

    /// Marks the run as finished.
    pub(super) fn finish(&mut self) {
        self.cursor = None;
        self.period = None;
        self.finished = true;
    }

    /// Records that a row of the run was left out.
    pub(super) fn mark_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// Returns to the first page of the same run.
    pub(super) fn start_over(&mut self) {
        self.cursor = None;
    }

    #[doc(hidden)]
    #[must_use]
    pub fn period(&self) -> Option<DateTime<Utc>> {
        self.period
    }

    #[doc(hidden)]
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Returns the table that the checkpoint belongs to: the name of the client's method.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Returns the start of the run: by the local clock, or by the service's clock if that is behind.
    #[must_use]
    pub fn started(&self) -> DateTime<Utc> {
        self.started
    }

    /// Returns the start of the period whose changes the run lists, or `None` if the run lists all rows.
    #[must_use]
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.since
    }

    /// Returns true if the run has reached the end of the listing.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Returns true if rows of the run could not be read and were left out.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }
}

/// Rounds a time down to seconds, which is the precision of an HTTP date. Rounding up could skip a change.
fn truncated(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serialized_checkpoint_is_deserialized_unchanged() {
        let now: DateTime<Utc> = "2026-03-02T08:00:00.999Z".parse().unwrap();
        let mut checkpoint = Checkpoint::first("projects", now);
        check(&checkpoint, r#"{"table":"projects","started":"2026-03-02T08:00:00Z","finished":false}"#);
        checkpoint.advance("eyJ=".into());
        let json = r#"{"table":"projects","started":"2026-03-02T08:00:00Z","cursor":"eyJ=","finished":false}"#;
        check(&checkpoint, json);
        checkpoint.start_period("2026-01-08T00:00:00Z".parse().unwrap());
        let json =
            r#"{"table":"projects","started":"2026-03-02T08:00:00Z","period":"2026-01-08T00:00:00Z","finished":false}"#;
        check(&checkpoint, json);
        checkpoint.finish();
        let next = checkpoint.next("2026-03-03T00:00:00Z".parse().unwrap(), TimeDelta::minutes(10));
        let json =
            r#"{"table":"projects","started":"2026-03-03T00:00:00Z","since":"2026-03-02T07:50:00Z","finished":false}"#;
        check(&next, json);
    }

    #[track_caller]
    fn check(checkpoint: &Checkpoint, json: &str) {
        assert_eq!(serde_json::to_string(checkpoint).unwrap(), json);
        assert_eq!(&serde_json::from_str::<Checkpoint>(json).unwrap(), checkpoint);
    }
}
