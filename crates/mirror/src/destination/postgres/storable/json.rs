//! JSON values that `jsonb` does not accept.

/// Maximum size of a value, in bytes: the server's limit for the elements of an array is 256 MiB.
const MAX_SIZE: usize = 255 << 20;
/// Maximum size of a number, in bytes, and of its exponent. The server's limits are 131,072 digits before and 16,383
/// digits after the decimal point, so that every number within these limits is accepted.
const MAX_NUMBER: usize = 6_000;
const MAX_EXPONENT: usize = 4;

/// Returns `true` if `jsonb` accepts a valid JSON value: texts must not contain the character NUL and incomplete
/// surrogate pairs, and numbers must not be extremely long.
pub(super) fn is_storable(json: &[u8]) -> bool {
    if json.len() > MAX_SIZE {
        return false;
    }
    let mut position = 0;
    while let Some(byte) = json.get(position) {
        position = match byte {
            b'"' => match end_of_text(json, position + 1) {
                Some(end) => end,
                None => return false,
            },
            b'-' | b'0'..=b'9' => match end_of_number(json, position) {
                Some(end) => end,
                None => return false,
            },
            _ => position + 1,
        };
    }
    true
}

/// Returns the position after a text; `None` if it cannot be stored.
fn end_of_text(json: &[u8], mut position: usize) -> Option<usize> {
    loop {
        match json.get(position)? {
            b'"' => return Some(position + 1),
            b'\\' if json.get(position + 1) == Some(&b'u') => {
                let unit = code_unit(json, position)?;
                position += 6;
                match unit {
                    0 | 0xdc00..=0xdfff => return None,
                    0xd800..=0xdbff if json.get(position) != Some(&b'\\') => return None,
                    0xd800..=0xdbff => {
                        code_unit(json, position).filter(|unit| (0xdc00..=0xdfff).contains(unit))?;
                        position += 6;
                    }
                    _ => {}
                }
            }
            b'\\' => position += 2,
            _ => position += 1,
        }
    }
}

/// Returns the code unit of an escape like `\u00e6`.
fn code_unit(json: &[u8], position: usize) -> Option<u16> {
    let digits = json.get(position..position + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Returns the position after a number; `None` if it cannot be stored.
fn end_of_number(json: &[u8], start: usize) -> Option<usize> {
    let number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    let len = json[start..].iter().take_while(|byte| number(byte)).count();
    let digits = &json[start..start + len];
    let exponent = digits.iter().position(|byte| matches!(byte, b'e' | b'E')).map_or(0, |position| {
        digits[position + 1..].iter().filter(|byte| byte.is_ascii_digit()).skip_while(|byte| **byte == b'0').count()
    });
    (len <= MAX_NUMBER && exponent <= MAX_EXPONENT).then_some(start + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, storable: bool) {
        assert_eq!(is_storable(json.as_bytes()), storable, "{json:.60}");
    }

    #[test]
    fn texts_must_not_have_nul_or_half_a_surrogate_pair() {
        check(r#"{"a": "\\u0000 \u0041 \u00e6 \n \"", "b": [1, -2.5e10, null, true]}"#, true);
        check(r#""\ud83d\ude00""#, true);
        check(r#"["\u0000"]"#, false);
        check(r#"{"\u0000": 1}"#, false);
        check(r#""\ud83d""#, false);
        check(r#""\ud83dx""#, false);
        check(r#""\ud83d\n""#, false);
        check(r#""\ud83d\ud83d""#, false);
        check(r#""\ude00""#, false);
    }

    #[test]
    fn numbers_must_not_be_extremely_long() {
        check("1e0009999", true);
        check("-1E+9999", true);
        check("1e10000", false);
        check("[0, 1e-99999]", false);
        check(&"9".repeat(6_000), true);
        check(&"9".repeat(6_001), false);
    }
}
