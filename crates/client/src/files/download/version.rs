//! Version of a file and range of a response, from the headers.

use keyfob_auth::http_date;
use reqwest::header::{
    ACCEPT_RANGES, CONTENT_RANGE, DATE, ETAG, HeaderMap, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Validator that identifies a version of a file byte for byte: a strong `ETag`, or a `Last-Modified` that is old
/// enough to be strong (RFC 9110, 8.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Version {
    Tag(String),
    Modified(String),
}

impl Version {
    /// Returns the version, if the service also supports ranges.
    pub(super) fn of_resumable(headers: &HeaderMap) -> Option<Self> {
        let units = headers.get_all(ACCEPT_RANGES).iter().filter_map(|units| units.to_str().ok());
        let bytes = units.flat_map(|units| units.split(',')).any(|unit| unit.trim().eq_ignore_ascii_case("bytes"));
        bytes.then(|| Self::of(headers)).flatten()
    }

    fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        if let Some(tag) = headers.get(ETAG) {
            // Versions with different bytes may share a weak tag, and then also the date.
            let tag = tag.to_str().ok().filter(|tag| tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"'));
            return tag.map(|tag| Self::Tag(tag.to_owned()));
        }
        let (modified, now) = (text(LAST_MODIFIED)?, http_date(text(DATE)?)?);
        // Two versions within a second have the same date.
        let age = now.duration_since(http_date(modified)?).ok()?;
        (age >= Duration::from_secs(1)).then(|| Self::Modified(modified.to_owned()))
    }

    /// Returns `true` if the headers name another version.
    pub(super) fn is_contradicted(&self, headers: &HeaderMap) -> bool {
        let (name, known) = match self {
            Self::Tag(tag) => (ETAG, tag),
            Self::Modified(date) => (LAST_MODIFIED, date),
        };
        headers.get(name).is_some_and(|value| value.as_bytes() != known.as_bytes())
    }

    /// Adds the headers that request the rest after `offset`, or the whole file if its version has changed.
    pub(super) fn add_range(&self, offset: u64, headers: &mut HeaderMap) -> Option<()> {
        let (Self::Tag(condition) | Self::Modified(condition)) = self;
        headers.insert(IF_RANGE, HeaderValue::from_str(condition).ok()?);
        headers.insert(RANGE, HeaderValue::from_str(&format!("bytes={offset}-")).ok()?);
        Some(())
    }
}

/// Range of a response's bytes in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    /// Offset of the first byte.
    pub(super) first: u64,
    /// Offset of the last byte.
    pub(super) last: u64,
    /// Length of the file, if known.
    pub(super) total: Option<u64>,
}

/// Returns the range of a response.
pub(super) fn content_range(headers: &HeaderMap) -> Option<ContentRange> {
    let value = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim();
    let (unit, range) = value.split_once(' ')?;
    let (range, total) = range.trim().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?);
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse::<u64>().ok()?),
    };
    let valid = unit.eq_ignore_ascii_case("bytes") && first <= last && total.is_none_or(|total| last < total);
    valid.then_some(ContentRange { first, last, total })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let line = |line: &&str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.parse().unwrap(), value.parse().unwrap())
        };
        HeaderMap::from_iter(lines.iter().map(line).collect::<Vec<(reqwest::header::HeaderName, HeaderValue)>>())
    }

    #[test]
    fn only_a_strong_validator_is_a_version() {
        let tag = |tag: &str| Some(Version::Tag(tag.to_owned()));
        let old = "last-modified: Fri, 20 Nov 2026 12:00:00 GMT";
        let bytes = "accept-ranges: bytes";
        let now = |second: u32| format!("date: Fri, 20 Nov 2026 12:00:0{second} GMT");
        let modified = Some(Version::Modified("Fri, 20 Nov 2026 12:00:00 GMT".to_owned()));
        for (lines, version) in [
            (vec![bytes, "etag: \"a\""], tag("\"a\"")),
            (vec!["accept-ranges: none", "accept-ranges: x, Bytes", "etag: \"\""], tag("\"\"")),
            (vec!["etag: \"a\""], None),
            (vec!["accept-ranges: none", "etag: \"a\""], None),
            (vec![bytes, "etag: W/\"a\""], None),
            (vec![bytes, "etag: W/\"a\"", old, &now(9)], None),
            (vec![bytes, "etag: a"], None),
            (vec![bytes, "etag: \""], None),
            (vec![bytes, old, &now(1)], modified),
            (vec![bytes, old, &now(0)], None),
            (vec![bytes, old], None),
            (vec![bytes], None),
        ] {
            assert_eq!(Version::of_resumable(&headers(&lines)), version, "{lines:?}");
        }
    }

    #[test]
    fn a_content_range_has_its_first_and_last_byte_and_the_length_if_known() {
        let range = |first, last, total| Some(ContentRange { first, last, total });
        for (value, expected) in [
            ("bytes 5-9/10", range(5, 9, Some(10))),
            ("Bytes 5-5/*", range(5, 5, None)),
            ("bytes 5-10/10", None),
            ("bytes 9-5/10", None),
            ("bytes */10", None),
            ("lines 5-9/10", None),
            ("bytes 5-9", None),
            ("5-9/10", None),
        ] {
            assert_eq!(content_range(&headers(&[&format!("content-range: {value}")])), expected, "{value}");
        }
    }
}
