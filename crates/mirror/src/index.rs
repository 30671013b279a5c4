//! Index of the rows of a copy, to find the rows that a listing changes and those that it does not have.

/// Hashes of the rows of a copy: 25 bytes a row.
#[derive(Debug, Default)]
pub struct RowIndex {
    /// Rows in ascending order of their keys.
    rows: Vec<HashedRow>,
    listed: Vec<bool>,
}

/// Hashes of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HashedRow {
    key: KeyHash,
    hash: u64,
}

/// Hash of a key as two numbers, whose order is that of the hashes. A `u128` beside a `u64` takes 32 bytes; this takes
/// 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyHash {
    upper: u64,
    lower: u64,
}

impl From<u128> for KeyHash {
    fn from(hash: u128) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
        let lower = hash as u64;
        Self { upper: (hash >> 64) as u64, lower }
    }
}

impl From<KeyHash> for u128 {
    fn from(KeyHash { upper, lower }: KeyHash) -> Self {
        Self::from(upper) << 64 | Self::from(lower)
    }
}

impl HashedRow {
    pub(crate) fn new(key: u128, hash: u64) -> Self {
        Self { key: key.into(), hash }
    }
}

impl RowIndex {
    /// Creates the index from the hash of each row's key ([`Schema::key_hash`](crate::Schema::key_hash)) and of the row.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = (u128, u64)>) -> Self {
        Self::from_rows(rows.into_iter().map(|(key, hash)| HashedRow::new(key, hash)).collect())
    }

    /// Creates the index from rows in any order.
    pub(crate) fn from_rows(mut rows: Vec<HashedRow>) -> Self {
        // In place: the rows of a large copy are most of the memory of a run.
        rows.sort_unstable_by_key(|row| row.key);
        let listed = vec![false; rows.len()];
        Self { rows, listed }
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns `true` if the copy has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
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
        self.rows.iter().zip(&self.listed).filter(|(_, listed)| !**listed).map(|(row, _)| row.key.into()).collect()
    }

    /// Records a listed row. Returns `true` if the copy does not have it in this version.
    pub(crate) fn list(&mut self, key: u128, hash: u64) -> bool {
        let Some(position) = self.position(key) else { return true };
        self.listed[position] = true;
        std::mem::replace(&mut self.rows[position].hash, hash) != hash
    }

    fn position(&self, key: u128) -> Option<usize> {
        // Hashes are distributed evenly, so that the position can be estimated.
        let (len, key) = (self.rows.len(), KeyHash::from(key));
        let estimate = (u128::from(key.upper) * len as u128) >> 64;
        let estimate = usize::try_from(estimate).unwrap_or(len);
        let (mut start, mut end, mut step) = (estimate, estimate, 16);
        while start > 0 && self.rows[start - 1].key >= key {
            start = start.saturating_sub(step);
            step *= 2;
        }
        step = 16;
        while end < len && self.rows[end].key <= key {
            end = end.saturating_add(step).min(len);
            step *= 2;
        }
        self.rows[start..end].binary_search_by_key(&key, |row| row.key).ok().map(|position| start + position)
    }
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
