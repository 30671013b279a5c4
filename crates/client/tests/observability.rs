//! The span of a call, with the semantic names of OpenTelemetry. A separate test binary, because tracing caches the
//! interest of callsites for the whole process.

#[path = "it/script.rs"]
#[expect(dead_code, reason = "the other test binary uses the rest")]
mod script;

use std::{
    io,
    sync::{Arc, Mutex},
};

use keyfob_client::{
    CallOptions, Error, ResponseValue, Session,
    codegen::{BuildRequest, Path, RequestBuilder, operation_call},
};
use tracing::{Instrument as _, Level, field::Empty};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::format::FmtSpan,
    layer::SubscriberExt as _,
};

use crate::script::{GET, Server, create, get, json, status};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Captures the spans and events of this thread until dropped.
struct Log {
    lines: Lines,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Log {
    fn start() -> Self {
        Self::of(Targets::new().with_default(Level::TRACE))
    }

    fn of(targets: Targets) -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_ansi(false)
            .with_span_events(FmtSpan::CLOSE)
            .with_writer(move || writer.clone())
            .finish()
            .with(targets);
        Self { lines, _guard: tracing::subscriber::set_default(subscriber) }
    }

    fn text(&self) -> String {
        String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap()
    }

    /// Asserts that exactly one line contains all of these parts.
    #[track_caller]
    fn check(&self, parts: &[&str]) {
        let text = self.text();
        let found = text.lines().filter(|line| parts.iter().all(|part| line.contains(part))).count();
        assert_eq!(found, 1, "{parts:?} in {text}");
    }
}

#[tokio::test]
async fn a_call_with_several_attempts_is_one_span() {
    let log = Log::start();
    let server = Server::start([status(503), json("1")]).await;
    get(&server.session()).await.unwrap();
    log.check(&[
        "close",
        "otel.name=GET /things/{id}",
        "otel.kind=\"client\"",
        "api=\"test-api\"",
        "operation=\"thing\"",
        "http.request.method=\"GET\"",
        "url.template=\"/things/{id}\"",
        "server.address=\"127.0.0.1\"",
        "http.response.status_code=200",
        "http.request.resend_count=1",
        "duration_ms=",
    ]);
    log.check(&["DEBUG", "retrying", "reason=Unavailable", "delay_ms=", "operation=\"thing\""]);
    assert!(!log.text().contains("ERROR"), "{}", log.text());
}

#[tokio::test]
async fn the_span_of_a_failed_call_has_its_kind_and_no_body_or_header() {
    let log = Log::start();
    let server = Server::start([crate::script::response(404, &[("x", "header-canary")], "response-canary")]).await;
    create(&server.session()).await.unwrap_err();
    log.check(&[
        "close",
        "otel.name=POST /things",
        "otel.status_code=\"ERROR\"",
        "error.type=NotFound",
        "http.response.status_code=404",
    ]);
    // Only the lines of Keyfob, because its dependencies log too.
    let ours: Vec<_> = log.text().lines().filter(|line| line.contains("keyfob")).map(str::to_owned).collect();
    assert!(!ours.is_empty() && !ours.iter().any(|line| line.contains("canary")), "{ours:?}");
}

#[tokio::test]
async fn a_call_without_a_subscriber_records_nothing_in_the_enclosing_span() {
    let log = Log::of(Targets::new().with_default(Level::TRACE).with_target("keyfob_client", LevelFilter::OFF));
    let server = Server::start([status(503), json("1")]).await;
    let around = tracing::info_span!(
        "around",
        server.address = Empty,
        http.response.status_code = Empty,
        http.request.resend_count = Empty
    );
    get(&server.session()).instrument(around).await.unwrap();
    log.check(&["around", "close"]);
    for ours in ["server.address", "status_code", "resend_count"] {
        assert!(!log.text().contains(ours), "{}", log.text());
    }
}

/// Request for a list of integers.
struct Numbers;

impl BuildRequest for Numbers {
    fn path(&self, path: &mut Path<'_>) {
        path.text("/numbers");
    }

    fn build(&self, _: &mut RequestBuilder) {}
}

async fn numbers(session: &Session) -> Result<ResponseValue<Vec<i64>>, Error> {
    operation_call::value::<Vec<i64>>(session, &GET, &Numbers, &CallOptions::default()).await
}

#[tokio::test]
async fn a_response_with_mismatches_is_one_warning_without_values() {
    let log = Log::start();
    let server = Server::start([json(r#"["canary", 1, {"a": "canary"}, 2]"#), json("[1, 2]")]).await;
    let session = server.session();
    let response = numbers(&session).await.unwrap();
    assert_eq!((response.as_slice(), response.mismatches().len()), (&[1, 2][..], 2));
    assert_eq!(numbers(&session).await.unwrap().mismatches(), []);
    log.check(&[
        "WARN",
        "do not match the API's description",
        "api=\"test-api\"",
        "operation=\"thing\"",
        "count=2",
        "incomplete=true",
        "mismatches=\"[0]: expected an integer; [2]: expected an integer\"",
    ]);
    assert_eq!(log.text().matches("WARN").count(), 1, "{}", log.text());
    assert!(!log.text().contains("canary"), "{}", log.text());
}
