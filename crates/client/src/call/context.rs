//! State that all attempts of a call share: connection, operation, options, tracing span.

use std::time::Duration;

use keyfob_auth::Authenticator;
use tracing::{Span, field::Empty};

use crate::{
    call::options::CallOptions,
    connection::Connection,
    error::Error,
    operation::{Operation, Security},
};

/// Context of one call, shared by all its attempts.
///
/// The futures of a call hold a reference to the context and little else: with many calls in flight their state should
/// fit into the processor's first-level cache. State that few calls need is boxed.
pub(crate) struct CallContext<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) operation: &'static Operation,
    /// Authenticator of the host that serves the call; `None` for a call without the client's credentials.
    pub(crate) authenticator: Option<&'a Authenticator>,
    pub(crate) options: CallOptions,
    /// The response body is read into memory, not streamed.
    pub(super) buffered: bool,
    started: Duration,
    pub(crate) span: Span,
}

impl<'a> CallContext<'a> {
    /// Starts the clock and the span of a call to the host of this name.
    pub(crate) fn new(
        connection: &'a Connection,
        operation: &'static Operation,
        host: &str,
        options: CallOptions,
        buffered: bool,
    ) -> Self {
        let (started, span) = (connection.clock.now(), span(connection.api, operation));
        let authenticator = match operation.security {
            Security::Client => connection.authenticator_for(host),
            Security::Anonymous | Security::Bearer(_) => None,
        };
        Self { connection, operation, authenticator, options, buffered, started, span }
    }

    /// Returns the time since the call began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.connection.clock.now().saturating_sub(self.started)
    }

    /// Records the outcome and the duration of the call in its span.
    pub(crate) fn record(&self, error: Option<&Error>) {
        if self.span.is_disabled() {
            return;
        }
        if let Some(error) = error {
            self.span.record("otel.status_code", "ERROR");
            self.span.record("error.type", tracing::field::debug(error.kind()));
        }
        self.span.record("duration_ms", u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX));
    }
}

/// Creates the span of a call, with the names of OpenTelemetry's semantic conventions.
fn span(api: &'static str, operation: &Operation) -> Span {
    tracing::info_span!(
        "call",
        otel.name = %format_args!("{} {}", operation.method, operation.path),
        otel.kind = "client",
        otel.status_code = Empty,
        api,
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
