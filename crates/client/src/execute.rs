//! One call from its request to its answer: authorize, send, renew, retry.

use std::time::Duration;

use bytes::Bytes;
use keyfob_auth::{Generation, Rejection};
use reqwest::{
    Body, Method, Request, Response, StatusCode, Url,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap},
};
use tracing::{Instrument, Span, field::Empty};

use crate::{
    ApiError, CallOptions, Error, ErrorKind, Operation, Repeat, Session,
    draft::{Outgoing, Payload},
    redirect, retry,
};

/// What is kept of an error's body.
const LARGEST_ERROR: u64 = 64 * 1024;

/// An answer that was read to its end.
pub(crate) struct Whole {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// How much of an answer belongs to the attempt.
enum Reading<'a> {
    /// All of it, into this buffer: a connection that breaks within the body fails the attempt.
    Whole(&'a mut Vec<u8>),
    /// Its headers.
    Open,
}

enum Answer {
    Whole(Whole),
    Open(Response),
}

/// How an attempt failed, as far as another attempt depends on it.
struct Failure {
    error: Error,
    /// The service does not accept this token.
    rejected: Option<Generation>,
    /// The service has not seen the request.
    unsent: bool,
    /// The same request may succeed later.
    transient: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, rejected: None, unsent: false, transient: false }
    }
}

impl Failure {
    fn transport(error: reqwest::Error) -> Self {
        let (unsent, broken) = (error.is_connect(), !error.is_builder());
        Self { unsent, transient: broken, ..Error::from_transport(error).into() }
    }
}

impl Session {
    /// Sends a request, and reads its answer to the end within the same attempt, into this buffer.
    pub(crate) async fn buffered(
        &self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
        mut room: Vec<u8>,
    ) -> Result<Whole, Error> {
        match self.call(operation, request, call, Reading::Whole(&mut room)).await? {
            Answer::Whole(whole) => Ok(whole),
            Answer::Open(_) => unreachable!("an answer is read as it was asked for"),
        }
    }

    /// Sends a request, and gives its answer back as soon as its headers are there.
    pub(crate) async fn streamed(
        &self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
    ) -> Result<Response, Error> {
        match self.call(operation, request, call, Reading::Open).await? {
            Answer::Open(response) => Ok(response),
            Answer::Whole(_) => unreachable!("an answer is read as it was asked for"),
        }
    }

    async fn call(
        &self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
        reading: Reading<'_>,
    ) -> Result<Answer, Error> {
        let span = tracing::info_span!(
            "call",
            otel.name = %format_args!("{} {}", operation.method, operation.path),
            otel.kind = "client",
            otel.status_code = Empty,
            api = self.0.api,
            operation = operation.id,
            http.request.method = operation.method,
            url.template = operation.path,
            server.address = Empty,
            http.response.status_code = Empty,
            http.request.resend_count = Empty,
            error.type = Empty,
            duration_ms = Empty,
        );
        let started = self.0.clock.now();
        let result = async {
            let outgoing = request?;
            self.attempts(operation, &outgoing, call, reading, started).await
        }
        .instrument(span.clone())
        .await
        .map_err(|error| error.at(self.0.api, operation));
        if span.is_disabled() {
            return result;
        }
        if let Err(error) = &result {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", tracing::field::debug(error.kind()));
        }
        span.record(
            "duration_ms",
            u64::try_from(self.0.clock.now().saturating_sub(started).as_millis()).unwrap_or(u64::MAX),
        );
        result
    }

    async fn attempts(
        &self,
        operation: &'static Operation,
        outgoing: &Outgoing,
        call: CallOptions,
        mut reading: Reading<'_>,
        started: Duration,
    ) -> Result<Answer, Error> {
        let repeatable = match &outgoing.payload {
            Payload::Inline => true,
            Payload::Upload(upload) => upload.is_repeatable(),
            Payload::Form(form) => form.is_repeatable(),
        };
        let safe = operation.repeat == Repeat::Safe || call.idempotent;
        let mut schedule = None;
        let (mut renewed, mut resends) = (false, 0_u32);
        loop {
            let failure = match self.attempt(operation, outgoing, call, &mut reading).await {
                Ok(answer) => {
                    self.0.budget.deposit();
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            // Told of every rejection, also of one that cannot be answered by a replay: the next call then renews.
            let replay = match (failure.rejected, &self.0.authenticator) {
                (Some(generation), Some(authenticator)) => authenticator.reject(generation) == Rejection::Replay,
                _ => false,
            };
            if replay && repeatable && !renewed {
                renewed = true;
            } else {
                let again = repeatable && !call.no_retry && (failure.unsent || failure.transient && safe);
                let elapsed = self.0.clock.now().saturating_sub(started);
                let schedule = schedule.get_or_insert_with(|| self.0.retry.schedule());
                let delay = if again { schedule.next(elapsed, failure.error.retry_after()) } else { None };
                match delay {
                    Some(delay) if self.0.budget.withdraw() => {
                        tracing::debug!(reason = ?failure.error.kind(), delay_ms = delay.as_secs_f64() * 1e3, "retrying");
                        self.0.clock.sleep(delay).await;
                    }
                    _ => return Err(failure.error),
                }
            }
            resends += 1;
            Span::current().record("http.request.resend_count", resends);
        }
    }

    /// Sends it once. What few calls need is boxed, so that the others have no room for it.
    async fn attempt(
        &self,
        operation: &'static Operation,
        outgoing: &Outgoing,
        call: CallOptions,
        reading: &mut Reading<'_>,
    ) -> Result<Answer, Failure> {
        #[cfg(feature = "rate-limit")]
        if let Some(limiter) = &self.0.limiter {
            limiter.ready().await;
        }
        let mut request = outgoing.request.try_clone().ok_or_else(|| {
            Error::new(ErrorKind::Rejected, "the body is a stream that cannot be repeated: send it as an `Upload`")
        })?;
        match &outgoing.payload {
            Payload::Inline => {}
            Payload::Upload(upload) => {
                let (body, length) = Box::pin(upload.open()).await?;
                fill(&mut request, body, length);
            }
            Payload::Form(form) => {
                let (body, length, media_type) = Box::pin(form.open()).await?;
                fill(&mut request, body, length);
                request.headers_mut().insert(CONTENT_TYPE, media_type);
            }
        }
        if let Some(timeout) = call.timeout.or(self.0.timeout) {
            *request.timeout_mut() = Some(timeout);
        }
        Span::current().record("server.address", request.url().host_str());
        let mut generation = None;
        if let Some(authenticator) = self.authenticator_for(operation.server) {
            let authorization = authenticator.authorization().await.map_err(Error::from_auth)?;
            authorization.apply(request.headers_mut());
            generation = Some(authorization.generation());
        }
        let read_only = matches!(*request.method(), Method::GET | Method::HEAD);
        let method = request.method().clone();
        let mut response = self.0.http.execute(request).await.map_err(Failure::transport)?;
        if read_only && response.status().is_redirection() {
            let redirected = self.redirected(outgoing, method, response, generation);
            (response, generation) = Box::pin(redirected).await?;
        }
        Span::current().record("http.response.status_code", response.status().as_u16());
        if response.status().is_success() {
            return match reading {
                Reading::Open => Ok(Answer::Open(response)),
                Reading::Whole(room) => self.read(response, generation, room).await.map(Answer::Whole),
            };
        }
        Err(Box::pin(self.refusal(response, generation)).await)
    }

    /// Goes where a service sends a read, without showing the credentials to another origin.
    async fn redirected(
        &self,
        outgoing: &Outgoing,
        method: Method,
        mut response: Response,
        mut generation: Option<Generation>,
    ) -> Result<(Response, Option<Generation>), Failure> {
        let (origin, plain) = (outgoing.request.url(), outgoing.request.headers());
        let mut hops = redirect::Hops::new(origin.clone());
        while let Some(target) = hops.next(&response)? {
            let mut request = Request::new(method.clone(), target.url);
            *request.headers_mut() = plain.clone();
            request.headers_mut().remove(HOST);
            match generation {
                Some(_) if target.same_origin => {
                    let authenticator =
                        self.0.authenticator.as_ref().expect("a generation comes from an authenticator");
                    authenticator.authorization().await.map_err(Error::from_auth)?.apply(request.headers_mut());
                }
                _ => generation = None,
            }
            response = self.0.http.execute(request).await.map_err(Failure::transport)?;
        }
        Ok((response, generation))
    }

    /// The failure of an answer whose status is no success.
    async fn refusal(&self, response: Response, generation: Option<Generation>) -> Failure {
        let status = response.status();
        let retry_after = keyfob_auth::retry_after(response.headers(), self.0.clock.wall());
        let body = collect(response, LARGEST_ERROR, true, &mut Vec::new()).await.unwrap_or_default();
        self.refused(status, retry_after, body, generation)
    }

    fn refused(
        &self,
        status: StatusCode,
        retry_after: Option<Duration>,
        body: Bytes,
        generation: Option<Generation>,
    ) -> Failure {
        Failure {
            error: Error::from_status(status, retry_after, ApiError::read(body)),
            rejected: generation.filter(|_| self.0.rejections.contains(&status)),
            unsent: false,
            transient: retry::is_transient(status),
        }
    }

    async fn read(
        &self,
        mut response: Response,
        generation: Option<Generation>,
        room: &mut Vec<u8>,
    ) -> Result<Whole, Failure> {
        let status = response.status();
        let limit = self.0.largest_answer;
        let headers = std::mem::take(response.headers_mut());
        let body = collect(response, limit, false, room).await?;
        if self.0.status_in_body
            && let Some(status) = status_in_body(&body)
        {
            let retry_after = keyfob_auth::retry_after(&headers, self.0.clock.wall());
            let start = body.slice(..body.len().min(usize::try_from(LARGEST_ERROR).unwrap_or(usize::MAX)));
            return Err(self.refused(status, retry_after, start, generation));
        }
        Ok(Whole { status, headers, body })
    }
}

/// Gives a request its body, of this many bytes if that is known.
fn fill(request: &mut Request, body: Body, length: Option<u64>) {
    *request.body_mut() = Some(body);
    if let Some(length) = length {
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
}

/// The status of a failure that the body names at its top, whatever the status of the answer was.
fn status_in_body(body: &[u8]) -> Option<StatusCode> {
    #[derive(serde::Deserialize)]
    struct Top {
        #[serde(default)]
        status: serde_json::Value,
    }

    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    // Serde would take a list for the members in their order.
    if !body.starts_with(b"{") {
        return None;
    }
    let status = match serde_json::from_str::<Top>(&String::from_utf8_lossy(body)).ok()?.status {
        serde_json::Value::Number(number) => number.as_u64()?,
        serde_json::Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let status = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
}

/// Reads a body up to `limit` bytes; a longer one is cut or refused. One that does not come in one piece is put together
/// in `room`.
async fn collect(mut response: Response, limit: u64, cut: bool, room: &mut Vec<u8>) -> Result<Bytes, Failure> {
    let too_large = || {
        let message = format!("the answer is larger than {limit} bytes: raise the limit when building the client");
        Failure::from(Error::new(ErrorKind::Unexpected, message).with_status(StatusCode::OK))
    };
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limit) && !cut {
        return Err(too_large());
    }
    let Some(first) = response.chunk().await.map_err(Failure::transport)? else {
        return Ok(Bytes::new());
    };
    if announced == Some(first.len() as u64) {
        return Ok(first);
    }
    let expected = announced.unwrap_or(0).min(limit).min(8 * 1024 * 1024);
    room.clear();
    room.reserve_exact(usize::try_from(expected).unwrap_or(0).max(first.len()));
    room.extend_from_slice(&first);
    while let Some(chunk) = response.chunk().await.map_err(Failure::transport)? {
        room.extend_from_slice(&chunk);
        if room.len() as u64 > limit {
            if !cut {
                return Err(too_large());
            }
            room.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            break;
        }
    }
    Ok(std::mem::take(room).into())
}

/// How long an attempt may take to connect, unless the caller says otherwise.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a service may be silent within an answer, unless the caller says otherwise.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Whether two addresses have scheme, host and port in common.
pub(crate) fn same_origin(left: &Url, right: &Url) -> bool {
    left.scheme() == right.scheme()
        && left.host() == right.host()
        && left.port_or_known_default() == right.port_or_known_default()
}
