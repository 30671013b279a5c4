//! The position of a listing, and the detection of listings that never end.

use std::{
    collections::HashSet,
    hash::{BuildHasher, Hasher},
};

use crate::{
    error::{Error, ErrorKind},
    paging::{
        cursor_scan,
        paged::{Position, Scheme},
    },
};

/// Maximum number of empty pages in a row. Services send a few, where the rows of a page were deleted or are not
/// visible to the caller.
const MAX_EMPTY_PAGES: u32 = 50;

/// Maximum number of retained hashes, which limits their memory to 10 MB. A full set is cleared, so that a cycle of at
/// most this number of pages is still detected.
const MAX_SEEN: usize = if cfg!(test) { 10_000 } else { 900_000 };

/// Position of a listing, and what was received so far.
pub(super) struct Progress {
    scheme: Scheme,
    /// Position of the next page; `None` after the last.
    position: Option<Position>,
    /// Hashes of the cursors, or of the pages if the listing has no cursors. The hash function has a random key, so
    /// that a service cannot cause collisions.
    seen: HashSet<u64>,
    /// Number of empty pages since the last row.
    empty_pages: u32,
    /// Number of rows of the largest page.
    largest_page: i64,
}

/// A received page, independent of its type.
pub(super) struct PageInfo<'a> {
    /// Page number or offset that the caller set.
    pub(super) start: Option<i64>,
    /// Page size that the caller set.
    pub(super) size: Option<i64>,
    /// Number of received rows, those that could not be read included.
    pub(super) rows: usize,
    pub(super) cursor: Option<String>,
    /// Total number of rows, if the service sends it.
    pub(super) total: Option<i64>,
    pub(super) body: &'a [u8],
}

impl Progress {
    pub(super) fn new(scheme: Scheme) -> Self {
        Self { scheme, position: Some(Position::Start), seen: HashSet::new(), empty_pages: 0, largest_page: 0 }
    }

    /// Starts at the page after a cursor, which counts as sent by an earlier page.
    pub(super) fn start_at(&mut self, cursor: String) {
        self.insert(cursor.as_bytes());
        self.position = Some(Position::Cursor(cursor));
    }

    /// Returns the position of the next page; `None` after the last.
    pub(super) fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Returns the position after a received page, if its bytes have the cursor in the field of this name and the page
    /// there can be requested before the current page is decoded.
    pub(super) fn position_to_prefetch(&self, body: &[u8], field: &str) -> Option<Position> {
        let cursor = cursor_scan::last_member(body, field)?;
        (!cursor.is_empty() && self.can_prefetch(&cursor)).then_some(Position::Cursor(cursor))
    }

    /// Returns `true` if the page after this cursor can be requested before the current page is decoded. Otherwise
    /// [`advance`](Self::advance) may fail.
    fn can_prefetch(&self, cursor: &str) -> bool {
        self.empty_pages + 1 < MAX_EMPTY_PAGES && !self.seen.contains(&self.hash(cursor.as_bytes()))
    }

    /// Moves from a received page to the next. After an error, the position is still that of the received page.
    pub(super) fn advance(&mut self, page: PageInfo<'_>) -> Result<(), Error> {
        let (rows, body) = (i64::try_from(page.rows).unwrap_or(i64::MAX), page.body);
        self.empty_pages = if rows > 0 { 0 } else { self.empty_pages + 1 };
        self.largest_page = self.largest_page.max(rows);
        let next = self.next(page, rows);
        match &next {
            Some(Position::Cursor(cursor)) if !self.insert(cursor.as_bytes()) => {
                return Err(no_progress("the service repeats a cursor"));
            }
            // The last page is checked too: with a total, the service may repeat the first page until the total is
            // reached.
            _ if self.scheme != Scheme::Cursor && rows > 0 && !self.insert(body) => {
                return Err(no_progress("the service repeats a page, as if it ignored the position"));
            }
            Some(_) if self.empty_pages >= MAX_EMPTY_PAGES => {
                return Err(no_progress("the service sends only empty pages"));
            }
            _ => {}
        }
        self.position = next;
        Ok(())
    }

    /// Returns the position after a page.
    fn next(&self, page: PageInfo<'_>, rows: i64) -> Option<Position> {
        let here = match (&self.position, self.scheme) {
            (Some(Position::Number(number)), _) => *number,
            (_, Scheme::Page { first }) => page.start.unwrap_or(first),
            _ => page.start.unwrap_or(0),
        };
        let has_more = |seen: i64| match (page.total, page.size) {
            (Some(total), size) => seen < total && (rows > 0 || size.is_some()),
            (None, Some(size)) => rows >= size,
            (None, None) => rows > 0,
        };
        match self.scheme {
            Scheme::Cursor => page.cursor.filter(|cursor| !cursor.is_empty()).map(Position::Cursor),
            Scheme::Page { first } => {
                // Without a page size, the last page is assumed to be shorter than the others.
                let size = page.size.unwrap_or(self.largest_page);
                let seen = here.saturating_sub(first).saturating_add(1).saturating_mul(size);
                has_more(seen).then_some(Position::Number(here.saturating_add(1)))
            }
            Scheme::Offset => {
                // A service may return fewer rows than the page size. After an empty page, the offset grows by the page
                // size.
                let step = if rows > 0 { rows } else { page.size.unwrap_or(0) };
                let next = here.saturating_add(step);
                (step > 0 && has_more(next)).then_some(Position::Number(next))
            }
        }
    }

    /// Retains the hash of a cursor or a page. Returns `false` if it is already retained.
    fn insert(&mut self, bytes: &[u8]) -> bool {
        if self.seen.len() >= MAX_SEEN {
            self.seen.clear();
        }
        self.seen.insert(self.hash(bytes))
    }

    fn hash(&self, bytes: &[u8]) -> u64 {
        let mut hasher = self.seen.hasher().build_hasher();
        hasher.write(bytes);
        hasher.finish()
    }
}

#[cold]
fn no_progress(reason: &str) -> Error {
    Error::new(ErrorKind::Unexpected, format!("the listing makes no progress: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(cursor: usize) -> PageInfo<'static> {
        PageInfo { start: None, size: None, rows: 1, cursor: Some(cursor.to_string()), total: None, body: b"" }
    }

    #[test]
    fn a_cursor_is_detected_however_many_pages_ago_it_was_sent() {
        let mut progress = Progress::new(Scheme::Cursor);
        for number in 0..MAX_SEEN - 1 {
            progress.advance(cursor(number)).unwrap();
        }
        assert!(!progress.can_prefetch("0") && progress.can_prefetch("new"));
        let last = progress.position().cloned();
        progress.advance(cursor(0)).unwrap_err();
        assert_eq!(progress.position().cloned(), last);
    }

    #[test]
    fn the_memory_of_a_listing_is_limited_and_cycles_are_still_detected() {
        let mut progress = Progress::new(Scheme::Cursor);
        // Pages before the cycle, so that the set is full in the middle of the cycle.
        let (before, cycle) = (1000, MAX_SEEN - 1);
        let number = |page| if page < before { page } else { before + (page - before) % cycle };
        let pages = (0..3 * MAX_SEEN).take_while(|page| progress.advance(cursor(number(*page))).is_ok()).count();
        assert!((MAX_SEEN..3 * MAX_SEEN).contains(&pages), "{pages}");
        assert!(progress.seen.capacity() < 2 * MAX_SEEN);
    }
}
