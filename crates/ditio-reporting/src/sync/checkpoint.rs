//! How far a synchronisation has come, in a form that survives the process.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How far the synchronisation of one table has come. It serializes: store it beside the rows.
///
/// It holds no row and no credential, but a cursor, which belongs to the environment, the client and the filters that it
/// was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    table: String,
    /// When the run began: whatever changes from then on is the next run's.
    started: DateTime<Utc>,
    /// From when on the run lists changes; without it, the run lists all that exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<DateTime<Utc>>,
    /// The page that the run goes on with; the first page without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    #[serde(default)]
    finished: bool,
}

impl Checkpoint {
    /// The beginning of a first run.
    pub(super) fn first(table: &str, now: DateTime<Utc>) -> Self {
        Self { table: table.to_owned(), started: whole(now), since: None, cursor: None, finished: false }
    }

    /// The beginning of the run after this one.
    pub(super) fn next(&self, now: DateTime<Utc>, overlap: TimeDelta) -> Self {
        let since = self.started.checked_sub_signed(overlap).unwrap_or(DateTime::UNIX_EPOCH);
        Self { since: Some(since), ..Self::first(&self.table, now) }
    }

    pub(super) fn turn(&mut self, cursor: String) {
        self.cursor = Some(cursor);
    }

    pub(super) fn finish(&mut self) {
        self.cursor = None;
        self.finished = true;
    }

    /// Goes back to the first page of the same run.
    pub(super) fn start_over(&mut self) {
        self.cursor = None;
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The table that it belongs to: the name of the client's method.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// When its run began, by this machine's clock.
    #[must_use]
    pub fn started(&self) -> DateTime<Utc> {
        self.started
    }

    /// From when on its run lists changes; a run without it lists all that exists.
    #[must_use]
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.since
    }

    /// Whether its run came to the end.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }
}

/// Whole seconds, in the form that the vendor documents; rounded down, so that nothing falls between.
fn whole(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_the_same_after_it_was_stored() {
        let now: DateTime<Utc> = "2026-03-02T08:00:00.999Z".parse().unwrap();
        let mut checkpoint = Checkpoint::first("projects", now);
        check(&checkpoint, r#"{"table":"projects","started":"2026-03-02T08:00:00Z","finished":false}"#);
        checkpoint.turn("eyJ=".into());
        let json = r#"{"table":"projects","started":"2026-03-02T08:00:00Z","cursor":"eyJ=","finished":false}"#;
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
