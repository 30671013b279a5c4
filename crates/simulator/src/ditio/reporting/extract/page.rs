//! A page of an extraction: computed and overlay rows merged in order. Rows of the same time share a page.

use crate::ditio::reporting::extract::query::ExtractQuery;
use crate::ditio::reporting::tables::overlay::Key;
use crate::ditio::reporting::tables::row::Row;
use crate::ditio::reporting::tables::rows::Context;
use crate::ditio::reporting::tables::store::{Store, Table};
use crate::ditio::reporting::tables::table::DitioTable;

/// A page of rows.
pub(in crate::ditio::reporting) struct Page {
    pub(in crate::ditio::reporting) rows: Vec<Row>,
    pub(in crate::ditio::reporting) deleted: usize,
    /// Position after which the next page starts; `None` on the last page.
    pub(in crate::ditio::reporting) next_after: Option<Key>,
}

impl Store {
    /// Returns the trips loaded in a window; the end is exclusive.
    pub(in crate::ditio) fn trips(&self, from: Option<i64>, until: Option<i64>) -> Vec<Row> {
        let table = self.table(DitioTable::FlowTripRegistrations);
        table.page(&self.context, &ExtractQuery::between(from, until), false).rows
    }
}

impl Table {
    /// Computes a page.
    pub(in crate::ditio::reporting) fn page(
        &self,
        context: &Context,
        extract_query: &ExtractQuery,
        repeat_deletions: bool,
    ) -> Page {
        let overlay = self.read();
        let by_change = extract_query.incremental;
        let after = extract_query.cursor.as_ref().map(|cursor| &cursor.after);
        // Rows at the cursor's position have been sent; only deletions may be repeated.
        let is_due = |key: &Key, deleted: bool| Some(key) != after || deleted && repeat_deletions;
        let start = after.or(extract_query.from.as_ref()).cloned();
        let mut n = self.first_at(by_change, start.as_ref());
        let mut overlay_entries =
            overlay.range_from(by_change, start).filter(|(key, entry)| is_due(key, entry.deleted)).peekable();
        let mut page = Page { rows: Vec::new(), deleted: 0, next_after: None };
        let mut last: Option<Key> = None;
        // Number of rows, without repeated deletions.
        let mut new_rows = 0;
        loop {
            while n < self.count() && overlay.replaces(self.nth(by_change, n)) {
                n += 1;
            }
            let computed = (n < self.count()).then(|| self.position(by_change, n));
            if computed.as_ref().is_some_and(|key| !is_due(key, false)) {
                n += 1;
                continue;
            }
            let is_computed = match (&computed, overlay_entries.peek()) {
                (Some(computed), Some((key, _))) => computed <= key,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            let (key, row, deleted) = if is_computed {
                let row = self.row(context, self.nth(by_change, n));
                n += 1;
                let matches = extract_query.filter.matches(&row);
                (computed.expect("a computed row was chosen"), matches.then_some(row), false)
            } else {
                let (key, entry) = overlay_entries.next().expect("the entry was peeked");
                let matches = extract_query.filter.matches(&entry.original);
                (key.clone(), matches.then(|| entry.output.clone()), entry.deleted)
            };
            if extract_query.until.as_ref().is_some_and(|until| key >= *until) {
                break;
            }
            let Some(mut row) = row else { continue };
            if new_rows >= extract_query.limit && last.as_ref() != Some(&key) {
                page.next_after = last;
                break;
            }
            for name in extract_query.filter.hidden_members {
                row.remove(name);
            }
            page.rows.push(row);
            page.deleted += usize::from(deleted);
            new_rows += usize::from(Some(&key) != after);
            last = Some(key);
        }
        page
    }

    /// Returns the first computed row at or after a position.
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
