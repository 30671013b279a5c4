//! A set of row numbers, one bit a row.

use std::ops::Range;

/// A set of the rows of a file.
#[derive(Debug)]
pub(crate) struct RowSet {
    words: Vec<u64>,
    rows: u64,
}

impl RowSet {
    /// Creates an empty set for a file of this number of rows.
    pub(crate) fn new(rows: u64) -> Self {
        let words = usize::try_from(rows.div_ceil(64)).expect("a file has less than 2³² rows");
        Self { words: vec![0; words], rows }
    }

    /// Adds a row.
    pub(crate) fn insert(&mut self, row: u64) {
        debug_assert!(row < self.rows);
        self.words[word(row)] |= 1 << (row % 64);
    }

    /// Returns `true` if the set has the row.
    pub(crate) fn contains(&self, row: u64) -> bool {
        self.words.get(word(row)).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Returns the number of rows of the set in this range.
    pub(crate) fn count(&self, range: Range<u64>) -> u64 {
        let Range { start, end } = range;
        if start >= end {
            return 0;
        }
        let (first, last) = (word(start), word(end - 1));
        let head = u64::MAX << (start % 64);
        let tail = u64::MAX >> (63 - (end - 1) % 64);
        let ones = |bits: u64| u64::from(bits.count_ones());
        if first == last {
            return ones(self.words[first] & head & tail);
        }
        let inner: u64 = self.words[first + 1..last].iter().map(|bits| ones(*bits)).sum();
        ones(self.words[first] & head) + inner + ones(self.words[last] & tail)
    }

    /// Returns the first row of the set in this range.
    pub(crate) fn first_in(&self, range: Range<u64>) -> Option<u64> {
        let mut row = range.start;
        while row < range.end {
            let bits = self.words[word(row)] >> (row % 64);
            if bits != 0 {
                return Some(row + u64::from(bits.trailing_zeros())).filter(|row| *row < range.end);
            }
            row = (row / 64 + 1) * 64;
        }
        None
    }
}

/// Numbers of the rows that remain when those of a set are removed.
pub(super) struct Ranks<'a> {
    set: &'a RowSet,
    /// Number of rows of the set before each word.
    before: Vec<u64>,
}

impl<'a> Ranks<'a> {
    pub(super) fn new(set: &'a RowSet) -> Self {
        let mut sum = 0;
        let before = set.words.iter().map(|bits| {
            let before = sum;
            sum += u64::from(bits.count_ones());
            before
        });
        let before = before.collect();
        Self { set, before }
    }

    /// Returns the new number of a row that is not in the set.
    pub(super) fn rank(&self, row: u64) -> u64 {
        let start = row / 64 * 64;
        row - self.before[word(row)] - self.set.count(start..row)
    }
}

fn word(row: u64) -> usize {
    usize::try_from(row / 64).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_and_found_across_words() {
        let rows = [0, 5, 63, 64, 127, 128, 199];
        let mut set = RowSet::new(200);
        for row in rows {
            set.insert(row);
        }
        let ranks = Ranks::new(&set);
        for start in 0..=200 {
            assert_eq!(set.contains(start), rows.contains(&start), "{start}");
            for end in start..=200 {
                let expected: Vec<u64> = rows.iter().copied().filter(|row| (start..end).contains(row)).collect();
                assert_eq!(set.count(start..end), expected.len() as u64, "{start}..{end}");
                let rank = (0..start).filter(|row| !rows.contains(row)).count() as u64;
                assert!(start == 200 || ranks.rank(start) == rank, "{start}");
                assert_eq!(set.first_in(start..end), expected.first().copied(), "{start}..{end}");
            }
        }
    }
}
