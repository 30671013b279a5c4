//! Calls of all operations of an API, with the assertions made on each request and response.

use std::collections::BTreeSet;

use axum::body::Bytes;
use keyfob::{
    Operation,
    client::{ByteStream, ResponseFuture},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    examples::{self, Recorded},
    lenient,
    recorder::{Exchange, Recorder},
};

/// Progress of the calls of one API: the recording proxy and the operations called so far.
pub(crate) struct Walk {
    recorder: Recorder,
    called: BTreeSet<&'static str>,
    last_response: Value,
    /// Response bodies, from which the examples of the document are made.
    recorded: Recorded,
}

/// Request expected from a call.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    method: &'static str,
    path: String,
    query: Vec<(String, String)>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    None,
    Json(Value),
    Form(Vec<(String, String)>),
    /// Texts that the multipart body must contain.
    Multipart(Vec<String>),
}

impl Expected {
    /// Expects this method and path (percent-encoded, with the simulator's prefix).
    pub(crate) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: Body::None }
    }

    /// Expects a GET request with this path.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    /// Expects this decoded query pair; pairs are compared in any order.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Expects exactly this JSON body.
    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    /// Expects exactly these form fields, in any order.
    pub(crate) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.body = Body::Form(pairs(fields));
        self
    }

    /// Expects a multipart body that contains these texts.
    pub(crate) fn multipart(mut self, texts: &[&str]) -> Self {
        self.body = Body::Multipart(texts.iter().map(|&text| text.to_owned()).collect());
        self
    }
}

impl Walk {
    /// Starts a recording proxy in front of the simulator at this URL.
    pub(crate) async fn start(simulator: &str) -> Self {
        Self {
            recorder: Recorder::start(simulator).await,
            called: BTreeSet::new(),
            last_response: Value::Null,
            recorded: Recorded::new(),
        }
    }

    /// Returns the URL of the recording proxy, to be used as the simulator's.
    pub(crate) fn url(&self) -> &str {
        &self.recorder.url
    }

    /// Sends a call with a JSON response, and checks request and response.
    pub(crate) async fn call<T: Serialize + DeserializeOwned + 'static>(
        &mut self,
        operation: &'static Operation,
        call: ResponseFuture<T>,
        expected: Expected,
    ) -> T {
        let id = operation.id;
        let response = call.await.unwrap_or_else(|error| panic!("{id}: {error} {:?}", details(&error))).into_inner();
        let exchange = self.exchange(operation, &expected);
        let wire = match exchange.response_body.trim_ascii() {
            b"" => Value::Null,
            body => {
                serde_json::from_slice(body).unwrap_or_else(|error| panic!("{id}: the response is not JSON: {error}"))
            }
        };
        assert_same(id, &wire, &response);
        assert_lenient_variants::<T>(id, &wire);
        self.last_response = wire;
        response
    }

    /// Sends a call with a list response, and checks the request and each row. Lenient variants are tried per row,
    /// because `null` elements of a list are dropped.
    pub(crate) async fn list<T: Serialize + DeserializeOwned + 'static>(
        &mut self,
        operation: &'static Operation,
        call: ResponseFuture<Vec<T>>,
        expected: Expected,
    ) -> Vec<T> {
        let id = operation.id;
        let rows = call.await.unwrap_or_else(|error| panic!("{id}: {error} {:?}", details(&error))).into_inner();
        let exchange = self.exchange(operation, &expected);
        let wire: Vec<Value> = serde_json::from_slice(&exchange.response_body).unwrap();
        assert_eq!(rows.len(), wire.len(), "{id}");
        for (row, wire) in rows.iter().zip(&wire) {
            assert_same(id, wire, row);
        }
        for wire in wire.iter().take(3) {
            assert_lenient_variants::<T>(id, wire);
        }
        rows
    }

    /// Sends a call whose response body is ignored.
    pub(crate) async fn empty(&mut self, operation: &'static Operation, call: ResponseFuture<()>, expected: Expected) {
        call.await.unwrap_or_else(|error| panic!("{}: {error} {:?}", operation.id, details(&error)));
        self.exchange(operation, &expected);
    }

    /// Sends a call with a text response.
    pub(crate) async fn text(
        &mut self,
        operation: &'static Operation,
        call: ResponseFuture<String>,
        expected: Expected,
    ) -> String {
        let text =
            call.await.unwrap_or_else(|error| panic!("{}: {error} {:?}", operation.id, details(&error))).into_inner();
        assert_eq!(text.as_bytes(), self.exchange(operation, &expected).response_body);
        text
    }

    /// Sends a call with a binary response.
    pub(crate) async fn download(
        &mut self,
        operation: &'static Operation,
        call: ResponseFuture<ByteStream>,
        expected: Expected,
    ) -> Bytes {
        let stream = call.await.unwrap_or_else(|error| panic!("{}: {error} {:?}", operation.id, details(&error)));
        let bytes = stream.into_inner().bytes().await.unwrap();
        assert_eq!(bytes, self.exchange(operation, &expected).response_body);
        bytes
    }

    /// Returns the JSON response of the last [`call`](Self::call), from which tests build expected update bodies.
    pub(crate) fn last_response(&self) -> Value {
        self.last_response.clone()
    }

    /// Discards the exchanges since the last call, made by a request that is only a lookup.
    pub(crate) fn discard(&mut self) {
        self.recorder.take();
    }

    /// Takes the only exchange of a call, token requests excepted, and compares its request with the expected one.
    fn exchange(&mut self, operation: &'static Operation, expected: &Expected) -> Exchange {
        let id = operation.id;
        self.called.insert(id);
        let mut exchanges = self.recorder.take();
        exchanges.retain(|exchange| exchange.path == expected.path || !is_token_request(exchange));
        assert_eq!(exchanges.len(), 1, "{id}: {exchanges:?}");
        let exchange = exchanges.remove(0);
        self.recorded.entry(id).or_default().push(exchange.response_body.clone());
        assert_eq!((exchange.method.as_str(), &exchange.path), (expected.method, &expected.path), "{id}");
        let (mut query, mut wanted) = (decoded(exchange.query.as_bytes()), expected.query.clone());
        query.sort();
        wanted.sort();
        assert_eq!(query, wanted, "{id}: query");
        match &expected.body {
            Body::None => assert!(exchange.body.is_empty(), "{id}: a body was sent: {:?}", exchange.body),
            Body::Json(wanted) => {
                assert!(exchange.content_type.starts_with("application/json"), "{id}: {}", exchange.content_type);
                assert_eq!(&serde_json::from_slice::<Value>(&exchange.body).unwrap(), wanted, "{id}: body");
            }
            Body::Form(wanted) => {
                assert_eq!(exchange.content_type, "application/x-www-form-urlencoded", "{id}");
                let (mut fields, mut wanted) = (decoded(&exchange.body), wanted.clone());
                fields.sort();
                wanted.sort();
                assert_eq!(fields, wanted, "{id}: form");
            }
            Body::Multipart(texts) => {
                assert!(
                    exchange.content_type.starts_with("multipart/form-data; boundary="),
                    "{id}: {}",
                    exchange.content_type
                );
                let body = String::from_utf8_lossy(&exchange.body);
                for text in texts {
                    assert!(body.contains(text.as_str()), "{id}: the form does not contain {text}");
                }
            }
        }
        exchange
    }

    /// Asserts that all operations of the API were called, that there are as many as in its document, and that the
    /// examples of the document are responses of the simulator.
    pub(crate) fn finish(self, operations: &[&'static Operation], api: &str) {
        let all: BTreeSet<_> = operations.iter().map(|operation| operation.id).collect();
        let missing: Vec<_> = all.difference(&self.called).collect();
        assert!(missing.is_empty(), "{} operations were not called: {missing:?}", missing.len());
        let spec = format!("{}/../specs/{api}/openapi.yaml", env!("CARGO_MANIFEST_DIR"));
        let spec = std::fs::read_to_string(spec).unwrap();
        assert_eq!(all.len(), spec.matches("operationId: ").count(), "the document has another number of operations");
        examples::check(api, &self.recorded);
    }
}

/// Asserts that the typed value serializes to the JSON of the wire; only the order of keys may differ.
#[track_caller]
pub(crate) fn assert_same<T: Serialize>(context: impl std::fmt::Display, wire: &Value, typed: &T) {
    assert_eq!(serde_json::to_value(typed).unwrap().to_string(), wire.to_string(), "{context}");
}

/// Asserts that lenient variants of the JSON decode, and serialize unchanged except for values that decoding may drop.
fn assert_lenient_variants<T: Serialize + DeserializeOwned + 'static>(id: &str, wire: &Value) {
    for variant in lenient::variants(wire) {
        let typed: T = serde_json::from_value(variant.clone()).unwrap_or_else(|error| {
            panic!("{id}: {error}: a lenient variant of the response does not decode: {variant}")
        });
        let typed = serde_json::to_value(typed).unwrap();
        assert_same(id, &lenient::without_dropped(variant), &lenient::without_dropped(typed));
    }
}

/// Returns the cause and the body of an error response, for the message of a failed test.
fn details(error: &keyfob::Error) -> (Option<String>, String) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    (cause, error.service_error().map(|api| String::from_utf8_lossy(api.body()).into_owned()).unwrap_or_default())
}

fn is_token_request(exchange: &Exchange) -> bool {
    exchange.method == "POST"
        && ["/token", "/users/login", "/users/refresh", "/users/application-token"]
            .iter()
            .any(|end| exchange.path.ends_with(end))
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Decodes the pairs of a query or a form.
fn decoded(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}
