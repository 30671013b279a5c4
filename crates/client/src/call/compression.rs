//! Compressed responses: the codings that a request accepts, and the response that has one.

use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue, RANGE};

#[cfg(feature = "gzip")]
pub(super) mod gzip;

/// Sets the codings that the response may have, unless the call has a header of its own.
///
/// Downloads are requested uncompressed: they are resumed by offsets in the file, and their length must be known. The body
/// of another response that is a range is a part of the compressed file, which cannot be decompressed.
pub(super) fn accept(headers: &mut HeaderMap, buffered: bool) {
    let coding = if !buffered {
        "identity"
    } else if cfg!(feature = "gzip") && !headers.contains_key(RANGE) {
        "gzip"
    } else {
        return;
    };
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static(coding));
}

/// Returns `true` if a response is compressed with gzip. Any other coding was not requested; some services send values
/// that are none, such as `utf-8`.
pub(super) fn is_gzip(headers: &HeaderMap) -> bool {
    let Some(coding) = headers.get(CONTENT_ENCODING) else { return false };
    let coding = coding.as_bytes().trim_ascii();
    coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&str, &str)], buffered: bool, expected: Option<&str>) {
        let pair = |(name, value): &(&str, &str)| {
            (name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
        };
        let mut headers: HeaderMap = headers.iter().map(pair).collect();
        accept(&mut headers, buffered);
        let coding = headers.get(ACCEPT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(coding.as_deref(), expected, "{headers:?}");
    }

    #[test]
    fn only_responses_that_are_read_into_memory_may_be_compressed() {
        check(&[], true, cfg!(feature = "gzip").then_some("gzip"));
        check(&[("range", "bytes=5-")], true, None);
        check(&[("accept-encoding", "br")], true, Some("br"));
        check(&[], false, Some("identity"));
        check(&[("range", "bytes=5-")], false, Some("identity"));
        check(&[("accept-encoding", "gzip")], false, Some("gzip"));
    }

    #[test]
    fn gzip_is_recognized_in_any_case_and_other_values_are_not_codings() {
        for (value, compressed) in
            [("gzip", true), ("GZIP", true), (" x-gzip", true), ("identity", false), ("utf-8", false), ("br", false)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, value.trim().parse().unwrap());
            assert_eq!(is_gzip(&headers), compressed, "{value}");
        }
        assert!(!is_gzip(&HeaderMap::new()));
    }
}
