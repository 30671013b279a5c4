//! Assembly of a request from an operation's parameters and body.

use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue},
};
use serde::Serialize;
use url::form_urlencoded;

use crate::{
    encode::{Encode, Encoded},
    error::{Error, ErrorKind},
    operation::Operation,
    request::{
        params,
        path::{Path, encode_path},
        prepared::{PreparedRequest, RequestParts},
    },
    session::Session,
};

/// A request under construction.
///
/// The first error is stored and returned by `finish`, so that generated code has no error handling.
#[derive(Debug)]
pub struct RequestBuilder {
    pub(crate) parts: Box<RequestParts>,
    error: Option<Error>,
}

/// The part of an operation's builder that knows the operation's parameters; implemented by generated code.
pub trait BuildRequest {
    /// Adds the literals and parameters of the path.
    fn path(&self, path: &mut Path<'_>);

    /// Adds query, headers and body.
    fn build(&self, request: &mut RequestBuilder);
}

impl RequestBuilder {
    /// Builds the request of an operation.
    ///
    /// # Errors
    ///
    /// If the client has no base URL for the operation's host, or a parameter cannot be serialized or is not valid
    /// HTTP.
    pub fn build(
        session: &Session,
        operation: &Operation,
        parameters: &dyn BuildRequest,
    ) -> Result<PreparedRequest, Error> {
        let mut path = session.0.path(operation.host).map_err(|error| error.at(operation.api, operation))?;
        parameters.path(&mut path);
        let mut request = Self::of(operation, path)?;
        parameters.build(&mut request);
        request.finish()
    }

    /// Starts a request of this operation.
    pub(crate) fn of(operation: &Operation, path: Path<'_>) -> Result<Self, Error> {
        let url = path.url()?;
        let method = Method::from_bytes(operation.method.as_bytes()).map_err(|error| {
            Error::new(ErrorKind::Rejected, "the operation's description has an invalid HTTP method").with_source(error)
        })?;
        Ok(Self::new(method, url))
    }

    /// Starts a request.
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self { parts: RequestParts::new(method, url), error: None }
    }

    /// Replaces host and path, and preserves the query.
    pub(crate) fn at_host(mut self, host: &'static str, mut url: Url) -> Self {
        url.set_query(self.parts.url.query());
        self.parts.url = url;
        self.parts.host = Some(host);
        self
    }

    /// Sets the `Accept` header.
    pub fn accept(&mut self, media_type: &'static str) {
        self.parts.accept = Some(HeaderValue::from_static(media_type));
    }

    /// Adds a header parameter: no header for `null`, several for a list.
    pub fn header(&mut self, name: &'static str, value: &dyn Encode) {
        let headers = &mut self.parts.headers;
        let added = HeaderName::from_bytes(name.as_bytes()).map_err(invalid_header_name).and_then(|name| {
            for value in params::texts(params::json_of(value)?) {
                headers.append(&name, header_value(&value)?);
            }
            Ok(())
        });
        self.store(added);
    }

    /// Adds a query parameter; several values are repeated: `id=1&id=2`.
    pub fn query(&mut self, name: &str, value: &dyn Encode) {
        for value in self.values(value) {
            self.pair(name, &value);
        }
    }

    /// Adds a query parameter whose values are one pair, separated by commas: `id=1,2`.
    pub fn query_joined(&mut self, name: &str, value: &dyn Encode) {
        self.query_separated(name, value, ',');
    }

    /// Adds a query parameter whose values are one pair, with this separator: `id=1|2`.
    pub fn query_separated(&mut self, name: &str, value: &dyn Encode, separator: char) {
        let values = self.values(value);
        if !values.is_empty() {
            self.pair(name, &values.join(separator.encode_utf8(&mut [0; 4])));
        }
    }

    /// Adds a cookie, whose value is percent-encoded; none for `null`.
    pub fn cookie(&mut self, name: &'static str, value: &dyn Encode) {
        for value in self.values(value) {
            let headers = &mut self.parts.headers;
            let others = headers.get(&COOKIE).and_then(|value| value.to_str().ok());
            let others = others.map(|others| format!("{others}; ")).unwrap_or_default();
            let added = header_value(&format!("{others}{name}={}", encode_path(&value)));
            let added = added.map(|mut value| {
                value.set_sensitive(true);
                self.parts.headers.insert(COOKIE, value);
            });
            self.store(added);
        }
    }

    /// Adds query parameters whose names the caller has chosen. Those in `single` have a setter of their own, and must
    /// not be sent twice.
    pub fn open_query(&mut self, pairs: &[(String, String)], single: &[&str]) {
        for (name, value) in pairs {
            if name.is_empty() {
                self.store(Err(Error::rejected("a query parameter has an empty name: name the field to filter on")));
            } else if single.contains(&name.as_str()) {
                self.store(Err(Error::rejected(format!("`{name}` is not a filter: use the setter of that name"))));
            } else {
                self.pair(name, value);
            }
        }
    }

    /// Authorizes the request with this bearer token, in place of the client's credentials.
    pub fn bearer(&mut self, token: &str) {
        let added = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|error| {
            Error::new(ErrorKind::Rejected, "the token contains a character that is not valid in an HTTP header")
                .with_source(error)
        });
        let added = added.map(|mut value| {
            value.set_sensitive(true);
            self.parts.headers.insert(AUTHORIZATION, value);
        });
        self.store(added);
    }

    fn values(&mut self, value: &dyn Encode) -> Vec<String> {
        match params::json_of(value) {
            Ok(json) => params::texts(json),
            Err(error) => {
                self.store(Err(error));
                Vec::new()
            }
        }
    }

    /// Stores the first error.
    fn store(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }

    /// Adds query parameters: the pairs of a list, or the fields of an object.
    pub(crate) fn query_pairs(&mut self, pairs: &impl Serialize) {
        let added = serde_json::to_value(pairs).map_err(params::not_serializable).and_then(params::pairs);
        let added = added.map(|pairs| {
            for (name, value) in pairs {
                self.pair(&name, &value);
            }
        });
        self.store(added);
    }

    /// Adds one pair to the query.
    pub(crate) fn pair(&mut self, name: &str, value: &str) {
        self.parts.url.query_pairs_mut().append_pair(name, value);
    }

    /// Sets the body to JSON, with this media type.
    pub fn json(&mut self, body: &dyn Encode, media_type: &'static str) {
        self.serialized(&Encoded::new(body), media_type);
    }

    /// Sets the body to the JSON of a value that implements serde's trait.
    pub(crate) fn serialized(&mut self, body: &impl Serialize, media_type: &'static str) {
        let added = serde_json::to_vec(body).map_err(params::not_serializable).map(|body| self.bytes(body, media_type));
        self.store(added);
    }

    /// Sets the body to a URL-encoded form. Fields that are objects are sent as JSON text.
    pub fn form(&mut self, body: &dyn Encode) {
        let fields = params::json_of(body).and_then(params::pairs);
        self.encoded_form(fields);
    }

    /// Sets the body to a URL-encoded form: the pairs of a list, or the fields of an object.
    pub(crate) fn form_pairs(&mut self, pairs: &impl Serialize) {
        self.encoded_form(serde_json::to_value(pairs).map_err(params::not_serializable).and_then(params::pairs));
    }

    fn encoded_form(&mut self, fields: Result<Vec<(String, String)>, Error>) {
        let added = fields.map(|fields| {
            let mut encoded = form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                encoded.append_pair(&name, &value);
            }
            self.bytes(encoded.finish(), "application/x-www-form-urlencoded");
        });
        self.store(added);
    }

    /// Sets the body to bytes of this media type.
    pub fn bytes(&mut self, body: impl Into<Bytes>, media_type: &'static str) {
        self.parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.parts.body = Some(body.into());
    }

    /// Returns the request, or the first error.
    pub(crate) fn finish(self) -> Result<PreparedRequest, Error> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(PreparedRequest { parts: self.parts }),
        }
    }
}

fn invalid_header_name(error: reqwest::header::InvalidHeaderName) -> Error {
    Error::new(ErrorKind::Rejected, "the operation's description has an invalid header name").with_source(error)
}

/// Converts a parameter into a header value.
fn header_value(value: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(value).or_else(|_| HeaderValue::from_bytes(value.as_bytes())).map_err(|error| {
        Error::new(ErrorKind::Rejected, "a header parameter contains a character that is not valid in an HTTP header")
            .with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request() -> RequestBuilder {
        RequestBuilder::new(Method::POST, Url::parse("http://x/y").unwrap())
    }

    #[test]
    fn query_values_are_absent_single_repeated_or_joined() {
        #[track_caller]
        fn check(value: &dyn Encode, repeated: &str, joined: &str) {
            let mut request = request();
            request.query("a", value);
            assert_eq!(request.parts.url.query().unwrap_or("none"), repeated);
            let mut request = self::request();
            request.query_joined("a", value);
            assert_eq!(request.parts.url.query().unwrap_or("none"), joined);
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
    fn debug_output_shows_no_query_header_or_body() {
        let mut request = RequestBuilder::new(Method::POST, Url::parse("http://x/canary").unwrap());
        request.query("q", &"canary".to_owned());
        request.header("x-company", &"canary".to_owned());
        request.json(&json!({"name": "canary"}), "application/json");
        assert!(!format!("{request:?}").contains("canary"), "{request:?}");
        let prepared = request.finish().unwrap();
        assert!(!format!("{prepared:?}").contains("canary"), "{prepared:?}");
        assert_eq!(prepared.parts.request().body().unwrap().as_bytes(), Some(&br#"{"name":"canary"}"#[..]));
    }

    #[test]
    fn a_form_is_url_encoded() {
        let mut request = request();
        request.form(&json!({"name": "Å b&c", "n": 5, "none": null}));
        let request = request.finish().unwrap().parts.request();
        assert_eq!(request.headers()[CONTENT_TYPE], "application/x-www-form-urlencoded");
        assert_eq!(request.body().unwrap().as_bytes(), Some(&b"n=5&name=%C3%85+b%26c"[..]));
    }

    #[test]
    fn an_invalid_header_value_is_rejected_without_being_quoted() {
        let mut request = request();
        request.header("x-company", &"canary\r\nX: y".to_owned());
        request.header("x-other", &"1".to_owned());
        let error = request.finish().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
        let mut request = self::request();
        request.header("x-company", &Some("å".to_owned()));
        request.header("x-other", &None::<String>);
        assert_eq!(request.parts.headers["x-company"], "å".as_bytes());
        assert_eq!(request.parts.headers.len(), 1);
    }
}
