//! Times and ids of the rows of a seeded table, computed from the seed and the index `i` of a row instead of stored.
//!
//! Rows are in calendar order by `i`. Their order of last change differs: it is shuffled within each block of 16 rows, and
//! 10 rows of a block have the same time of change.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use crate::ditio::reporting::times::{DAY, HOUR, SECOND, midnight};
use crate::state::random::Random;

const BLOCK: u64 = 16;
/// Number of rows per block with the same time of change.
const SAME_CHANGE: u64 = 10;
/// Maximum number of days, about five years of working days. Larger tables get more rows per day.
const MAX_DAYS: u64 = 1_250;

/// Days on which a table has rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ditio::reporting) enum Calendar {
    /// Monday to Friday, up to the last Friday at least two days ago; changed on the following day.
    Workdays,
    /// Every day up to now; changed on the same day.
    EveryDay,
}

/// Times and ids of the rows of a table.
#[derive(Clone, Debug)]
pub(in crate::ditio::reporting) struct Layout {
    pub(in crate::ditio::reporting) count: u64,
    calendar: Calendar,
    per_day: u64,
    days: u64,
    last: NaiveDate,
    now: i64,
    /// Middle digits of every id.
    process: String,
    /// Counter at the end of the first id.
    first: u64,
    salt: u64,
}

impl Layout {
    pub(in crate::ditio::reporting) fn new(
        count: u64,
        per_day: u64,
        calendar: Calendar,
        now: DateTime<Utc>,
        mut random: Random,
    ) -> Self {
        let per_day = per_day.max(count.div_ceil(MAX_DAYS)).max(1);
        let today = now.date_naive();
        let last = match calendar {
            Calendar::EveryDay => today,
            Calendar::Workdays => {
                let latest = today - Days::new(2);
                latest - Days::new((u64::from(latest.weekday().num_days_from_monday()) + 3) % 7)
            }
        };
        Self {
            count,
            calendar,
            per_day,
            days: count.div_ceil(per_day),
            last,
            now: now.timestamp_millis(),
            process: random.hex(10),
            first: random.below(0x000f_0000),
            salt: random.next(),
        }
    }

    /// Returns the random numbers of a row.
    pub(in crate::ditio::reporting) fn random(&self, i: u64) -> Random {
        Random::new(self.salt ^ i.wrapping_mul(0x9e37_79b9_7f4a_7c15), "row")
    }

    /// Returns six digits that are specific to the table and the seed, for the ids of nested objects and files.
    pub(in crate::ditio::reporting) fn table_digits(&self) -> &str {
        &self.process[..6]
    }

    /// Returns the index of a row in its day.
    pub(in crate::ditio::reporting) fn slot(&self, i: u64) -> u64 {
        i % self.per_day
    }

    /// Returns the day of a row, as its first millisecond.
    pub(in crate::ditio::reporting) fn day(&self, i: u64) -> i64 {
        let days_ago = self.days.saturating_sub(1 + i / self.per_day);
        let days_ago = match self.calendar {
            Calendar::EveryDay => days_ago,
            Calendar::Workdays => days_ago / 5 * 7 + days_ago % 5,
        };
        midnight(self.last - Days::new(days_ago))
    }

    /// Returns the day of the seeding, in days since 1970-01-01.
    pub(in crate::ditio::reporting) fn today(&self) -> i64 {
        self.now / DAY
    }

    fn is_today(&self, i: u64) -> bool {
        self.calendar == Calendar::EveryDay && i / self.per_day + 1 == self.days
    }

    /// Returns a time in the day of a row: the rows of a day are spread evenly over `span` from `start`.
    pub(in crate::ditio::reporting) fn time_within_day(&self, i: u64, start: i64, span: i64) -> i64 {
        let offset_in = |span: i64| span / to_i64(self.per_day) * to_i64(self.slot(i));
        if self.is_today(i) {
            let elapsed = self.now - self.day(i);
            return self.day(i) + (elapsed / 5 * 3 + offset_in(elapsed / 3)) / SECOND * SECOND;
        }
        self.day(i) + (start + offset_in(span)) / SECOND * SECOND
    }

    /// Returns the creation time of a row.
    pub(in crate::ditio::reporting) fn created(&self, i: u64) -> i64 {
        match self.calendar {
            Calendar::Workdays => self.time_within_day(i, 14 * HOUR, 4 * HOUR) + to_i64(i * 37 % 1_000),
            Calendar::EveryDay => self.time_within_day(i, 5 * HOUR, 3 * HOUR),
        }
    }

    /// Returns the id of a row: seconds, process, counter. Ids increase with `i`.
    pub(in crate::ditio::reporting) fn id(&self, i: u64) -> String {
        let seconds = self.created(i.min(self.count.saturating_sub(1))) / SECOND;
        format!("{seconds:08x}{}{:06x}", self.process, self.first + i)
    }

    /// Returns the index of the row with an id.
    pub(in crate::ditio::reporting) fn index_of(&self, id: &str) -> Option<u64> {
        let counter = u64::from_str_radix(id.get(18..)?, 16).ok()?;
        let i = counter.checked_sub(self.first).filter(|i| *i < self.count)?;
        (self.id(i) == id).then_some(i)
    }

    /// Returns the position of a row in the order of changes. The function is its own inverse.
    pub(in crate::ditio::reporting) fn rank(&self, i: u64) -> u64 {
        let block = i / BLOCK;
        if self.calendar == Calendar::EveryDay || (block + 1) * BLOCK > self.count {
            return i;
        }
        i ^ (self.random(block ^ 0x0055_5555).below(BLOCK))
    }

    /// Returns the time of change at a position in the order of changes.
    pub(in crate::ditio::reporting) fn modified_at(&self, rank: u64) -> i64 {
        match self.calendar {
            Calendar::EveryDay if self.is_today(rank) => {
                let rows_after = to_i64(self.per_day - self.slot(rank));
                self.now - rows_after * SECOND
            }
            Calendar::EveryDay => self.time_within_day(rank, 14 * HOUR, 3 * HOUR),
            Calendar::Workdays => {
                let last = (rank / BLOCK * BLOCK + BLOCK - 1).min(self.count.saturating_sub(1));
                let change_group = (rank % BLOCK + 1).saturating_sub(SAME_CHANGE);
                self.time_within_day(last, DAY + 5 * HOUR, 18 * HOUR)
                    + to_i64(change_group) * SECOND
                    + to_i64(change_group * 120)
            }
        }
    }

    /// Returns the time of change of a row.
    pub(in crate::ditio::reporting) fn modified(&self, i: u64) -> i64 {
        self.modified_at(self.rank(i))
    }

    /// Returns the time of the last change before the seeded deletions.
    pub(in crate::ditio::reporting) fn last_change(&self) -> i64 {
        self.count.checked_sub(1).map_or(self.now - DAY, |last| self.modified_at(last).min(self.now - 2 * HOUR))
    }
}

/// Converts a count, which is far below the limits of both types.
pub(in crate::ditio::reporting) fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::clock::{Clock, Start};

    fn layout(count: u64, per_day: u64, calendar: Calendar) -> Layout {
        let now = Clock::new(Start::Default).now();
        Layout::new(count, per_day, calendar, now, Random::new(7, "layout"))
    }

    #[test]
    fn changes_are_ordered_partly_simultaneous_after_the_work_and_before_now() {
        for (count, per_day, calendar) in [
            (1_000, 8, Calendar::Workdays),
            (1_000_000, 8, Calendar::Workdays),
            (48, 1, Calendar::Workdays),
            (7, 3, Calendar::Workdays),
            (90, 12, Calendar::EveryDay),
        ] {
            let layout = layout(count, per_day, calendar);
            let step = usize::try_from(count / 500 * 500 / 499 + 1).unwrap();
            for i in (0..count - 1).step_by(step.max(1)) {
                assert_eq!(layout.rank(layout.rank(i)), i);
                assert_eq!(layout.index_of(&layout.id(i)), Some(i));
                assert!(layout.day(i) <= layout.day(i + 1));
                assert!(layout.modified_at(i) <= layout.modified_at(i + 1), "{count}: {i}");
                assert!(layout.created(i) <= layout.modified(i), "{count}: {i}");
                assert!(layout.id(i) < layout.id(i + 1));
            }
            assert!(layout.modified_at(count - 1) < layout.now);
        }
        let layout = layout(1_000, 8, Calendar::Workdays);
        assert_eq!(layout.modified_at(32), layout.modified_at(41));
        assert!(layout.modified_at(41) < layout.modified_at(42));
    }

    #[test]
    fn the_last_working_day_is_the_friday_before_the_start() {
        let layout = layout(1_000, 8, Calendar::Workdays);
        assert_eq!(crate::ditio::reporting::times::naive(layout.day(999)), "2026-02-27T00:00:00");
        assert_eq!(crate::ditio::reporting::times::naive(layout.day(991)), "2026-02-26T00:00:00");
    }
}
