//! One walk over all operations of an API, and what each call has to hold.

use std::collections::BTreeSet;

use axum::body::Bytes;
use keyfob::{
    Operation,
    client::{ByteStream, ResponseFuture},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    loosen,
    recorder::{Exchange, Recorder},
};

/// The walk over one API.
pub(crate) struct Walk {
    recorder: Recorder,
    called: BTreeSet<&'static str>,
    answered: Value,
}

/// The request that a call has to make.
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
    /// Texts that a multipart body has to hold.
    Multipart(Vec<String>),
}

impl Expected {
    /// A request with this method and path (as on the wire, encoded, with the simulator's prefix).
    pub(crate) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: Body::None }
    }

    /// A GET of this path.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    /// With this query pair, decoded; pairs are compared in any order.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// With exactly this JSON.
    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    /// With exactly these form fields, in any order.
    pub(crate) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.body = Body::Form(pairs(fields));
        self
    }

    /// With a multipart body that holds these texts.
    pub(crate) fn multipart(mut self, texts: &[&str]) -> Self {
        self.body = Body::Multipart(texts.iter().map(|&text| text.to_owned()).collect());
        self
    }
}

impl Walk {
    /// Begins a walk against a simulator at this address.
    pub(crate) async fn start(simulator: &str) -> Self {
        Self { recorder: Recorder::start(simulator).await, called: BTreeSet::new(), answered: Value::Null }
    }

    /// The address of the recording proxy, which stands for the simulator's.
    pub(crate) fn url(&self) -> &str {
        &self.recorder.url
    }

    /// Sends a call that is answered with JSON, and checks request and answer.
    pub(crate) async fn call<T: Serialize + DeserializeOwned + 'static>(
        &mut self,
        operation: &'static Operation,
        call: ResponseFuture<T>,
        expected: Expected,
    ) -> T {
        let id = operation.id;
        let answer = call.await.unwrap_or_else(|error| panic!("{id}: {error} {:?}", said(&error))).into_inner();
        let exchange = self.exchange(operation, &expected);
        let wire = match exchange.answer.trim_ascii() {
            b"" => Value::Null,
            body => {
                serde_json::from_slice(body).unwrap_or_else(|error| panic!("{id}: the answer is not JSON: {error}"))
            }
        };
        assert_same(id, &wire, &answer);
        assert_loose_forms::<T>(id, &wire);
        self.answered = wire;
        answer
    }

    /// Sends a call whose answer is a list; `null` elements are the list's business, not its rows'.
    pub(crate) async fn list<T: Serialize + DeserializeOwned + 'static>(
        &mut self,
        operation: &'static Operation,
        call: ResponseFuture<Vec<T>>,
        expected: Expected,
    ) -> Vec<T> {
        let id = operation.id;
        let rows = call.await.unwrap_or_else(|error| panic!("{id}: {error} {:?}", said(&error))).into_inner();
        let exchange = self.exchange(operation, &expected);
        let wire: Vec<Value> = serde_json::from_slice(&exchange.answer).unwrap();
        assert_eq!(rows.len(), wire.len(), "{id}");
        for (row, wire) in rows.iter().zip(&wire) {
            assert_same(id, wire, row);
        }
        for wire in wire.iter().take(3) {
            assert_loose_forms::<T>(id, wire);
        }
        rows
    }

    /// Sends a call whose answer has no body worth reading.
    pub(crate) async fn empty(&mut self, operation: &'static Operation, call: ResponseFuture<()>, expected: Expected) {
        call.await.unwrap_or_else(|error| panic!("{}: {error} {:?}", operation.id, said(&error)));
        self.exchange(operation, &expected);
    }

    /// Sends a call whose answer is text.
    pub(crate) async fn text(
        &mut self,
        operation: &'static Operation,
        call: ResponseFuture<String>,
        expected: Expected,
    ) -> String {
        let text =
            call.await.unwrap_or_else(|error| panic!("{}: {error} {:?}", operation.id, said(&error))).into_inner();
        assert_eq!(text.as_bytes(), self.exchange(operation, &expected).answer);
        text
    }

    /// Sends a call whose answer is a download.
    pub(crate) async fn download(
        &mut self,
        operation: &'static Operation,
        call: ResponseFuture<ByteStream>,
        expected: Expected,
    ) -> Bytes {
        let stream = call.await.unwrap_or_else(|error| panic!("{}: {error} {:?}", operation.id, said(&error)));
        let bytes = stream.into_inner().bytes().await.unwrap();
        assert_eq!(bytes, self.exchange(operation, &expected).answer);
        bytes
    }

    /// The JSON on the wire of the last answer to [`call`](Self::call), to compare what is sent back with.
    pub(crate) fn answered(&self) -> Value {
        self.answered.clone()
    }

    /// Leaves out what was sent since the last call: a look-up that is no call of the walk.
    pub(crate) fn forget(&mut self) {
        self.recorder.take();
    }

    /// The one exchange of a call, compared with what was expected; token requests do not count.
    fn exchange(&mut self, operation: &'static Operation, expected: &Expected) -> Exchange {
        let id = operation.id;
        self.called.insert(id);
        let mut exchanges = self.recorder.take();
        exchanges.retain(|exchange| !is_token_request(exchange));
        assert_eq!(exchanges.len(), 1, "{id}: {exchanges:?}");
        let exchange = exchanges.remove(0);
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
                    assert!(body.contains(text.as_str()), "{id}: the form does not hold {text}");
                }
            }
        }
        exchange
    }

    /// Ends the walk: all operations of the API were called, as many as its description has.
    pub(crate) fn finish(self, operations: &[&'static Operation], api: &str) {
        let all: BTreeSet<_> = operations.iter().map(|operation| operation.id).collect();
        let missing: Vec<_> = all.difference(&self.called).collect();
        assert!(missing.is_empty(), "{} operations were not called: {missing:?}", missing.len());
        let spec = format!("{}/../specs/{api}/openapi.yaml", env!("CARGO_MANIFEST_DIR"));
        let spec = std::fs::read_to_string(spec).unwrap();
        assert_eq!(all.len(), spec.matches("operationId: ").count(), "as many as are described");
    }
}

/// The typed value, written again, is the JSON that was on the wire, to the byte but for the order of keys.
#[track_caller]
pub(crate) fn assert_same<T: Serialize>(what: impl std::fmt::Display, wire: &Value, typed: &T) {
    assert_eq!(serde_json::to_value(typed).unwrap().to_string(), wire.to_string(), "{what}");
}

/// Every loose form of the JSON decodes, and is written again as it was, but for what the documentation says is dropped.
fn assert_loose_forms<T: Serialize + DeserializeOwned + 'static>(id: &str, wire: &Value) {
    for form in loosen::forms(wire) {
        let typed: T = serde_json::from_value(form.clone())
            .unwrap_or_else(|error| panic!("{id}: {error}: a loose form of the answer does not decode: {form}"));
        let typed = serde_json::to_value(typed).unwrap();
        assert_same(id, &loosen::without_noise(form), &loosen::without_noise(typed));
    }
}

/// What the service said, for the message of a failed test.
fn said(error: &keyfob::Error) -> (Option<String>, String) {
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

/// The pairs of a query or a form.
fn decoded(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}
