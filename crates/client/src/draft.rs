//! A request that is being put together, part by part.

use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde::Serialize;
use serde_json::Value as Json;
use url::form_urlencoded;

use crate::{
    Error, ErrorKind, Operation, Session,
    encode::{Encode, Encoded},
    outgoing::{Outgoing, Parts},
    path::Path,
};

/// A request that is being put together. What cannot be put in is told in the end.
#[derive(Debug)]
pub struct Draft {
    pub(crate) parts: Box<Parts>,
    wrong: Option<Error>,
}

/// What the builder of an operation puts into its request.
pub trait Fill {
    /// The path, part by part.
    fn path(&self, path: &mut Path<'_>);

    /// All else.
    fn fill(&self, draft: &mut Draft);
}

impl Draft {
    /// The request that an operation's builder asks for.
    ///
    /// # Errors
    ///
    /// If no base URL was given for its host, or a part of it cannot be written or is not valid HTTP.
    pub fn of(session: &Session, operation: &Operation, builder: &dyn Fill) -> Result<Outgoing, Error> {
        let mut path = session.path(operation)?;
        builder.path(&mut path);
        let mut draft = Self::new(operation, path)?;
        builder.fill(&mut draft);
        draft.finish()
    }

    /// Begins a request of this operation.
    pub(crate) fn new(operation: &Operation, path: Path<'_>) -> Result<Self, Error> {
        let url = path.url()?;
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
    pub fn header(&mut self, name: &'static str, value: &dyn Encode) {
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
    pub fn query(&mut self, name: &str, value: &dyn Encode) {
        for value in self.values(value) {
            self.pair(name, &value);
        }
    }

    /// Adds a query parameter whose values are one pair: `id=1,2`.
    pub fn joined(&mut self, name: &str, value: &dyn Encode) {
        let values = self.values(value);
        if !values.is_empty() {
            self.pair(name, &values.join(","));
        }
    }

    /// The texts of a parameter.
    fn values(&mut self, value: &dyn Encode) -> Vec<String> {
        match json_of(value) {
            Ok(json) => texts(json),
            Err(error) => {
                self.note(Err(error));
                Vec::new()
            }
        }
    }

    fn note(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.wrong.get_or_insert(error);
        }
    }

    /// Adds the pairs of a list, or the fields of an object.
    pub(crate) fn pairs(&mut self, pairs: &impl Serialize) {
        let added = serde_json::to_value(pairs).map_err(unwritten).and_then(self::pairs).map(|pairs| {
            for (name, value) in pairs {
                self.pair(&name, &value);
            }
        });
        self.note(added);
    }

    /// Adds one pair to the query.
    pub(crate) fn pair(&mut self, name: &str, value: &str) {
        self.parts.url.query_pairs_mut().append_pair(name, value);
    }

    /// Sends JSON, under this media type.
    pub fn json(&mut self, body: &dyn Encode, media_type: &'static str) {
        self.serialized(&Encoded::new(body), media_type);
    }

    pub(crate) fn serialized(&mut self, body: &impl Serialize, media_type: &'static str) {
        let added = serde_json::to_vec(body).map_err(unwritten).map(|body| self.bytes(body, media_type));
        self.note(added);
    }

    /// Sends the fields of a form. What is in them is text, or JSON as text.
    pub fn form(&mut self, body: &dyn Encode) {
        let added = json_of(body).and_then(self::pairs).map(|fields| {
            let mut encoded = form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                encoded.append_pair(&name, &value);
            }
            self.bytes(encoded.finish(), "application/x-www-form-urlencoded");
        });
        self.note(added);
    }

    /// Sends bytes, under this media type.
    pub fn bytes(&mut self, body: impl Into<Bytes>, media_type: &'static str) {
        self.parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.parts.body = Some(body.into());
    }

    /// What has been put together.
    pub(crate) fn finish(self) -> Result<Outgoing, Error> {
        match self.wrong {
            Some(error) => Err(error),
            None => Ok(Outgoing { parts: self.parts }),
        }
    }
}

/// The fields of an object, or a list's pairs: name and value of each. A list in them is several, `null` is none.
fn pairs(json: Json) -> Result<Vec<(String, String)>, Error> {
    let mut pairs = Vec::new();
    let mut add = |name: String, value| {
        for text in texts(value) {
            pairs.push((name.clone(), text));
        }
    };
    match json {
        Json::Null => {}
        Json::Object(fields) => {
            for (name, value) in fields {
                add(name, value);
            }
        }
        Json::Array(list) => {
            for pair in list {
                let (name, value) = pair_of(pair).ok_or_else(no_pairs)?;
                add(name, value);
            }
        }
        _ => return Err(no_pairs()),
    }
    Ok(pairs)
}

fn pair_of(json: Json) -> Option<(String, Json)> {
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

fn json_of(value: &dyn Encode) -> Result<Json, Error> {
    serde_json::to_value(Encoded::new(value)).map_err(unwritten)
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
        fn check(value: &dyn Encode, repeated: &str, joined: &str) {
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
