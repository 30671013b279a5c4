//! Search for the cursor in a page's bytes, before its rows are decoded, so that the next request is sent first.

use serde::Deserialize as _;

/// Number of bytes at the end of a page that are searched. The fields after the rows are shorter.
const SEARCHED: usize = 16 * 1024;

/// Returns the string field of this name, if it is near the end of an object.
///
/// For an object that is valid JSON, the result is the value of the field or `None`. For other bytes the result may be
/// wrong, but decoding the page then fails.
pub(crate) fn last_member(object: &[u8], name: &str) -> Option<String> {
    let object = object.trim_ascii_end().strip_suffix(b"}")?;
    let start_of_search = object.len().saturating_sub(SEARCHED);
    let (mut end, mut depth) = (object.len(), 0_usize);
    while end > start_of_search {
        let byte = object[end - 1];
        match byte {
            b'"' => {
                let start = opening(&object[..end - 1])?;
                let after = object[end..].trim_ascii_start();
                if depth == 0 && object[start..end - 1] == *name.as_bytes() && after.starts_with(b":") {
                    let mut value = serde_json::Deserializer::from_str(std::str::from_utf8(&after[1..]).ok()?);
                    return String::deserialize(&mut value).ok();
                }
                end = start;
            }
            b'}' | b']' => depth += 1,
            b'{' | b'[' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        end -= 1;
    }
    None
}

/// Returns the start of the string whose closing quote follows these bytes.
fn opening(bytes: &[u8]) -> Option<usize> {
    let mut end = bytes.len();
    loop {
        let quote = bytes[..end].iter().rposition(|byte| *byte == b'"')?;
        // A quote after an odd number of backslashes is part of the string.
        let escapes = bytes[..quote].iter().rev().take_while(|byte| **byte == b'\\').count();
        if escapes % 2 == 0 {
            return Some(quote + 1);
        }
        end = quote;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_cursor_is_found_behind_the_rows() {
        for (page, cursor) in [
            (r#"{"data":[{"next":"x"}],"next":"a"}"#, Some("a")),
            (r#"{"data":[],"links":{"next":"/y?next=z"},"next" : "a\"b\\" , "n":[{}],"count":2} "#, Some("a\"b\\")),
            (r#"{"next":"first","data":[1],"text":"\"next\":\"x\"","next":"last"}"#, Some("last")),
            (r#"{"data":["\"next\":\"x\""]}"#, None),
            (r#"{"data":[],"next":null}"#, None),
            (r#"{"data":[],"links":{"next":"x"}}"#, None),
            (r#"["next","a"]"#, None),
            (r#"{"data":"\\","other":"next"}"#, None),
            ("", None),
            ("}", None),
            (r#"next":"a"}"#, None),
        ] {
            assert_eq!(last_member(page.as_bytes(), "next").as_deref(), cursor, "{page}");
        }
    }

    #[test]
    fn only_the_end_of_a_page_is_searched() {
        let page = |rows: usize| format!(r#"{{"next":"a","data":"{}"}}"#, "x".repeat(rows));
        assert_eq!(last_member(page(SEARCHED / 2).as_bytes(), "next").as_deref(), Some("a"));
        assert_eq!(last_member(page(2 * SEARCHED).as_bytes(), "next"), None);
    }

    proptest::proptest! {
        #[test]
        fn the_search_and_the_decoder_find_the_same_cursor(text in "[\"\\\\{}\\[\\],: a]{0,12}", cursor in "[\"\\\\{}\\[\\],: a]{0,12}") {
            let page = json!({"a": [text.as_str(), {"next": text.as_str()}], "next": cursor.as_str(), "z": {"next": text}});
            proptest::prop_assert_eq!(last_member(page.to_string().as_bytes(), "next"), Some(cursor));
        }
    }
}
