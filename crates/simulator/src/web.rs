//! Small helpers that several vendors use: drained bodies, parameters, routes without regard to case.

mod ignore_case;
mod query;

use axum::body::Body;
use futures::StreamExt;

pub(crate) use ignore_case::Routes;
pub(crate) use query::Query;

/// More than any vendor's limit; what is sent beyond it meets a closed connection.
const DRAIN: usize = 128 * 1024 * 1024;

/// Reads a body to its end, so that a client still sending gets the answer instead of a broken pipe.
pub(crate) async fn drain(body: Body) {
    let mut stream = body.into_data_stream();
    let mut seen = 0;
    while let Some(Ok(piece)) = stream.next().await {
        seen += piece.len();
        if seen > DRAIN {
            return;
        }
    }
}
