//! A request that is being put together, part by part.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use reqwest::{
    Method, Request, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde::Serialize;
use serde_json::Value as Json;
use url::form_urlencoded;

use crate::{
    Error, ErrorKind, Operation, Session,
    record::{Write, Written},
};

/// A request that is being put together. What cannot be put in is told in the end.
#[derive(Debug)]
pub struct Draft {
    pub(crate) parts: Box<Parts>,
    wrong: Option<Error>,
}

/// A request that can be sent, more than once if its payload can.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub(crate) parts: Box<Parts>,
}

/// What a request is made of, for each attempt anew: a copy of the request itself would cost more.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) method: Method,
    pub(crate) url: Url,
    accept: Option<HeaderValue>,
    /// All others.
    pub(crate) headers: HeaderMap,
    body: Option<Bytes>,
    /// A body that is not among these parts.
    pub(crate) payload: Option<Arc<dyn Payload>>,
}

impl Parts {
    fn new(method: Method, url: Url) -> Box<Self> {
        let (accept, headers, body) = (None, HeaderMap::new(), None);
        Box::new(Self { method, url, accept, headers, body, payload: None })
    }

    /// Whether another attempt could send the same again.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.payload.as_ref().is_none_or(|payload| payload.is_repeatable())
    }

    /// The request of one attempt, without its payload and what authorizes it.
    pub(crate) fn request(&self) -> Request {
        self.request_to(self.method.clone(), self.url.clone(), self.body.clone())
    }

    /// The same at another address, without a body.
    pub(crate) fn redirected(&self, url: Url) -> Request {
        self.request_to(self.method.clone(), url, None)
    }

    fn request_to(&self, method: Method, url: Url, body: Option<Bytes>) -> Request {
        let mut request = Request::new(method, url);
        // With room for what comes to it on the way: one that has to grow is allocated twice.
        let mut headers = HeaderMap::with_capacity(self.headers.len() + USUAL_HEADERS);
        if let Some(accept) = &self.accept {
            headers.insert(ACCEPT, accept.clone());
        }
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        *request.headers_mut() = headers;
        *request.body_mut() = body.map(Into::into);
        request
    }
}

/// Address, headers and body may hold what is nobody's business.
impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What a request has, the connection's own headers included, if its operation has none.
const USUAL_HEADERS: usize = 6;

impl Outgoing {
    /// A request for what is at this address.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { parts: Parts::new(Method::GET, url) }
    }
}

/// A body that every attempt opens anew, such as a file.
pub(crate) trait Payload: fmt::Debug + Send + Sync {
    /// Whether another attempt could send the same again.
    fn is_repeatable(&self) -> bool;

    /// Puts it into the request of one attempt.
    fn fill<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>>;
}

impl Draft {
    /// Begins a request of this operation; the parts of its path follow each other.
    ///
    /// # Errors
    ///
    /// If no base URL was given for its host.
    pub fn new(session: &Session, operation: &Operation, path: &[&str]) -> Result<Self, Error> {
        let url = session.join(operation.server, path).map_err(|error| error.at(session.api(), operation))?;
        let method = Method::from_bytes(operation.method.as_bytes()).map_err(|error| {
            Error::new(ErrorKind::Rejected, "its description names a method that HTTP does not have").with_source(error)
        })?;
        Ok(Self::at(method, url))
    }

    pub(crate) fn at(method: Method, url: Url) -> Self {
        Self { parts: Parts::new(method, url), wrong: None }
    }

    /// Asks for an answer of this media type.
    pub fn accept(&mut self, media_type: &'static str) {
        self.parts.accept = Some(HeaderValue::from_static(media_type));
    }

    /// Adds a header, if there is a value.
    pub fn header(&mut self, name: &'static str, value: &dyn Write) {
        let headers = &mut self.parts.headers;
        let added = HeaderName::from_bytes(name.as_bytes()).map_err(no_header).and_then(|name| {
            for value in texts(json_of(value)?) {
                headers.append(&name, header_value(&value)?);
            }
            Ok(())
        });
        self.note(added);
    }

    /// Adds a query parameter. Several values are several pairs: `id=1&id=2`; no value is none.
    pub fn query(&mut self, name: &str, value: &dyn Write) {
        let added = json_of(value).map(|json| {
            self.extend_query(texts(json).iter().map(|value| (name, value.as_str())));
        });
        self.note(added);
    }

    /// Adds a query parameter whose values are one pair: `id=1,2`.
    pub fn joined(&mut self, name: &str, value: &dyn Write) {
        let added = json_of(value).map(|json| {
            let values = texts(json);
            self.extend_query((!values.is_empty()).then(|| (name, values.join(","))));
        });
        self.note(added);
    }

    fn note(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.wrong.get_or_insert(error);
        }
    }

    /// Adds the pairs of a list, or the fields of an object.
    pub(crate) fn pairs(&mut self, pairs: &impl Serialize) {
        let added = serde_json::to_value(pairs).map_err(unwritten).and_then(self::pairs);
        let added = added.map(|pairs| self.extend_query(pairs));
        self.note(added);
    }

    /// Adds pairs to the query. Without any, there is no question mark either.
    pub(crate) fn extend_query<V: AsRef<str>>(&mut self, pairs: impl IntoIterator<Item = (impl AsRef<str>, V)>) {
        let mut pairs = pairs.into_iter().peekable();
        if pairs.peek().is_some() {
            self.parts.url.query_pairs_mut().extend_pairs(pairs);
        }
    }

    /// Sends JSON, under this media type.
    pub fn json(&mut self, body: &dyn Write, media_type: &'static str) {
        self.serialized(&Written(body), media_type);
    }

    pub(crate) fn serialized(&mut self, body: &impl Serialize, media_type: &'static str) {
        let added = serde_json::to_vec(body).map_err(unwritten).map(|body| self.bytes(body, media_type));
        self.note(added);
    }

    /// Sends the fields of a form. What is in them is text, or JSON as text.
    pub fn form(&mut self, body: &dyn Write) {
        let added = json_of(body).and_then(self::pairs).map(|fields| {
            let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            self.bytes(encoded, "application/x-www-form-urlencoded");
        });
        self.note(added);
    }

    /// Sends bytes, under this media type.
    pub fn bytes(&mut self, body: impl Into<Bytes>, media_type: &'static str) {
        self.parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.parts.body = Some(body.into());
    }

    /// What has been put together.
    ///
    /// # Errors
    ///
    /// If a part of it cannot be written, or is not valid HTTP.
    pub fn finish(self) -> Result<Outgoing, Error> {
        match self.wrong {
            Some(error) => Err(error),
            None => Ok(Outgoing { parts: self.parts }),
        }
    }
}

/// The fields of an object, or a list's pairs: name and value of each. A list in them is several, `null` is none.
fn pairs(json: Json) -> Result<Vec<(String, String)>, Error> {
    let named: Vec<(String, Json)> = match json {
        Json::Null => Vec::new(),
        Json::Object(fields) => fields.into_iter().collect(),
        Json::Array(list) => list.into_iter().map(pair).collect::<Option<_>>().ok_or_else(no_pairs)?,
        _ => return Err(no_pairs()),
    };
    Ok(named
        .into_iter()
        .flat_map(|(name, value)| texts(value).into_iter().map(move |text| (name.clone(), text)))
        .collect())
}

fn pair(json: Json) -> Option<(String, Json)> {
    let Json::Array(pair) = json else { return None };
    let [name, value] = <[Json; 2]>::try_from(pair).ok()?;
    Some((text(name)?, value))
}

fn no_pairs() -> Error {
    Error::new(ErrorKind::Rejected, "a query or a form is made of pairs, or of the fields of a struct")
}

/// The texts that a parameter is sent as: none for `null`, several for a list.
fn texts(json: Json) -> Vec<String> {
    match json {
        Json::Array(values) => values.into_iter().filter_map(text).collect(),
        value => text(value).into_iter().collect(),
    }
}

fn text(json: Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text),
        value => Some(value.to_string()),
    }
}

fn json_of(value: &dyn Write) -> Result<Json, Error> {
    serde_json::to_value(Written(value)).map_err(unwritten)
}

fn unwritten(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::Rejected, "a parameter or the body cannot be serialized").with_source(error)
}

fn no_header(error: reqwest::header::InvalidHeaderName) -> Error {
    Error::new(ErrorKind::Rejected, "its description names a header that HTTP does not have").with_source(error)
}

/// Makes a header of a value.
///
/// # Errors
///
/// If it holds what a header cannot: a line break, say.
fn header_value(value: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(value).or_else(|_| HeaderValue::from_bytes(value.as_bytes())).map_err(|error| {
        Error::new(ErrorKind::Rejected, "a header parameter holds a character that headers cannot").with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn draft() -> Draft {
        Draft::at(Method::POST, Url::parse("http://x/y").unwrap())
    }

    #[test]
    fn query_values_are_absent_single_repeated_or_joined() {
        #[track_caller]
        fn check(value: &dyn Write, repeated: &str, joined: &str) {
            let mut draft = draft();
            draft.query("a", value);
            assert_eq!(draft.parts.url.query().unwrap_or("none"), repeated);
            let mut draft = self::draft();
            draft.joined("a", value);
            assert_eq!(draft.parts.url.query().unwrap_or("none"), joined);
        }
        check(&None::<i64>, "none", "none");
        check(&Some(1), "a=1", "a=1");
        check(&true, "a=true", "a=true");
        check(&7.5, "a=7.5", "a=7.5");
        check(&"ø&b c".to_owned(), "a=%C3%B8%26b+c", "a=%C3%B8%26b+c");
        check(&vec!["x".to_owned(), "y".to_owned()], "a=x&a=y", "a=x%2Cy");
        check(&Vec::<String>::new(), "none", "none");
    }

    #[test]
    fn pairs_are_those_of_a_list_or_the_fields_of_an_object() {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(pairs(json!([["b", 1], ["a", "x"], ["b", null]])).unwrap(), owned(&[("b", "1"), ("a", "x")]));
        assert_eq!(
            pairs(json!({"a": [1, "2"], "b": null, "c": {"d": true}})).unwrap(),
            owned(&[("a", "1"), ("a", "2"), ("c", r#"{"d":true}"#)])
        );
        assert_eq!(pairs(Json::Null).unwrap(), []);
        for neither in [json!("canary"), json!([["canary"]]), json!(["canary", 1]), json!(5)] {
            let error = pairs(neither).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Rejected);
            assert!(!format!("{error:?}").contains("canary"));
        }
    }

    #[test]
    fn what_is_put_into_a_request_does_not_show() {
        let mut draft = Draft::at(Method::POST, Url::parse("http://x/canary").unwrap());
        draft.query("q", &"canary".to_owned());
        draft.header("x-company", &"canary".to_owned());
        draft.json(&json!({"name": "canary"}), "application/json");
        assert!(!format!("{draft:?}").contains("canary"), "{draft:?}");
        let outgoing = draft.finish().unwrap();
        assert!(!format!("{outgoing:?}").contains("canary"), "{outgoing:?}");
        assert_eq!(outgoing.parts.request().body().unwrap().as_bytes(), Some(&br#"{"name":"canary"}"#[..]));
    }

    #[test]
    fn a_form_is_encoded_as_forms_are() {
        let mut draft = draft();
        draft.form(&json!({"name": "Å b&c", "n": 5, "none": null}));
        let request = draft.finish().unwrap().parts.request();
        assert_eq!(request.headers()[CONTENT_TYPE], "application/x-www-form-urlencoded");
        assert_eq!(request.body().unwrap().as_bytes(), Some(&b"n=5&name=%C3%85+b%26c"[..]));
    }

    #[test]
    fn a_header_that_cannot_be_is_refused_without_being_quoted() {
        let mut draft = draft();
        draft.header("x-company", &"canary\r\nX: y".to_owned());
        draft.header("x-other", &"1".to_owned());
        let error = draft.finish().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
        let mut draft = self::draft();
        draft.header("x-company", &Some("å".to_owned()));
        draft.header("x-other", &None::<String>);
        assert_eq!(draft.parts.headers["x-company"], "å".as_bytes());
        assert_eq!(draft.parts.headers.len(), 1);
    }
}
