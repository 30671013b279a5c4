//! Full runs in periods, for a listing that limits the time between its dates.

use chrono::{DateTime, TimeDelta, Utc};
use keyfob_client::{
    TimeParam,
    sync::{Checkpoint, Periods},
};

use super::{Changes, DatedTable, Table};

/// Maximum length of a period: the limit of machine registrations in Ditio's request collection.
const LENGTH: TimeDelta = TimeDelta::days(7);

/// Periods of a full run, and the function that sets their dates on a listing.
pub(super) struct ListedPeriods<O> {
    periods: Periods,
    set: fn(O, TimeParam, TimeParam) -> O,
}

impl<O: DatedTable> Changes<O> {
    /// Limits the first run to the rows with a date from `from` to `to`, both inclusive, and requests it in periods of at
    /// most 7 days. Without `to`, the run ends a day after its start.
    ///
    /// One of Ditio's documents limits machine registrations to such periods; other documents do not mention a limit. Later
    /// runs list the changes of all rows. Do not set `from_date_time` and `to_date_time` on the listing.
    pub fn in_periods(mut self, from: DateTime<Utc>, to: impl Into<Option<DateTime<Utc>>>) -> Self {
        let periods = Periods { from, to: to.into(), length: LENGTH };
        self.periods = Some(ListedPeriods { periods, set: O::between });
        self
    }
}

impl<O: Table> ListedPeriods<O> {
    /// Returns the listing limited to the current period of a run.
    pub(super) fn limit(&self, listing: O, run: &Checkpoint) -> O {
        let (from, to) = self.periods.current(run);
        (self.set)(listing, from.into(), to.into())
    }

    /// Returns the start of the period after the current one; `None` after the last period.
    pub(super) fn next(&self, run: &Checkpoint) -> Option<DateTime<Utc>> {
        self.periods.next(run)
    }
}
