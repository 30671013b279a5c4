//! One call from its request to its answer: authorize, send, renew, retry.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::Either;
use keyfob_auth::{Authorization, Generation, Rejection};
use reqwest::{
    Method, Request, Response, StatusCode, Url,
    header::{HOST, HeaderMap},
};
use tracing::{Instrument, Span, field::Empty};

use crate::{
    ApiError, CallOptions, Error, Operation, Repeat, Session, body,
    outgoing::{Outgoing, Parts},
    redirect, retry,
    retry::Schedule,
    session::Inner,
};

/// What is kept of an error's body.
const LARGEST_ERROR: u64 = 64 * 1024;

/// An answer that was read to its end.
pub(crate) struct Whole {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// How much of an answer belongs to the attempt: all of it, which is read into this buffer, so that a connection that
/// breaks within the body fails the attempt; or else its headers.
type Reading<'a> = Option<&'a mut Vec<u8>>;

/// An answer as it was to be read: to its end, or not yet.
type Answer = Either<Whole, Response>;

/// How an attempt failed, as far as another attempt depends on it.
pub(crate) struct Failure {
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
    pub(crate) fn transport(error: reqwest::Error) -> Self {
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
        options: CallOptions,
        mut room: Vec<u8>,
    ) -> Result<Whole, Error> {
        match self.exchange(operation, request, options, Some(&mut room)).await? {
            Either::Left(whole) => Ok(whole),
            Either::Right(_) => unreachable!("an answer is read as it was asked for"),
        }
    }

    /// Sends a request, and gives its answer back as soon as it is there as far as it was to be read.
    pub(crate) async fn exchange(
        &self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        options: CallOptions,
        mut reading: Reading<'_>,
    ) -> Result<Answer, Error> {
        let Self(session) = self;
        let exchange =
            Exchange { session, operation, options, started: session.clock.now(), span: span(session, operation) };
        let result = match request {
            Ok(outgoing) => exchange.attempts(&outgoing.parts, &mut reading).instrument(exchange.span.clone()).await,
            Err(error) => Err(error),
        };
        let result = result.map_err(|error| error.at(session.api, operation));
        exchange.record(result.as_ref().err());
        result
    }
}

fn span(session: &Inner, operation: &Operation) -> Span {
    tracing::info_span!(
        "call",
        otel.name = %format_args!("{} {}", operation.method, operation.path),
        otel.kind = "client",
        otel.status_code = Empty,
        api = session.api,
        operation = operation.id,
        http.request.method = operation.method,
        url.template = operation.path,
        server.address = Empty,
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        error.type = Empty,
        duration_ms = Empty,
    )
}

/// A call under way: what all its attempts have in common.
///
/// Its futures hold a reference to it and little else. What many calls at a time keep has to fit into a processor's
/// first cache, so what only few calls need is behind a box.
struct Exchange<'a> {
    session: &'a Inner,
    operation: &'static Operation,
    options: CallOptions,
    started: Duration,
    span: Span,
}

impl Exchange<'_> {
    /// How it ended.
    fn record(&self, error: Option<&Error>) {
        if self.span.is_disabled() {
            return;
        }
        if let Some(error) = error {
            self.span.record("otel.status_code", "ERROR");
            self.span.record("error.type", tracing::field::debug(error.kind()));
        }
        self.span.record("duration_ms", u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX));
    }

    fn elapsed(&self) -> Duration {
        self.session.clock.now().saturating_sub(self.started)
    }

    async fn attempts(&self, parts: &Parts, reading: &mut Reading<'_>) -> Result<Answer, Error> {
        let mut more = More::default();
        loop {
            let failure = match self.attempt(parts, reading).await {
                Ok(answer) => {
                    self.session.budget.deposit();
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let delay = self.again(parts, failure, &mut more)?;
            if let Some(delay) = delay {
                self.session.clock.sleep(delay).await;
            }
        }
    }

    /// Whether another attempt follows, and after which delay; if none does, what the call fails with.
    fn again(&self, parts: &Parts, failure: Failure, more: &mut More) -> Result<Option<Duration>, Error> {
        let repeatable = parts.is_repeatable();
        // Told of every rejection, also of one that cannot be answered by a replay: the next call then renews.
        let replay = match (failure.rejected, &self.session.authenticator) {
            (Some(generation), Some(authenticator)) => authenticator.reject(generation) == Rejection::Replay,
            _ => false,
        };
        let delay = if replay && repeatable && !more.renewed {
            more.renewed = true;
            None
        } else {
            let safe = self.operation.repeat == Repeat::Safe || self.options.idempotent;
            let again = repeatable && !self.options.no_retry && (failure.unsent || failure.transient && safe);
            let schedule = more.schedule.get_or_insert_with(|| Box::new(self.session.retry.schedule()));
            let delay = if again { schedule.next(self.elapsed(), failure.error.retry_after()) } else { None };
            let Some(delay) = delay.filter(|_| self.session.budget.withdraw()) else { return Err(failure.error) };
            tracing::debug!(reason = ?failure.error.kind(), delay_ms = delay.as_secs_f64() * 1e3, "retrying");
            Some(delay)
        };
        more.resends += 1;
        self.span.record("http.request.resend_count", more.resends);
        Ok(delay)
    }

    async fn attempt(&self, parts: &Parts, reading: &mut Reading<'_>) -> Result<Answer, Failure> {
        #[cfg(feature = "rate-limit")]
        if let Some(limiter) = &self.session.limiter {
            limiter.ready().await;
        }
        let filled = match &parts.payload {
            None => None,
            Some(payload) => {
                let mut request = Box::new(parts.request());
                payload.fill(&mut request).await?;
                Some(request)
            }
        };
        let authorization = match self.session.authenticator_for(self.operation.server) {
            Some(authenticator) => Some(authenticator.authorization().await.map_err(Error::from_auth)?),
            None => None,
        };
        let mut generation = authorization.as_ref().map(Authorization::generation);
        // Not across an await: it would have its room in every call.
        let sent = {
            let request = self.request(parts, filled, authorization);
            self.session.http.execute(request)
        };
        let mut response = sent.await.map_err(Failure::transport)?;
        if matches!(parts.method, Method::GET | Method::HEAD) && response.status().is_redirection() {
            (response, generation) = Box::pin(self.redirected(parts, response, generation)).await?;
        }
        self.span.record("http.response.status_code", response.status().as_u16());
        if !response.status().is_success() {
            return Err(Box::pin(self.refusal(response, generation)).await);
        }
        match reading {
            None => Ok(Either::Right(response)),
            Some(room) => self.read(&mut response, generation, room).await.map(Either::Left),
        }
    }

    fn request(&self, parts: &Parts, filled: Option<Box<Request>>, authorization: Option<Authorization>) -> Request {
        let mut request = filled.map_or_else(|| parts.request(), |filled| *filled);
        if let Some(timeout) = self.options.timeout.or(self.session.timeout) {
            *request.timeout_mut() = Some(timeout);
        }
        self.span.record("server.address", request.url().host_str());
        if let Some(authorization) = authorization {
            authorization.apply(request.headers_mut());
        }
        request
    }

    /// Goes where a service sends a read, without showing the credentials to another origin.
    async fn redirected(
        &self,
        parts: &Parts,
        mut response: Response,
        mut generation: Option<Generation>,
    ) -> Result<(Response, Option<Generation>), Failure> {
        let mut hops = redirect::Hops::new(parts.url.clone());
        while let Some(target) = hops.next(&response)? {
            let mut request = parts.redirected(target.url);
            request.headers_mut().remove(HOST);
            match generation {
                Some(_) if target.same_origin => {
                    let authenticator =
                        self.session.authenticator.as_ref().expect("a generation comes from an authenticator");
                    authenticator.authorization().await.map_err(Error::from_auth)?.apply(request.headers_mut());
                }
                _ => generation = None,
            }
            response = self.session.http.execute(request).await.map_err(Failure::transport)?;
        }
        Ok((response, generation))
    }

    /// The failure of an answer whose status is no success.
    async fn refusal(&self, mut response: Response, generation: Option<Generation>) -> Failure {
        let status = response.status();
        let retry_after = keyfob_auth::retry_after(response.headers(), self.session.clock.wall());
        let body = body::collect(&mut response, LARGEST_ERROR, true, &mut Vec::new()).await.unwrap_or_default();
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
            rejected: generation.filter(|_| self.session.rejections.contains(&status)),
            unsent: false,
            transient: retry::is_transient(status),
        }
    }

    async fn read(
        &self,
        response: &mut Response,
        generation: Option<Generation>,
        room: &mut Vec<u8>,
    ) -> Result<Whole, Failure> {
        let body = body::collect(response, self.session.largest_answer, false, room).await?;
        if self.session.status_in_body
            && let Some(status) = body::status(&body)
        {
            let retry_after = keyfob_auth::retry_after(response.headers(), self.session.clock.wall());
            let start = body.slice(..body.len().min(usize::try_from(LARGEST_ERROR).unwrap_or(usize::MAX)));
            return Err(self.refused(status, retry_after, start, generation));
        }
        Ok(Whole { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
    }
}

/// What the attempts behind the first need to know of each other.
#[derive(Default)]
struct More {
    /// There was another token for one of them.
    renewed: bool,
    resends: u32,
    schedule: Option<Box<Schedule>>,
}

/// How long a service may be silent within an answer, unless the caller says otherwise.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Whether two addresses have scheme, host and port in common.
pub(crate) fn same_origin(left: &Url, right: &Url) -> bool {
    left.scheme() == right.scheme()
        && left.host() == right.host()
        && left.port_or_known_default() == right.port_or_known_default()
}
