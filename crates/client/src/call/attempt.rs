//! One attempt of a call: authorize, send, follow redirects, read the response.

use std::time::Duration;

use bytes::Bytes;
use keyfob_auth::{Authorization, Generation};
use reqwest::{
    Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, HOST, RANGE},
};

use crate::{
    call::{
        attempt_error::AttemptError, body, compression, context::CallContext, idle::IdleTimer, progress::Progress,
        redirect::RedirectChain, retry,
    },
    error::{ApiError, Error},
    request::prepared::RequestParts,
    response::BufferedResponse,
};

/// Treatment of the response body by an attempt.
pub(crate) enum BodyMode<'a> {
    /// Read the body into this buffer within the attempt, so that a broken connection fails the attempt and can be
    /// retried.
    Buffer(&'a mut Vec<u8>),
    /// Return after the headers; the caller streams the body.
    #[cfg_attr(not(feature = "files"), expect(dead_code, reason = "only downloads stream the body"))]
    Stream,
}

/// Response of a successful attempt.
pub(crate) enum Received {
    /// From [`BodyMode::Buffer`].
    Buffered(BufferedResponse),
    /// From [`BodyMode::Stream`].
    #[cfg_attr(not(feature = "files"), expect(dead_code, reason = "only downloads stream the body"))]
    Streaming(Response),
}

impl CallContext<'_> {
    /// Sends the request once.
    pub(super) async fn attempt(
        &self,
        parts: &RequestParts,
        mode: &mut BodyMode<'_>,
    ) -> Result<Received, AttemptError> {
        #[cfg(feature = "rate-limit")]
        if let Some(limiter) = &self.connection.limiter {
            limiter.ready().await;
        }
        let streaming = match &parts.streaming_body {
            None => None,
            Some(body) => {
                let mut request = Box::new(parts.request());
                body.open_into(&mut request).await?;
                Some(request)
            }
        };
        let authorization = match self.authenticator {
            None => None,
            Some(authenticator) if self.permits_retries() => Some(authenticator.authorization().await?),
            Some(authenticator) => Some(authenticator.authorization_without_retry().await?),
        };
        let mut generation = authorization.as_ref().map(Authorization::generation);
        // Scoped, so that the request does not live across the await: it would enlarge the future of every call.
        let (progress, sent) = {
            let mut request = self.request(parts, streaming, authorization);
            (Progress::track(&mut request), self.connection.http.execute(request))
        };
        let mut timer = IdleTimer::new(self.connection.read_timeout);
        let mut response = timer.response(progress, sent).await?;
        if matches!(parts.method, Method::GET | Method::HEAD) && response.status().is_redirection() {
            (response, generation) = Box::pin(self.follow_redirects(parts, response, generation, &mut timer)).await?;
        }
        self.span.record("http.response.status_code", response.status().as_u16());
        if !response.status().is_success() {
            return Err(Box::pin(self.error_from_response(response, generation)).await);
        }
        if response.status() == StatusCode::PARTIAL_CONTENT && !self.requests_part(parts) {
            return Err(AttemptError::unrequested_part());
        }
        let received = match mode {
            BodyMode::Stream => Received::Streaming(response),
            BodyMode::Buffer(buffer) => {
                let announced = body::announced(&parts.method, &response);
                Received::Buffered(self.read(&mut response, announced, &mut timer, generation, buffer).await?)
            }
        };
        if let (Some(generation), Some(authenticator)) = (generation, self.authenticator) {
            authenticator.accept(generation);
        }
        Ok(received)
    }

    /// Returns true if failed requests of this call may be repeated, token requests included.
    pub(super) fn permits_retries(&self) -> bool {
        !self.options.no_retry && (self.connection.retry.permits_retries() || self.options.has_retry_time())
    }

    fn request(
        &self,
        parts: &RequestParts,
        streaming: Option<Box<Request>>,
        authorization: Option<Authorization>,
    ) -> Request {
        let mut request = streaming.map_or_else(|| parts.request(), |request| *request);
        self.options.apply(&mut request);
        compression::accept(request.headers_mut(), self.buffered);
        self.limit(&mut request);
        self.span.record("server.address", request.url().host_str());
        if let Some(authorization) = authorization {
            authorization.apply(request.headers_mut());
        }
        request
    }

    /// Returns `true` if the request's headers request a part of the response.
    fn requests_part(&self, parts: &RequestParts) -> bool {
        parts.headers.contains_key(RANGE) || self.options.has_header(RANGE)
    }

    /// Sets the time limit of a request.
    fn limit(&self, request: &mut Request) {
        if let Some(timeout) = self.options.timeout.or(self.connection.timeout) {
            *request.timeout_mut() = Some(timeout);
        }
    }

    /// Follows the redirects of a read. The credentials and the call's extra headers are sent to the first origin only.
    async fn follow_redirects(
        &self,
        parts: &RequestParts,
        mut response: Response,
        mut generation: Option<Generation>,
        timer: &mut IdleTimer,
    ) -> Result<(Response, Option<Generation>), AttemptError> {
        let mut chain = RedirectChain::new(parts.url.clone());
        while let Some(target) = chain.next(&response)? {
            let mut request = parts.redirected(target.url);
            request.headers_mut().remove(HOST);
            self.limit(&mut request);
            if target.same_origin {
                self.options.apply(&mut request);
            } else {
                request.headers_mut().remove(AUTHORIZATION);
            }
            compression::accept(request.headers_mut(), self.buffered);
            match generation {
                Some(_) if target.same_origin => {
                    let authenticator = self.authenticator.expect("a generation comes from an authenticator");
                    authenticator.authorization().await?.apply(request.headers_mut());
                }
                _ => generation = None,
            }
            let sent = self.connection.http.execute(request);
            response = timer.response(None, sent).await?;
        }
        Ok((response, generation))
    }

    /// Reads an error response, without its body if the service does not send it in time.
    async fn error_from_response(&self, mut response: Response, generation: Option<Generation>) -> AttemptError {
        let status = response.status();
        let retry_after = keyfob_auth::retry_after(response.headers(), self.connection.clock.wall());
        let body = body::collect_error(&mut response).await;
        self.error_from_status(status, retry_after, body, generation)
    }

    fn error_from_status(
        &self,
        status: StatusCode,
        retry_after: Option<Duration>,
        body: Bytes,
        generation: Option<Generation>,
    ) -> AttemptError {
        AttemptError {
            error: Error::from_status(status, retry_after, ApiError::read(body)),
            rejected_token: generation.filter(|_| self.connection.token_rejected_statuses.contains(&status)),
            retryable: retry::retryable(status),
        }
    }

    /// Reads the body of a successful response.
    async fn read(
        &self,
        response: &mut Response,
        announced: Option<u64>,
        timer: &mut IdleTimer,
        generation: Option<Generation>,
        buffer: &mut Vec<u8>,
    ) -> Result<BufferedResponse, AttemptError> {
        let body = body::collect(response, announced, timer, self.connection.max_response_bytes, buffer).await?;
        if self.connection.status_in_body
            && let Some(status) = body::status(&body)
        {
            let retry_after = keyfob_auth::retry_after(response.headers(), self.connection.clock.wall());
            let start = body.slice(..body.len().min(body::MAX_ERROR_BODY));
            return Err(self.error_from_status(status, retry_after, start, generation));
        }
        Ok(BufferedResponse { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
    }
}
