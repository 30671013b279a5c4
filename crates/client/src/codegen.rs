//! What only generated code and the vendors' crates call. Not part of the public API: it changes with the generator.

use std::{borrow::Cow, fmt::Display};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Error, ErrorKind, Operation, Session, auth::Clock};

pub use crate::draft::{Draft, Outgoing};
pub use serde;

/// The error of a call that is wrong as it was asked for.
#[must_use]
pub fn rejected(operation: &Operation, why: &'static str) -> Error {
    Error::new(ErrorKind::Rejected, why).at(operation.api, operation)
}

/// The error of an answer that is not what the API promises.
#[must_use]
pub fn unexpected(operation: &Operation, why: &'static str) -> Error {
    Error::new(ErrorKind::Unexpected, why).at(operation.api, operation)
}

/// Where the client's time comes from.
#[must_use]
pub fn clock(session: &Session) -> Clock {
    session.0.clock.clone()
}

/// Encodes one path parameter. Whatever it holds, it stays one segment of the path.
///
/// # Errors
///
/// If it is empty or made of dots only: the path would be another one.
pub fn path_segment(name: &'static str, value: &dyn Display) -> Result<String, Error> {
    let value = value.to_string();
    if value.chars().all(|c| c == '.') {
        return Err(no_segment(name));
    }
    Ok(encoded(value, SEGMENT))
}

/// Encodes a path parameter that may span several segments: its slashes stay.
///
/// # Errors
///
/// If a segment is empty or made of dots only: the path would be another one.
pub fn path_rest(name: &'static str, value: &dyn Display) -> Result<String, Error> {
    let value = value.to_string();
    if value.split('/').any(|segment| segment.chars().all(|c| c == '.')) {
        return Err(no_segment(name));
    }
    Ok(encoded(value, SEGMENTS))
}

fn no_segment(name: &'static str) -> Error {
    Error::new(
        ErrorKind::Rejected,
        format!("`{name}` is a part of the path and cannot be empty or made of dots: give the object's id or key"),
    )
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
#[must_use]
pub fn encode_path(value: &str) -> String {
    utf8_percent_encode(value, SEGMENT).to_string()
}

/// Everything but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, but for the slash between segments.
const SEGMENTS: &AsciiSet = &SEGMENT.remove(b'/');

/// Most values need no encoding, and are then not copied.
fn encoded(value: String, set: &'static AsciiSet) -> String {
    match Cow::from(utf8_percent_encode(&value, set)) {
        Cow::Borrowed(_) => value,
        Cow::Owned(encoded) => encoded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_parameter_cannot_change_the_route() {
        for (value, encoded) in [
            ("a/b", "a%2Fb"),
            ("auth0|abc", "auth0%7Cabc"),
            ("../users", "..%2Fusers"),
            ("a\\b", "a%5Cb"),
            ("ø å", "%C3%B8%20%C3%A5"),
            ("a?b#c%2F", "a%3Fb%23c%252F"),
            ("a.b", "a.b"),
        ] {
            assert_eq!(path_segment("id", &value).unwrap(), encoded);
            let url = reqwest::Url::parse(&format!("http://x/things/{encoded}")).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 2, "{value}");
        }
        for value in ["", ".", ".."] {
            let error = path_segment("id", &value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Rejected);
            assert!(error.to_string().starts_with("`id` is a part of the path"), "{error}");
        }
    }

    #[test]
    fn a_catch_all_keeps_its_slashes_and_nothing_else() {
        assert_eq!(path_rest("id", &"884213/1/7").unwrap(), "884213/1/7");
        assert_eq!(path_rest("id", &"a b/c|d").unwrap(), "a%20b/c%7Cd");
        for value in ["", "a/../b", "/a", "a//b", "a/."] {
            assert!(path_rest("id", &value).is_err(), "{value}");
        }
    }
}
