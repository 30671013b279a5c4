//! What only generated code and the vendors' crates call. Not part of the public API: it changes with the generator.

use std::fmt::Display;

use reqwest::{Request, RequestBuilder, header::HeaderValue};
use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::{
    Error, ErrorKind, Form, Operation, Session, Upload,
    auth::Clock,
    record::{Write, Written},
};

pub use serde;

/// A request before its body is opened.
#[derive(Debug)]
pub struct Draft {
    builder: RequestBuilder,
    payload: Payload,
}

/// A request that can be sent, more than once if its payload can.
#[derive(Debug)]
pub struct Outgoing {
    pub(crate) request: Request,
    pub(crate) payload: Payload,
}

impl Outgoing {
    /// The same request once more; `None` if its body cannot be read twice.
    pub(crate) fn again(&self) -> Option<Self> {
        Some(Self { request: self.request.try_clone()?, payload: self.payload.clone() })
    }
}

/// Where the body is.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    /// In the request itself, in memory; or there is none.
    Inline,
    Upload(Upload),
    Form(Form),
}

impl From<RequestBuilder> for Draft {
    fn from(builder: RequestBuilder) -> Self {
        Self { builder, payload: Payload::Inline }
    }
}

impl From<Request> for Outgoing {
    fn from(request: Request) -> Self {
        Self { request, payload: Payload::Inline }
    }
}

/// Builds the request.
///
/// # Errors
///
/// If a part of it is not valid HTTP or cannot be serialized.
pub fn build(draft: impl Into<Draft>) -> Result<Outgoing, Error> {
    let Draft { builder, payload } = draft.into();
    let request = builder.build().map_err(Error::from_transport)?;
    Ok(Outgoing { request, payload })
}

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

/// Bodies that reqwest does not know.
pub trait RequestBuilderExt {
    /// Sends bytes of this media type.
    fn upload(self, body: &Upload, content_type: &'static str) -> Draft;
    /// Sends a multipart form.
    fn multipart_form(self, form: &Form) -> Draft;
    /// Sends JSON.
    #[must_use]
    fn json_body(self, body: &dyn Write) -> Self;
    /// Sends JSON, if there is any.
    #[must_use]
    fn optional_json<T: Write>(self, body: &Option<T>) -> Self;
    /// Sends the fields of a form.
    #[must_use]
    fn form_body(self, body: &dyn Write) -> Self;
}

impl RequestBuilderExt for RequestBuilder {
    fn upload(self, body: &Upload, content_type: &'static str) -> Draft {
        let builder = self.header(reqwest::header::CONTENT_TYPE, content_type);
        Draft { builder, payload: Payload::Upload(body.clone()) }
    }

    fn multipart_form(self, form: &Form) -> Draft {
        Draft { builder: self, payload: Payload::Form(form.clone()) }
    }

    fn json_body(self, body: &dyn Write) -> Self {
        self.json(&Written(body))
    }

    fn optional_json<T: Write>(self, body: &Option<T>) -> Self {
        match body {
            Some(body) => self.json_body(body),
            None => self,
        }
    }

    fn form_body(self, body: &dyn Write) -> Self {
        self.form(&Written(body))
    }
}

/// Encodes one path parameter. Whatever it holds, it stays one segment of the path.
///
/// # Errors
///
/// If it is empty or made of dots only: the path would be another one.
pub fn path_segment(name: &'static str, value: &(impl Display + ?Sized)) -> Result<String, Error> {
    let value = value.to_string();
    if value.chars().all(|c| c == '.') {
        return Err(no_segment(name));
    }
    Ok(encode_path(&value))
}

/// Encodes a path parameter that may span several segments: its slashes stay.
///
/// # Errors
///
/// If a segment is empty or made of dots only: the path would be another one.
pub fn path_rest(name: &'static str, value: &(impl Display + ?Sized)) -> Result<String, Error> {
    let value = value.to_string();
    if value.split('/').any(|segment| segment.chars().all(|c| c == '.')) {
        return Err(no_segment(name));
    }
    Ok(encode_path_raw(&value))
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
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        push(&mut encoded, byte);
    }
    encoded
}

/// Percent-encodes everything but RFC 3986's unreserved characters and the slash.
#[must_use]
pub fn encode_path_raw(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte == b'/' {
            encoded.push('/');
        } else {
            push(&mut encoded, byte);
        }
    }
    encoded
}

fn push(encoded: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        encoded.push(char::from(byte));
    } else {
        encoded.extend(['%', char::from(HEX[usize::from(byte >> 4)]), char::from(HEX[usize::from(byte & 15)])]);
    }
}

/// Makes a header of a value.
///
/// # Errors
///
/// If it holds what a header cannot: a line break, say.
pub fn header_value<T: Display + ?Sized>(value: &T) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(&value.to_string())
        .or_else(|_| HeaderValue::from_bytes(value.to_string().as_bytes()))
        .map_err(|error| {
            Error::new(ErrorKind::Rejected, "a header parameter holds a character that headers cannot")
                .with_source(error)
        })
}

/// A query parameter: absent if there is no value, repeated if there are several.
#[derive(Clone, Copy, Debug)]
pub struct QueryParam<'a, T> {
    name: &'a str,
    value: &'a T,
    joined: bool,
}

impl<'a, T: Serialize> QueryParam<'a, T> {
    /// Several values are several pairs: `id=1&id=2`.
    pub fn new(name: &'a str, value: &'a T) -> Self {
        Self { name, value, joined: false }
    }

    /// Several values are one pair: `id=1,2`.
    pub fn joined(name: &'a str, value: &'a T) -> Self {
        Self { name, value, joined: true }
    }
}

impl<T: Serialize> Serialize for QueryParam<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error as _;

        let values: Vec<String> = match serde_json::to_value(self.value).map_err(S::Error::custom)? {
            serde_json::Value::Null => Vec::new(),
            serde_json::Value::Array(values) => values.into_iter().filter_map(text).collect(),
            value => text(value).into_iter().collect(),
        };
        let mut pairs = serializer.serialize_seq(None)?;
        if self.joined && !values.is_empty() {
            pairs.serialize_element(&(self.name, values.join(",")))?;
        } else {
            for value in values {
                pairs.serialize_element(&(self.name, value))?;
            }
        }
        pairs.end()
    }
}

fn text(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        value => Some(value.to_string()),
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
            assert_eq!(path_segment("id", value).unwrap(), encoded);
            let url = reqwest::Url::parse(&format!("http://x/things/{encoded}")).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 2, "{value}");
        }
        for value in ["", ".", ".."] {
            let error = path_segment("id", value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Rejected);
            assert!(error.to_string().starts_with("`id` is a part of the path"), "{error}");
        }
    }

    #[test]
    fn a_catch_all_keeps_its_slashes_and_nothing_else() {
        assert_eq!(path_rest("id", "884213/1/7").unwrap(), "884213/1/7");
        assert_eq!(path_rest("id", "a b/c|d").unwrap(), "a%20b/c%7Cd");
        for value in ["", "a/../b", "/a", "a//b", "a/."] {
            assert!(path_rest("id", value).is_err(), "{value}");
        }
    }

    #[test]
    fn query_values_are_absent_single_repeated_or_joined() {
        fn http() -> reqwest::Client {
            keyfob_auth::Transport::new().client(reqwest::redirect::Policy::none()).unwrap()
        }
        #[track_caller]
        fn check(param: impl Serialize, query: &str) {
            let request = http().get("http://x").query(&param).build().unwrap();
            assert_eq!(request.url().query().unwrap_or_default(), query);
        }
        check(QueryParam::new("a", &None::<i64>), "");
        check(QueryParam::new("a", &Some(1)), "a=1");
        check(QueryParam::new("a", &true), "a=true");
        check(QueryParam::new("a", &"ø&b"), "a=%C3%B8%26b");
        check(QueryParam::new("a", &vec!["x", "y"]), "a=x&a=y");
        check(QueryParam::joined("a", &vec!["x", "y"]), "a=x%2Cy");
        check(QueryParam::joined("a", &Vec::<String>::new()), "");
    }

    #[test]
    fn a_header_that_cannot_be_is_refused_without_being_quoted() {
        let error = header_value("canary\r\nX: y").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
        assert!(header_value("å").is_ok());
    }
}
