//! A request's address, which is put together part by part.

use std::{borrow::Cow, fmt::Display};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::error::{Error, ErrorKind};

/// The path behind a base URL. What cannot be put in is told in the end.
#[derive(Debug)]
pub struct Path<'b> {
    base: &'b Url,
    target: String,
    wrong: Option<Error>,
}

/// What most paths have room in.
const USUAL: usize = 64;

impl<'b> Path<'b> {
    pub(crate) fn new(base: &'b Url) -> Self {
        let under = base.path().trim_end_matches('/');
        let mut target = String::with_capacity(under.len() + USUAL);
        target.push_str(under);
        Self { base, target, wrong: None }
    }

    /// Adds what is encoded already.
    pub fn text(&mut self, text: &str) {
        self.target.push_str(text);
    }

    /// Adds one parameter. Whatever it holds, it stays one segment of the path; it cannot be empty or made of dots only,
    /// as the path would be another one.
    pub fn segment(&mut self, name: &'static str, value: &dyn Display) {
        let value = value.to_string();
        self.encoded(name, &value, is_dots(&value), SEGMENT);
    }

    /// Adds a parameter that may span several segments: its slashes stay. None of its segments can be empty or made of
    /// dots only.
    pub fn segments(&mut self, name: &'static str, value: &dyn Display) {
        let value = value.to_string();
        self.encoded(name, &value, value.split('/').any(is_dots), SEGMENTS);
    }

    fn encoded(&mut self, name: &'static str, value: &str, is_wrong: bool, set: &'static AsciiSet) {
        if is_wrong {
            let why = "is a part of the path and cannot be empty or made of dots: give the object's id or key";
            self.wrong.get_or_insert_with(|| Error::new(ErrorKind::Rejected, format!("`{name}` {why}")));
        }
        // Most values need no encoding, and are then borrowed.
        self.target.push_str(&Cow::from(utf8_percent_encode(value, set)));
    }

    /// The whole address.
    pub(crate) fn url(self) -> Result<Url, Error> {
        if let Some(error) = self.wrong {
            return Err(error);
        }
        let (path, query) =
            self.target.split_once('?').map_or((&*self.target, None), |(path, query)| (path, Some(query)));
        let mut url = self.base.clone();
        url.set_path(path);
        url.set_query(query);
        Ok(url)
    }
}

fn is_dots(segment: &str) -> bool {
    segment.bytes().all(|byte| byte == b'.')
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

#[cfg(test)]
mod tests {
    use super::*;

    fn path(add: impl FnOnce(&mut Path<'_>)) -> Result<String, Error> {
        let url = Url::parse("http://host/x/").unwrap();
        let mut path = Path::new(&url);
        path.text("/");
        add(&mut path);
        path.url().map(|url| url.path().to_owned())
    }

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
            assert_eq!(path(|path| path.segment("id", &value)).unwrap(), format!("/x/{encoded}"));
            let url = reqwest::Url::parse(&format!("http://x/things/{encoded}")).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 2, "{value}");
        }
        for value in ["", ".", ".."] {
            let error = path(|path| path.segment("id", &value)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Rejected);
            assert!(error.to_string().starts_with("`id` is a part of the path"), "{error}");
        }
    }

    #[test]
    fn a_catch_all_keeps_its_slashes_and_nothing_else() {
        let rest = |value: &str| path(|path| path.segments("id", &value));
        assert_eq!(rest("884213/1/7").unwrap(), "/x/884213/1/7");
        assert_eq!(rest("a b/c|d").unwrap(), "/x/a%20b/c%7Cd");
        for value in ["", "a/../b", "/a", "a//b", "a/."] {
            assert!(rest(value).is_err(), "{value}");
        }
    }
}
