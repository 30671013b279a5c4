//! Rows reported recently, which the overlap of runs lists again.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::batch::Batch;

/// Number of rows after which the older half is forgotten. It bounds the size of a checkpoint: about 60 bytes a row.
const GENERATION: usize = 500;

/// Hashes of the rows that were reported last, by the hash of their key. `None` stands for a deletion.
///
/// A row that is not remembered is reported again, which changes nothing in the copy.
#[derive(Debug, Default)]
pub(super) struct RecentRows {
    current: HashMap<u128, Recent>,
    previous: HashMap<u128, Recent>,
}

#[derive(Clone, Copy, Debug)]
struct Recent {
    hash: Option<u64>,
    /// The row was listed in the current run.
    is_listed: bool,
}

impl RecentRows {
    /// Reads the rows from [`to_json`](Self::to_json).
    pub(super) fn from_json(rows: &Value) -> Self {
        let mut recent = Self::default();
        for row in rows.as_array().into_iter().flatten() {
            let key = row[0].as_str().and_then(|key| u128::from_str_radix(key, 16).ok());
            let hash = row[1].as_str().map(|hash| u64::from_str_radix(hash, 16));
            if let (Some(key), None | Some(Ok(_))) = (key, &hash) {
                recent.previous.insert(key, Recent { hash: hash.and_then(Result::ok), is_listed: false });
            }
        }
        recent
    }

    /// Returns the rows for a checkpoint.
    pub(super) fn to_json(&self) -> Value {
        let rows = self.previous.iter().chain(&self.current);
        let hexadecimal = |hash: u64| format!("{hash:x}");
        rows.map(|(key, recent)| json!([format!("{key:x}"), recent.hash.map(hexadecimal)])).collect()
    }

    /// Removes the rows and deletions that were reported with the same hash, and remembers the others.
    pub(super) fn remove_unchanged(&mut self, batch: &mut Batch) {
        let rows = batch.keys().iter().zip(batch.hashes());
        let changed: Vec<bool> = rows.map(|(key, hash)| self.record(*key, Some(*hash))).collect();
        let deleted: Vec<bool> = batch.deleted_keys().iter().map(|key| self.record(*key, None)).collect();
        batch.discard(&changed);
        batch.retain_deleted(&deleted);
    }

    /// Returns `true` if the row is not known to be reported with this hash.
    fn record(&mut self, key: u128, hash: Option<u64>) -> bool {
        let known = self.current.remove(&key).or_else(|| self.previous.remove(&key));
        if self.current.len() >= GENERATION {
            self.previous = std::mem::take(&mut self.current);
        }
        self.current.insert(key, Recent { hash, is_listed: true });
        known.is_none_or(|known| known.hash != hash)
    }

    /// Forgets the rows that the finished run did not list: the next run does not list them either, unless they change.
    pub(super) fn finish_run(&mut self) {
        for rows in [&mut self.current, &mut self.previous] {
            rows.retain(|_, recent| std::mem::take(&mut recent.is_listed));
        }
    }

    /// Forgets all rows.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_changed_unless_its_last_report_had_the_same_hash() {
        let mut rows = RecentRows::default();
        assert!(rows.record(1, Some(10)));
        assert!(!rows.record(1, Some(10)));
        assert!(rows.record(1, Some(11)));
        assert!(rows.record(1, Some(10)), "an earlier state is a change");
        assert!(rows.record(1, None));
        assert!(!rows.record(1, None));
        let mut rows = RecentRows::from_json(&rows.to_json());
        assert!(!rows.record(1, None));
        assert!(rows.record(1, Some(10)));
        let mut rows = RecentRows::from_json(&rows.to_json());
        assert!(!rows.record(1, Some(10)));
    }

    #[test]
    fn a_checkpoint_has_at_most_the_latest_thousand_rows_of_the_last_run() {
        let mut rows = RecentRows::default();
        for key in 0..10_000 {
            assert!(rows.record(key, Some(1)));
        }
        assert!(rows.to_json().as_array().unwrap().len() <= 2 * GENERATION);
        assert!(!rows.record(9_999, Some(1)));
        rows.finish_run();
        assert!(!rows.record(9_998, Some(1)));
        rows.finish_run();
        assert_eq!(rows.to_json().as_array().unwrap().len(), 1, "the second run listed one row");
    }
}
