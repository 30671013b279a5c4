//! The call log: endpoint, user and outcome of the latest calls.

use axum::body::{Body, Bytes};
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use crate::itempath::app::App;
use crate::itempath::context::Context;
use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};

/// Maximum number of logged calls; older ones are dropped.
const MAX_CALLS: usize = 500;
/// Maximum number of characters logged of a request or response body.
const MAX_BODY_CHARS: usize = 4_000;

/// A call in progress.
pub(in crate::itempath) struct Call {
    method: Method,
    endpoint: String,
    body: Option<String>,
    user: Row,
}

impl Call {
    pub(in crate::itempath) fn start(head: &Parts, body: &Bytes, user: &Row) -> Self {
        Self {
            method: head.method.clone(),
            endpoint: head.uri.path().to_owned(),
            body: redacted(body),
            user: user.clone(),
        }
    }

    /// Logs the outcome and returns the response.
    pub(in crate::itempath) async fn finish(self, app: &App, response: Response) -> Response {
        let (head, body) = response.into_parts();
        // Bodies of successful reads are not logged, because they may be large.
        let is_successful_read = self.method == Method::GET && head.status.is_success();
        let (text, body) = if is_successful_read {
            (None, body)
        } else {
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
            (truncated(&bytes), Body::from(bytes))
        };
        let is_error = head.status.is_client_error() || head.status.is_server_error();
        let row = json!({
            "body": self.body,
            "code": head.status.as_u16(),
            "endpoint": self.endpoint,
            "error": text.as_ref().filter(|_| is_error),
            "response": text,
            "username": self.user["username"],
            "~userId": self.user["id"],
        });
        let mut store = app.store();
        record(app, &mut store, row);
        drop(store);
        Response::from_parts(head, body)
    }
}

fn record(app: &App, store: &mut Store, row: Value) {
    let Value::Object(mut row) = row else { return };
    let mut context = Context::new(store, app.now(), &Row::new());
    row.insert("creationDate".to_owned(), context.timestamp().into());
    let id = context.insert("calls", row);
    let table = store.table_mut("calls");
    if let Some(row) = table.get_mut(&id) {
        // Derived from the id, so that each run logs the same duration.
        let duration = 12 + row::id(row).bytes().map(u64::from).sum::<u64>() * 7 % 41;
        row.insert("duration".to_owned(), duration.into());
    }
    table.retain_newest(MAX_CALLS);
}

fn redacted(body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            if let Some(password) = value.get_mut("password") {
                *password = "********".into();
            }
            truncated(value.to_string().as_bytes())
        }
        Err(_) => truncated(body),
    }
}

fn truncated(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    (!text.is_empty()).then(|| text.chars().take(MAX_BODY_CHARS).collect())
}
