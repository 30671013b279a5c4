//! Reactions of the server to a request, as steps.

use std::time::Duration;

use bytes::Bytes;
use h2::Reason;

/// Headers of a response.
pub(crate) type Headers = Vec<(&'static str, String)>;

/// Delimitation of a response body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// `Content-Length` with this value, right or wrong.
    Length(u64),
    /// No announced length; chunks with HTTP/1.
    Streamed,
}

/// A step of the server's reaction to a request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Reads the request body.
    ReadBody,
    /// Reads the request body, `bytes` before each pause.
    ReadSlowly { bytes: usize, pause: Duration },
    /// Sends the head of the response.
    Head(u16, Headers, Framing),
    /// Sends a response with a status below 200.
    Informational(u16),
    /// Sends bytes of the body.
    Body(Bytes),
    /// Sends bytes without any framing. HTTP/1 only.
    Raw(Bytes),
    /// Ends the body.
    End,
    /// Ends the body with trailers.
    Trailers(Headers),
    /// Repeats steps until the client closes the stream.
    Forever(Vec<Step>),
    /// Waits briefly and advances the client's clock by a second.
    Tick,
    /// Advances the client's clock.
    Advance(Duration),
    /// Waits until the client closes the connection.
    Stall,
    /// Reads nothing more until the end of the scenario.
    NeverRead,
    /// Closes the connection.
    Close,
    /// Closes the connection with a TCP reset.
    Abort,
    /// Sends `RST_STREAM`. HTTP/2 only.
    Reset(Reason),
    /// Sends `GOAWAY`. HTTP/2 only.
    GoAway(Reason),
}

/// Reads the request, then responds with these steps.
pub(crate) fn reply(steps: impl IntoIterator<Item = Step>) -> Vec<Step> {
    [Step::ReadBody].into_iter().chain(steps).collect()
}

/// Sends the head of a response with status 200 and JSON.
pub(crate) fn head(framing: Framing) -> Step {
    Step::Head(200, vec![("content-type", "application/json".to_owned())], framing)
}

/// Sends the head of a response with this status and an announced body.
pub(crate) fn head_of(status: u16, length: u64) -> Step {
    Step::Head(status, Vec::new(), Framing::Length(length))
}

pub(crate) fn body(bytes: impl Into<Bytes>) -> Step {
    Step::Body(bytes.into())
}

/// Returns a complete response.
pub(crate) fn response(status: u16, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> Vec<Step> {
    let body = body.into();
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    reply([Step::Head(status, headers, Framing::Length(body.len() as u64)), Step::Body(body), Step::End])
}

/// Returns a complete response with an empty body.
pub(crate) fn status(status: u16) -> Vec<Step> {
    response(status, &[], "")
}

/// Returns a complete JSON response.
pub(crate) fn json(body: impl Into<Bytes>) -> Vec<Step> {
    response(200, &[("content-type", "application/json")], body)
}

/// Returns a redirect to this URL.
pub(crate) fn redirect(status: u16, location: &str) -> Vec<Step> {
    response(status, &[("location", location)], "canary")
}

/// Returns a response of these bytes and the end of the connection. HTTP/1 only.
pub(crate) fn raw(bytes: impl Into<Bytes>) -> Vec<Step> {
    reply([Step::Raw(bytes.into()), Step::Close])
}

/// Returns interim responses without end, a thousand in each second of the client's clock.
pub(crate) fn interim_responses() -> Vec<Step> {
    let mut round = vec![Step::Informational(103); 1000];
    round.push(Step::Tick);
    reply([Step::Forever(round)])
}

/// Returns a token response with these members besides the token.
pub(crate) fn token(members: &str) -> Vec<Step> {
    json(format!(r#"{{"access_token":"canary-token"{members}}}"#))
}
