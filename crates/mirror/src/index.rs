//! Index of the rows of a copy, to find the rows that a listing changes and those that it does not have.

/// Hashes of the rows of a copy: 25 bytes a row.
#[derive(Debug, Default)]
pub struct RowIndex {
    /// Hashes of the keys, in ascending order.
    keys: Vec<u128>,
    /// Hashes of the rows, in the order of the keys.
    hashes: Vec<u64>,
    listed: Vec<bool>,
}

impl RowIndex {
    /// Creates the index from the hash of each row's key ([`Schema::key_hash`](crate::Schema::key_hash)) and of the row.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = (u128, u64)>) -> Self {
        // Two vectors of the same order: a vector of pairs takes 32 bytes a row.
        let (keys, hashes) = rows.into_iter().unzip();
        Self::from_columns(keys, hashes)
    }

    /// Creates the index from the hashes of the keys and, in the same order, of the rows.
    pub(crate) fn from_columns(mut keys: Vec<u128>, mut hashes: Vec<u64>) -> Self {
        sort_together(&mut keys, &mut hashes);
        let listed = vec![false; keys.len()];
        Self { keys, hashes, listed }
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns `true` if the copy has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns `true` if the listing has the row with this key.
    #[must_use]
    pub fn is_listed(&self, key: u128) -> bool {
        self.position(key).is_some_and(|position| self.listed[position])
    }

    /// Returns `true` if the copy had the row with this key when the index was read, and the listing does not have it.
    /// A row that was added since then is in the listing, but not in the index.
    #[must_use]
    pub fn is_unlisted(&self, key: u128) -> bool {
        self.position(key).is_some_and(|position| !self.listed[position])
    }

    /// Returns the number of rows that the listing does not have.
    #[must_use]
    pub fn unlisted(&self) -> usize {
        self.listed.iter().filter(|listed| !**listed).count()
    }

    /// Returns the hashes of the keys of the rows that the listing does not have, in ascending order.
    #[cfg(any(feature = "files", feature = "sqlite"))]
    pub(crate) fn unlisted_keys(&self) -> Vec<u128> {
        self.keys.iter().zip(&self.listed).filter(|(_, listed)| !**listed).map(|(key, _)| *key).collect()
    }

    /// Records a listed row. Returns `true` if the copy does not have it in this version.
    pub(crate) fn list(&mut self, key: u128, hash: u64) -> bool {
        let Some(position) = self.position(key) else { return true };
        self.listed[position] = true;
        std::mem::replace(&mut self.hashes[position], hash) != hash
    }

    fn position(&self, key: u128) -> Option<usize> {
        // Hashes are distributed evenly, so that the position can be estimated.
        let len = self.keys.len();
        let estimate = ((key >> 64) * len as u128) >> 64;
        let estimate = usize::try_from(estimate).unwrap_or(len);
        let (mut start, mut end, mut step) = (estimate, estimate, 16);
        while start > 0 && self.keys[start - 1] >= key {
            start = start.saturating_sub(step);
            step *= 2;
        }
        step = 16;
        while end < len && self.keys[end] <= key {
            end = end.saturating_add(step).min(len);
            step *= 2;
        }
        self.keys[start..end].binary_search(&key).ok().map(|position| start + position)
    }
}

/// Sorts the keys, and the hashes with them.
fn sort_together(keys: &mut Vec<u128>, hashes: &mut Vec<u64>) {
    if keys.is_sorted() {
        return;
    }
    let mut order: Vec<u32> = (0..u32::try_from(keys.len()).expect("a copy has less than 2³² rows")).collect();
    order.sort_unstable_by_key(|position| keys[*position as usize]);
    *keys = order.iter().map(|position| keys[*position as usize]).collect();
    *hashes = order.iter().map(|position| hashes[*position as usize]).collect();
}

#[cfg(test)]
mod tests {
    use twox_hash::XxHash3_128;

    use super::*;

    #[test]
    fn listed_changed_and_absent_rows_are_told_apart() {
        let key = |number: u64| XxHash3_128::oneshot(&number.to_le_bytes());
        let mut index = RowIndex::new((0..10_000).map(|number| (key(number), number)));
        for number in 0..9_000 {
            let hash = if number % 100 == 0 { u64::MAX } else { number };
            assert_eq!(index.list(key(number), hash), number % 100 == 0, "{number}");
        }
        assert!(index.list(key(10_000), 0) && index.list(u128::MAX, 0) && index.list(0, 0));
        assert_eq!((index.len(), index.unlisted()), (10_000, 1_000));
        assert!(index.is_unlisted(key(9_000)) && !index.is_unlisted(key(0)));
        assert!(!index.is_unlisted(key(10_000)), "a row that the listing added is not one that it does not have");
        assert!(index.is_listed(key(0)) && !index.is_listed(key(9_000)) && !index.is_listed(key(10_000)));
        assert!(!index.list(key(0), u64::MAX), "a row that is listed again has not changed again");
    }

    #[test]
    fn an_index_of_keys_that_are_not_hashes_works() {
        let mut index = RowIndex::new((0..100_u64).rev().map(|number| (u128::from(number), number)));
        assert!((0..100).all(|number| !index.list(number.into(), number)));
        assert_eq!(index.unlisted(), 0);
        assert!(RowIndex::default().list(5, 5) && RowIndex::default().is_empty());
    }
}
