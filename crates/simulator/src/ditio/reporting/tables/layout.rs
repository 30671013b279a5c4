//! The times of the rows of a seeded table, computed from the seed and the index `i` of a row, without stored rows.
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
pub(in crate::ditio::reporting) enum Pace {
    /// Monday to Friday, up to the last Friday at least two days ago; changed on the following day.
    Working,
    /// Every day up to now; changed on the same day.
    Presence,
}

/// Times and ids of the rows of a table.
#[derive(Clone, Debug)]
pub(in crate::ditio::reporting) struct Layout {
    pub(in crate::ditio::reporting) count: u64,
    pace: Pace,
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
        pace: Pace,
        now: DateTime<Utc>,
        mut random: Random,
    ) -> Self {
        let per_day = per_day.max(count.div_ceil(MAX_DAYS)).max(1);
        let today = now.date_naive();
        let last = match pace {
            Pace::Presence => today,
            Pace::Working => {
                let latest = today - Days::new(2);
                latest - Days::new((u64::from(latest.weekday().num_days_from_monday()) + 3) % 7)
            }
        };
        Self {
            count,
            pace,
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

    /// Returns six digits specific to the table and the seed.
    pub(in crate::ditio::reporting) fn id_mark(&self) -> &str {
        &self.process[..6]
    }

    /// Returns the index of a row in its day.
    pub(in crate::ditio::reporting) fn slot(&self, i: u64) -> u64 {
        i % self.per_day
    }

    /// Returns the day of a row, as its first millisecond.
    pub(in crate::ditio::reporting) fn day(&self, i: u64) -> i64 {
        let back = self.days.saturating_sub(1 + i / self.per_day);
        let back = match self.pace {
            Pace::Presence => back,
            Pace::Working => back / 5 * 7 + back % 5,
        };
        midnight(self.last - Days::new(back))
    }

    /// Returns the day of the seeding, in days since 1970-01-01.
    pub(in crate::ditio::reporting) fn today(&self) -> i64 {
        self.now / DAY
    }

    fn is_today(&self, i: u64) -> bool {
        self.pace == Pace::Presence && i / self.per_day + 1 == self.days
    }

    /// Returns a time in the day of a row: the rows of a day are spread evenly over `span` from `start`.
    pub(in crate::ditio::reporting) fn moment(&self, i: u64, start: i64, span: i64) -> i64 {
        let share = |of: i64| of / to_i64(self.per_day) * to_i64(self.slot(i));
        if self.is_today(i) {
            let so_far = self.now - self.day(i);
            return self.day(i) + (so_far / 5 * 3 + share(so_far / 3)) / SECOND * SECOND;
        }
        self.day(i) + (start + share(span)) / SECOND * SECOND
    }

    /// Returns the creation time of a row.
    pub(in crate::ditio::reporting) fn created(&self, i: u64) -> i64 {
        match self.pace {
            Pace::Working => self.moment(i, 14 * HOUR, 4 * HOUR) + to_i64(i * 37 % 1_000),
            Pace::Presence => self.moment(i, 5 * HOUR, 3 * HOUR),
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
        if self.pace == Pace::Presence || (block + 1) * BLOCK > self.count {
            return i;
        }
        i ^ (self.random(block ^ 0x0055_5555).below(BLOCK))
    }

    /// Returns the time of change at a position in the order of changes.
    pub(in crate::ditio::reporting) fn modified_at(&self, rank: u64) -> i64 {
        match self.pace {
            Pace::Presence if self.is_today(rank) => {
                let left = to_i64(self.per_day - self.slot(rank));
                self.now - left * SECOND
            }
            Pace::Presence => self.moment(rank, 14 * HOUR, 3 * HOUR),
            Pace::Working => {
                let last = (rank / BLOCK * BLOCK + BLOCK - 1).min(self.count.saturating_sub(1));
                let group = (rank % BLOCK + 1).saturating_sub(SAME_CHANGE);
                self.moment(last, DAY + 5 * HOUR, 18 * HOUR) + to_i64(group) * SECOND + to_i64(group * 120)
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

    fn layout(count: u64, per_day: u64, pace: Pace) -> Layout {
        let now = Clock::new(Start::Default).now();
        Layout::new(count, per_day, pace, now, Random::new(7, "layout"))
    }

    #[test]
    fn changes_are_ordered_partly_simultaneous_after_the_work_and_before_now() {
        for (count, per_day, pace) in [
            (1_000, 8, Pace::Working),
            (1_000_000, 8, Pace::Working),
            (48, 1, Pace::Working),
            (7, 3, Pace::Working),
            (90, 12, Pace::Presence),
        ] {
            let layout = layout(count, per_day, pace);
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
        let layout = layout(1_000, 8, Pace::Working);
        assert_eq!(layout.modified_at(32), layout.modified_at(41));
        assert!(layout.modified_at(41) < layout.modified_at(42));
    }

    #[test]
    fn the_last_working_day_is_the_friday_before_the_start() {
        let layout = layout(1_000, 8, Pace::Working);
        assert_eq!(crate::ditio::reporting::times::naive(layout.day(999)), "2026-02-27T00:00:00");
        assert_eq!(crate::ditio::reporting::times::naive(layout.day(991)), "2026-02-26T00:00:00");
    }
}
