//! Paths of requests, assembled from literals and encoded parameters.

use std::{
    borrow::Cow,
    fmt::{self, Display},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::error::{Error, ErrorKind};

/// A path below a base URL, under construction. The first error is stored and returned by `url`.
pub struct Path<'b> {
    base: &'b Url,
    /// Path and query.
    target: String,
    error: Option<Error>,
}

/// Capacity reserved for a path, in bytes: longer than most paths, so that few are reallocated.
const PATH_CAPACITY: usize = 64;

impl<'b> Path<'b> {
    pub(crate) fn new(base: &'b Url) -> Self {
        let under = base.path().trim_end_matches('/');
        let mut target = String::with_capacity(under.len() + PATH_CAPACITY);
        target.push_str(under);
        Self { base, target, error: None }
    }

    /// Adds a literal, which is percent-encoded.
    pub fn text(&mut self, text: &str) {
        self.target.push_str(text);
    }

    /// Adds a parameter as one segment, percent-encoded.
    ///
    /// An empty value or a value of dots only is an error: it would change the route.
    pub fn segment(&mut self, name: &'static str, value: &dyn Display) {
        let value = value.to_string();
        self.encoded(name, &value, is_dots(&value), SEGMENT);
    }

    /// Adds a parameter that may span several segments: slashes are not encoded.
    ///
    /// An empty segment or a segment of dots only is an error.
    pub fn segments(&mut self, name: &'static str, value: &dyn Display) {
        let value = value.to_string();
        self.encoded(name, &value, value.split('/').any(is_dots), SEGMENTS);
    }

    /// Adds the values of a list as one segment, separated by commas.
    ///
    /// An empty list, or an empty value or a value of dots only, is an error.
    pub fn list<T: Display>(&mut self, name: &'static str, values: &[T]) {
        if values.is_empty() {
            self.encoded(name, "", true, SEGMENT);
        }
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.target.push(',');
            }
            self.segment(name, value);
        }
    }

    fn encoded(&mut self, name: &'static str, value: &str, is_invalid: bool, set: &'static AsciiSet) {
        if is_invalid {
            let message = format!(
                "`{name}` is part of the path and cannot be empty or consist of dots: use the object's id or key"
            );
            self.error.get_or_insert_with(|| Error::new(ErrorKind::Rejected, message));
        }
        // Borrowed if no character must be encoded, as in most values.
        self.target.push_str(&Cow::from(utf8_percent_encode(value, set)));
    }

    /// Returns the URL, or the first error.
    pub(crate) fn url(self) -> Result<Url, Error> {
        if let Some(error) = self.error {
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

/// Shows no parameter, because it may be personal data.
impl fmt::Debug for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Path").field("error", &self.error).finish_non_exhaustive()
    }
}

fn is_dots(segment: &str) -> bool {
    segment.bytes().all(|byte| byte == b'.')
}

/// Percent-encodes all characters but the unreserved ones of RFC 3986.
#[must_use]
pub fn encode_path(value: &str) -> String {
    utf8_percent_encode(value, SEGMENT).to_string()
}

/// All characters but the unreserved ones of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// All characters but the slash and the unreserved ones of RFC 3986.
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
            assert!(error.to_string().starts_with("`id` is part of the path"), "{error}");
        }
    }

    #[test]
    fn a_multi_segment_parameter_keeps_only_its_slashes_unencoded() {
        let rest = |value: &str| path(|path| path.segments("id", &value));
        assert_eq!(rest("884213/1/7").unwrap(), "/x/884213/1/7");
        assert_eq!(rest("a b/c|d").unwrap(), "/x/a%20b/c%7Cd");
        for value in ["", "a/../b", "/a", "a//b", "a/."] {
            assert!(rest(value).is_err(), "{value}");
        }
    }
}
