//! The call log: what was called, by whom, with which outcome. The newest calls are kept.

use axum::body::{Body, Bytes};
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use super::engine::Work;
use super::state::App;
use super::store::{self, Row};

/// Calls that are kept.
const MOST: usize = 500;
/// Characters of a body or an answer that are kept.
const LONGEST: usize = 4_000;

/// A call that is under way.
pub(super) struct Call {
    method: Method,
    endpoint: String,
    body: Option<String>,
    user: Row,
}

impl Call {
    pub(super) fn begin(head: &Parts, body: &Bytes, user: &Row) -> Self {
        Self {
            method: head.method.clone(),
            endpoint: head.uri.path().to_owned(),
            body: without_password(body),
            user: user.clone(),
        }
    }

    /// Notes the outcome and passes the answer on.
    pub(super) async fn end(self, app: &App, response: Response) -> Response {
        let (head, body) = response.into_parts();
        // Answers of reads may be large, and nobody looks them up; those of writes and refusals are of use.
        let quiet = self.method == Method::GET && head.status.is_success();
        let (text, body) = if quiet {
            (None, body)
        } else {
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
            (shortened(&bytes), Body::from(bytes))
        };
        let refused = head.status.is_client_error() || head.status.is_server_error();
        let row = json!({
            "body": self.body,
            "code": head.status.as_u16(),
            "endpoint": self.endpoint,
            "error": text.as_ref().filter(|_| refused),
            "response": text,
            "username": self.user["username"],
            "~userId": self.user["id"],
        });
        let mut store = app.store();
        note(app, &mut store, row);
        drop(store);
        Response::from_parts(head, body)
    }
}

fn note(app: &App, store: &mut store::Store, row: Value) {
    let Value::Object(mut row) = row else { return };
    let mut work = Work::new(store, app.now(), &Row::new());
    row.insert("creationDate".to_owned(), work.next_timestamp().into());
    let id = work.insert("calls", row);
    let table = store.table_mut("calls");
    if let Some(row) = table.get_mut(&id) {
        // Invented, so that it is the same in each run.
        let duration = 12 + store::integer(row, "id") * 7 % 41;
        row.insert("duration".to_owned(), duration.into());
    }
    table.keep(MOST);
}

fn without_password(body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            if let Some(password) = value.get_mut("password") {
                *password = "********".into();
            }
            shortened(value.to_string().as_bytes())
        }
        Err(_) => shortened(body),
    }
}

fn shortened(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    (!text.is_empty()).then(|| text.chars().take(LONGEST).collect())
}
