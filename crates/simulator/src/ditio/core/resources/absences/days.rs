//! Expansion of a period to work days.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

/// Returns the hours per day: the same hours for each Monday to Friday, then the adjustments. An adjustment sets the hours
/// of a day; zero removes the day. Adjustments outside the period are ignored.
pub(super) fn expand(
    start: NaiveDate,
    end: NaiveDate,
    hours: f64,
    adjustments: &[(NaiveDate, f64)],
) -> BTreeMap<NaiveDate, f64> {
    let is_work_day = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let period = start.iter_days().take_while(|day| *day <= end);
    let mut days: BTreeMap<NaiveDate, f64> = period.filter(is_work_day).map(|day| (day, hours)).collect();
    for (day, qty) in adjustments.iter().filter(|(day, _)| (start..=end).contains(day)) {
        if *qty > 0.0 {
            days.insert(*day, *qty);
        } else {
            days.remove(day);
        }
    }
    days
}

/// Returns the length of the longest run of consecutive days. Weekends do not interrupt a run.
pub(super) fn longest_run(days: &BTreeMap<NaiveDate, f64>) -> usize {
    let mut longest = 0;
    let mut run = 0;
    let mut last: Option<NaiveDate> = None;
    for day in days.keys() {
        let is_consecutive = last.is_some_and(|last| {
            let between = last.iter_days().skip(1).take_while(|between| between < day);
            between.into_iter().all(|between| matches!(between.weekday(), Weekday::Sat | Weekday::Sun))
        });
        run = if is_consecutive { run + 1 } else { 1 };
        longest = longest.max(run);
        last = Some(*day);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, number).unwrap()
    }

    #[test]
    fn a_week_has_five_days_and_adjustments_change_them() {
        // 2026-03-02 is a Monday.
        let days = expand(day(2), day(8), 7.5, &[]);
        assert_eq!(days.keys().copied().collect::<Vec<_>>(), (2..=6).map(day).collect::<Vec<_>>());
        let days = expand(day(2), day(8), 7.5, &[(day(3), 4.0), (day(7), 2.0), (day(4), 0.0), (day(20), 5.0)]);
        let expected = [(day(2), 7.5), (day(3), 4.0), (day(5), 7.5), (day(6), 7.5), (day(7), 2.0)];
        assert_eq!(days.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn weekends_do_not_interrupt_a_run() {
        assert_eq!(longest_run(&expand(day(2), day(11), 7.5, &[])), 8);
        assert_eq!(longest_run(&expand(day(2), day(6), 7.5, &[(day(4), 0.0)])), 2);
    }
}
