//! Full runs in periods, for a listing that limits the time between its dates.

use chrono::{DateTime, TimeDelta, Utc};
use keyfob_client::TimeParam;

use super::{Changes, Checkpoint, DatedTable, Table};

/// Maximum length of a period: the limit of machine registrations in Ditio's request collection.
const LENGTH: TimeDelta = TimeDelta::days(7);
/// Time after the start of a run at which its last period ends, because Ditio does not document the zone of dates.
const MARGIN: TimeDelta = TimeDelta::days(1);

/// Dates of a full run, and the function that sets them on a listing.
pub(super) struct Periods<O> {
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
    set: fn(O, TimeParam, TimeParam) -> O,
}

impl<O: DatedTable> Changes<O> {
    /// Limits the first run to the rows with a date from `from` to `to`, both inclusive, and requests it in periods of at
    /// most 7 days. Without `to`, the run ends a day after its start.
    ///
    /// One of Ditio's documents limits machine registrations to such periods; other documents do not mention a limit. Later
    /// runs list the changes of all rows. Do not set `from_date_time` and `to_date_time` on the listing.
    pub fn in_periods(mut self, from: DateTime<Utc>, to: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.periods = Some(Periods { from, to: to.into(), set: O::between });
        self
    }
}

impl<O: Table> Periods<O> {
    /// Returns the listing limited to the current period of a run.
    pub(super) fn limit(&self, listing: O, run: &Checkpoint) -> O {
        let start = self.start(run);
        (self.set)(listing, start.into(), self.end(start, run).into())
    }

    /// Returns the start of the period after the current one; `None` after the last period.
    pub(super) fn next(&self, run: &Checkpoint) -> Option<DateTime<Utc>> {
        let end = self.end(self.start(run), run);
        // A period includes its end, so that no time falls between two periods.
        (end < self.last(run)).then_some(end)
    }

    fn start(&self, run: &Checkpoint) -> DateTime<Utc> {
        run.period().unwrap_or(self.from)
    }

    fn end(&self, start: DateTime<Utc>, run: &Checkpoint) -> DateTime<Utc> {
        start.checked_add_signed(LENGTH).map_or(self.last(run), |end| end.min(self.last(run))).max(start)
    }

    fn last(&self, run: &Checkpoint) -> DateTime<Utc> {
        self.to.unwrap_or_else(|| run.started().checked_add_signed(MARGIN).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
}
