//! One page of an extraction: computed and written rows merged in order, never cut within one and the same time.

use super::ask::Ask;
use super::overlay::Key;
use super::row::Row;
use super::rows::Context;
use super::store::{Store, Table};
use super::table::DitioTable;

pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    pub(super) deleted: usize,
    /// The position of the last row, when there is more after it.
    pub(super) more_after: Option<Key>,
}

impl Store {
    /// The trips whose loading lies in a window, the end outside it.
    pub(in crate::ditio) fn trips(&self, from: Option<i64>, until: Option<i64>) -> Vec<Row> {
        let table = self.table(DitioTable::FlowTripRegistrations);
        table.page(&self.context, &Ask::between(from, until), false).rows
    }
}

impl Table {
    pub(super) fn page(&self, context: &Context, ask: &Ask, repeat_deletions: bool) -> Page {
        let overlay = self.read();
        let by_change = ask.incremental;
        let after = ask.cursor.as_ref().map(|cursor| &cursor.after);
        // Rows at the cursor's own position were sent; of these only deletions may come again.
        let again = |key: &Key, deleted: bool| Some(key) != after || deleted && repeat_deletions;
        let start = after.or(ask.from.as_ref()).cloned();
        let mut n = self.first_at(by_change, start.as_ref());
        let mut written = overlay.from(by_change, start).filter(|(key, entry)| again(key, entry.deleted)).peekable();
        let mut page = Page { rows: Vec::new(), deleted: 0, more_after: None };
        let mut last: Option<Key> = None;
        // Without those that came again.
        let mut fresh = 0;
        loop {
            while n < self.count() && overlay.hides(self.nth(by_change, n)) {
                n += 1;
            }
            let computed = (n < self.count()).then(|| self.position(by_change, n));
            if computed.as_ref().is_some_and(|key| !again(key, false)) {
                n += 1;
                continue;
            }
            let is_computed = match (&computed, written.peek()) {
                (Some(computed), Some((key, _))) => computed <= key,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            let (key, row, deleted) = if is_computed {
                let row = self.row(context, self.nth(by_change, n));
                n += 1;
                let passes = ask.filter.lets_pass(&row);
                (computed.expect("it was chosen"), passes.then_some(row), false)
            } else {
                let (key, entry) = written.next().expect("it was seen");
                let passes = ask.filter.lets_pass(&entry.facts);
                (key.clone(), passes.then(|| entry.shown.clone()), entry.deleted)
            };
            if ask.until.as_ref().is_some_and(|until| key >= *until) {
                break;
            }
            let Some(mut row) = row else { continue };
            if fresh >= ask.limit && last.as_ref() != Some(&key) {
                page.more_after = last;
                break;
            }
            for name in ask.filter.without {
                row.remove(name);
            }
            page.rows.push(row);
            page.deleted += usize::from(deleted);
            fresh += usize::from(Some(&key) != after);
            last = Some(key);
        }
        page
    }

    /// The first computed row at or after a position.
    fn first_at(&self, by_change: bool, start: Option<&Key>) -> u64 {
        let Some(start) = start else { return 0 };
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low.midpoint(high);
            if self.position(by_change, middle) < *start {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}
