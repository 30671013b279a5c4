//! Where the rows of a seeded table lie in time: row `i` is computed from the seed and `i`, nothing is held.
//!
//! Rows follow the calendar in the order of `i`. The order of their last changes is another one: within each block of
//! sixteen it is shuffled, and ten of a block were changed in one and the same instant.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::times::{DAY, HOUR, SECOND, midnight};
use crate::state::random::Random;

const BLOCK: u64 = 16;
/// How many of a block share the time of their last change.
const TIED: u64 = 10;
/// Large tables get busier days rather than more of them: about five years of working days.
const MOST_DAYS: u64 = 1_250;

/// When people are at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Monday to Friday, up to the last Friday two days ago or more; changed on the day after.
    Working,
    /// Every day, up to now; changed at once.
    Presence,
}

#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) count: u64,
    pace: Pace,
    per_day: u64,
    days: u64,
    last: NaiveDate,
    now: i64,
    /// The middle of every id.
    process: String,
    /// The counter at the end of the first id.
    first: u64,
    salt: u64,
}

impl Layout {
    pub(super) fn new(count: u64, per_day: u64, pace: Pace, now: DateTime<Utc>, mut random: Random) -> Self {
        let per_day = per_day.max(count.div_ceil(MOST_DAYS)).max(1);
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

    /// Numbers for a row: the same each time.
    pub(super) fn random(&self, i: u64) -> Random {
        Random::new(self.salt ^ i.wrapping_mul(0x9e37_79b9_7f4a_7c15), "row")
    }

    /// Six digits that belong to this table and seed.
    pub(super) fn mark(&self) -> &str {
        &self.process[..6]
    }

    /// The number of the row in its day.
    pub(super) fn slot(&self, i: u64) -> u64 {
        i % self.per_day
    }

    /// The day of a row, its first instant.
    pub(super) fn day(&self, i: u64) -> i64 {
        let back = self.days.saturating_sub(1 + i / self.per_day);
        let back = match self.pace {
            Pace::Presence => back,
            Pace::Working => back / 5 * 7 + back % 5,
        };
        midnight(self.last - Days::new(back))
    }

    /// The day on which it was seeded, counted since 1970.
    pub(super) fn today(&self) -> i64 {
        self.now / DAY
    }

    fn is_today(&self, i: u64) -> bool {
        self.pace == Pace::Presence && i / self.per_day + 1 == self.days
    }

    /// An instant in the day of the row: from `start`, the day's rows evenly over `span`.
    pub(super) fn moment(&self, i: u64, start: i64, span: i64) -> i64 {
        let share = |of: i64| of / signed(self.per_day) * signed(self.slot(i));
        if self.is_today(i) {
            let so_far = self.now - self.day(i);
            return self.day(i) + (so_far / 5 * 3 + share(so_far / 3)) / SECOND * SECOND;
        }
        self.day(i) + (start + share(span)) / SECOND * SECOND
    }

    pub(super) fn created(&self, i: u64) -> i64 {
        match self.pace {
            Pace::Working => self.moment(i, 14 * HOUR, 4 * HOUR) + signed(i * 37 % 1_000),
            Pace::Presence => self.moment(i, 5 * HOUR, 3 * HOUR),
        }
    }

    /// Ids grow with `i`: seconds, process, counter.
    pub(super) fn id(&self, i: u64) -> String {
        let seconds = self.created(i.min(self.count.saturating_sub(1))) / SECOND;
        format!("{seconds:08x}{}{:06x}", self.process, self.first + i)
    }

    pub(super) fn index_of(&self, id: &str) -> Option<u64> {
        let counter = u64::from_str_radix(id.get(18..)?, 16).ok()?;
        let i = counter.checked_sub(self.first).filter(|i| *i < self.count)?;
        (self.id(i) == id).then_some(i)
    }

    /// The place of a row in the order of changes, and back: it is its own inverse.
    pub(super) fn rank(&self, i: u64) -> u64 {
        let block = i / BLOCK;
        if self.pace == Pace::Presence || (block + 1) * BLOCK > self.count {
            return i;
        }
        i ^ (self.random(block ^ 0x0055_5555).below(BLOCK))
    }

    /// The time of a change, by its place in the order of changes.
    pub(super) fn modified_at(&self, rank: u64) -> i64 {
        match self.pace {
            Pace::Presence if self.is_today(rank) => {
                let left = signed(self.per_day - self.slot(rank));
                self.now - left * SECOND
            }
            Pace::Presence => self.moment(rank, 14 * HOUR, 3 * HOUR),
            Pace::Working => {
                let last = (rank / BLOCK * BLOCK + BLOCK - 1).min(self.count.saturating_sub(1));
                let group = (rank % BLOCK + 1).saturating_sub(TIED);
                self.moment(last, DAY + 5 * HOUR, 18 * HOUR) + signed(group) * SECOND + signed(group * 120)
            }
        }
    }

    pub(super) fn modified(&self, i: u64) -> i64 {
        self.modified_at(self.rank(i))
    }

    /// When the table rested, before the seeded deletions.
    pub(super) fn rested(&self) -> i64 {
        self.count.checked_sub(1).map_or(self.now - DAY, |last| self.modified_at(last).min(self.now - 2 * HOUR))
    }
}

/// Counts are far below the limits of either type.
pub(super) fn signed(number: u64) -> i64 {
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
    fn changes_are_ordered_tied_and_after_the_work_and_before_now() {
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
        assert_eq!(super::super::times::naive(layout.day(999)), "2026-02-27T00:00:00");
        assert_eq!(super::super::times::naive(layout.day(991)), "2026-02-26T00:00:00");
    }
}
