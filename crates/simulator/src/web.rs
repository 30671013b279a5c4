//! HTTP helpers that several vendors use.

mod authorization_name;
mod ignore_case;
mod query;

use axum::body::Body;
use futures::StreamExt;

pub(crate) use authorization_name::AuthorizationName;
pub(crate) use ignore_case::Routes;
pub(crate) use query::Query;

/// Maximum number of body bytes drained, more than any vendor's limit. For a longer body the connection is closed early.
const MAX_DRAINED_BYTES: usize = 128 * 1024 * 1024;

/// Reads a body to its end, so that a client that is still sending receives the response instead of a broken pipe.
pub(crate) async fn drain(body: Body) {
    let mut stream = body.into_data_stream();
    let mut length = 0;
    while let Some(Ok(chunk)) = stream.next().await {
        length += chunk.len();
        if length > MAX_DRAINED_BYTES {
            return;
        }
    }
}
