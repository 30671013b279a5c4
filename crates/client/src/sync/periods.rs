//! Periods of a run that lists all rows, for a listing that limits the time between its dates.

use chrono::{DateTime, TimeDelta, Utc};

use crate::sync::checkpoint::Checkpoint;

/// Time after the start of a run at which its last period ends, because services do not document the zone of dates.
const MARGIN: TimeDelta = TimeDelta::days(1);

/// Dates of a run that lists all rows, and the maximum length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// First date.
    pub from: DateTime<Utc>,
    /// Last date, inclusive. Without it, the run ends a day after its start.
    pub to: Option<DateTime<Utc>>,
    /// Maximum time between the dates of a period.
    pub length: TimeDelta,
}

impl Periods {
    /// Returns the first and the last date of the current period of a run, both inclusive.
    #[must_use]
    pub fn current(&self, run: &Checkpoint) -> (DateTime<Utc>, DateTime<Utc>) {
        let start = self.start(run);
        (start, self.end(start, run))
    }

    /// Returns the start of the period after the current one; `None` after the last period.
    #[must_use]
    pub fn next(&self, run: &Checkpoint) -> Option<DateTime<Utc>> {
        let end = self.end(self.start(run), run);
        // A period includes its end, so that no time falls between two periods.
        (end < self.last(run)).then_some(end)
    }

    fn start(&self, run: &Checkpoint) -> DateTime<Utc> {
        run.period().unwrap_or(self.from)
    }

    fn end(&self, start: DateTime<Utc>, run: &Checkpoint) -> DateTime<Utc> {
        start.checked_add_signed(self.length).map_or(self.last(run), |end| end.min(self.last(run))).max(start)
    }

    fn last(&self, run: &Checkpoint) -> DateTime<Utc> {
        self.to.unwrap_or_else(|| run.started().checked_add_signed(MARGIN).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
}
