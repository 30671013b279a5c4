//! The next page's cursor, read off a page's bytes before its rows are decoded, so that the next request goes out first.

use serde::Deserialize as _;

/// How far from its end a page is searched, in bytes: what follows the rows is short.
const REACH: usize = 16 * 1024;

/// The text of the member of this name, if it stands behind everything large in an object.
///
/// Of an object that is valid JSON it finds the right member or none. Of other bytes it may find anything; decoding them
/// fails.
pub(crate) fn last_member(object: &[u8], name: &str) -> Option<String> {
    let object = object.trim_ascii_end().strip_suffix(b"}")?;
    let reach = object.len().saturating_sub(REACH);
    let (mut end, mut depth) = (object.len(), 0_usize);
    while end > reach {
        let byte = object[end - 1];
        match byte {
            b'"' => {
                let start = opening(&object[..end - 1])?;
                let behind = object[end..].trim_ascii_start();
                if depth == 0 && object[start..end - 1] == *name.as_bytes() && behind.starts_with(b":") {
                    let mut value = serde_json::Deserializer::from_str(std::str::from_utf8(&behind[1..]).ok()?);
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

/// Where the text begins whose closing quote stands behind these bytes.
fn opening(bytes: &[u8]) -> Option<usize> {
    let mut end = bytes.len();
    loop {
        let quote = bytes[..end].iter().rposition(|byte| *byte == b'"')?;
        // A quote behind an odd number of backslashes is a part of the text.
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
        assert_eq!(last_member(page(REACH / 2).as_bytes(), "next").as_deref(), Some("a"));
        assert_eq!(last_member(page(2 * REACH).as_bytes(), "next"), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_found_is_what_decoding_finds(text in "[\"\\\\{}\\[\\],: a]{0,12}", cursor in "[\"\\\\{}\\[\\],: a]{0,12}") {
            let page = json!({"a": [text.as_str(), {"next": text.as_str()}], "next": cursor.as_str(), "z": {"next": text}});
            proptest::prop_assert_eq!(last_member(page.to_string().as_bytes(), "next"), Some(cursor));
        }
    }
}
