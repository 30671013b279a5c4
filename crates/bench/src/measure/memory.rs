//! Allocations of the current thread, counted by a wrapping allocator, and peak resident memory.

use std::fs;
use std::io;
use std::iter::Sum;

/// Number and size of allocations, including memory that was freed again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocations {
    /// Number of allocations.
    pub count: u64,
    /// Total size, in bytes.
    pub bytes: u64,
}

impl Sum for Allocations {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, next| Self { count: sum.count + next.count, bytes: sum.bytes + next.bytes })
    }
}

/// Counts the allocations that `run` makes on the current thread; other threads are not counted.
pub fn allocations(run: impl FnOnce()) -> Allocations {
    let info = allocation_counter::measure(run);
    Allocations { count: info.count_total, bytes: info.bytes_total }
}

/// Resets the peak of resident memory to the current value.
///
/// # Errors
///
/// If the system is not Linux.
pub fn reset_peak() -> io::Result<()> {
    fs::write("/proc/self/clear_refs", "5")
}

/// Returns the peak resident memory since [`reset_peak`] or the start of the process, in bytes; `None` if unknown.
#[must_use]
pub fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_one_allocation_of_its_size() {
        let counted = allocations(|| drop(std::hint::black_box(Vec::<u8>::with_capacity(100))));
        assert_eq!(counted, Allocations { count: 1, bytes: 100 });
    }

    #[test]
    fn memory_that_was_used_shows_in_the_peak() {
        reset_peak().expect("a Linux system");
        let before = peak().expect("a figure");
        drop(std::hint::black_box(vec![1_u8; 64 << 20]));
        assert!(peak().expect("a figure") >= before + (48 << 20));
    }
}
