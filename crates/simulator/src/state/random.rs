//! Reproducible random numbers and ids, derived from the seed.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

/// A reproducible stream of random numbers (`SplitMix64`) for one seed and label.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Creates the stream of a seed and label. Streams of different labels are independent.
    pub(crate) fn new(seed: u64, label: &str) -> Self {
        let hash = label
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mut random = Self(seed ^ hash);
        random.next();
        random
    }

    /// Returns the next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `limit`, which must not be zero.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Returns one element of a slice, which must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = usize::try_from(self.below(from.len() as u64)).expect("an index of a slice");
        &from[index]
    }

    /// Returns `length` lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            let _ = write!(text, "{:016x}", self.next());
        }
        text.truncate(length);
        text
    }
}

/// A sequence of ids in the format of `MongoDB` object ids: 24 hexadecimal digits of time, process and counter.
#[derive(Debug)]
pub(crate) struct ObjectIds {
    prefix: String,
    next: AtomicU32,
}

impl ObjectIds {
    /// Creates the sequence of a seed and label.
    pub(crate) fn new(seed: u64, label: &str) -> Self {
        let mut random = Random::new(seed, label);
        let start = u32::try_from(random.below(0x00ff_0000)).expect("24 bits");
        Self { prefix: format!("69a5{}", random.hex(14)), next: AtomicU32::new(start) }
    }

    /// Returns the next id.
    pub(crate) fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed) & 0x00ff_ffff;
        format!("{}{number:06x}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_stream_per_label() {
        let digits = |seed, label| Random::new(seed, label).hex(40);
        assert_eq!(digits(7, "a"), digits(7, "a"));
        assert_ne!(digits(7, "a"), digits(7, "b"));
        assert_ne!(digits(7, "a"), digits(8, "a"));
    }

    #[test]
    fn ids_have_24_digits_and_differ() {
        let ids = ObjectIds::new(7, "x");
        let (first, second) = (ids.next(), ids.next());
        assert_eq!(first.len(), 24);
        assert_ne!(first, second);
    }
}
