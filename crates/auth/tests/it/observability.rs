//! Log events of fetches and rejections.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{FutureExt, poll};
use keyfob_auth::{Authenticator, Clock, MemoryStore};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::secrets::Log;
use crate::server::{Reply, Server, settled, token};

#[tokio::test]
async fn fetches_refusals_and_rejections_are_logged_with_reason_duration_and_outcome() {
    let log = Log::start();
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    let generation = authenticator.authorization().await.expect("a token").generation();
    let _ = authenticator.reject(generation);
    token(&authenticator).await.expect("a token");
    let broken = Server::start(|_| Reply::json(400, r#"{"error":"invalid_client"}"#));
    token(&broken.builder().build().expect("an authenticator")).await.expect_err("a refusal");
    let text = log.end();
    let logged = |parts: &[&str]| {
        let found = text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "{parts:?} in {text}");
    };
    logged(&["DEBUG", "token fetched", "reason=\"first\"", "outcome=\"ok\"", "duration=", "generation=1"]);
    logged(&["INFO", "token rejected", "outcome=\"dropped\"", "generation=1"]);
    logged(&["DEBUG", "token fetched", "reason=\"rejected\"", "generation=2"]);
    logged(&["WARN", "token fetch failed", "outcome=\"refused\"", "duration=", "invalid_client"]);
}

#[tokio::test]
async fn a_fetch_whose_runtime_was_shut_down_is_logged() {
    let log = Log::start();
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    abandon(&authenticator);
    token(&authenticator).await.expect("a token");
    assert_eq!(log.end().matches("the runtime of a token fetch was shut down or is stuck").count(), 1);
}

/// Starts a fetch on a runtime that is shut down before the fetch sends anything.
fn abandon(authenticator: &Authenticator) {
    let started = std::thread::scope(|scope| {
        let start = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async { poll!(authenticator.authorization().boxed()).is_pending() })
        };
        scope.spawn(start).join()
    });
    assert!(started.expect("no panic"));
}

/// Subscriber that uses the authenticator whenever it receives an event.
#[derive(Clone, Default)]
struct ReentrantSubscriber {
    authenticator: Arc<Mutex<Option<Authenticator>>>,
    messages: Arc<Mutex<Vec<String>>>,
}

/// Uses every function of an authenticator that takes its lock.
pub(crate) fn use_authenticator(authenticator: &Authenticator) {
    let _ = format!("{authenticator:?}");
    if let Some(Ok(authorization)) = authenticator.authorization().now_or_never() {
        authenticator.accept(authorization.generation());
    }
    let _ = authenticator.access_token().now_or_never();
}

/// Message of an event.
struct Message(Option<String>);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = Some(format!("{value:?}"));
        }
    }
}

impl Subscriber for ReentrantSubscriber {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("keyfob_auth")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(None);
        event.record(&mut message);
        self.messages.lock().expect("not poisoned").extend(message.0);
        let authenticator = self.authenticator.lock().expect("not poisoned").clone();
        authenticator.iter().for_each(use_authenticator);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Runs a test on a thread of its own, so that a deadlock fails it.
pub(crate) fn without_deadlock(test: impl FnOnce() + Send + 'static) {
    let (done, ended) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    match ended.recv_timeout(Duration::from_secs(120)) {
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("a deadlock"),
        _ => thread.join().expect("the test passes"),
    }
}

/// Lets an authenticator emit every kind of event and record every metric. `observe` receives it first.
pub(crate) fn emit_everything(observe: impl FnOnce(&Authenticator)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start(|request| match request.number {
            1 => Reply::json(503, ""),
            4 => Reply::json(400, r#"{"error":"invalid_client"}"#),
            number => Reply::token(&format!("t{number}"), "3600"),
        });
        let (clock, fake) = Clock::fake();
        fake.auto_advance(true);
        let authenticator = server.builder().clock(clock).store(MemoryStore::new()).build().expect("an authenticator");
        observe(&authenticator);
        let generation = authenticator.authorization().await.expect("a token").generation();
        let _ = authenticator.reject(generation);
        token(&authenticator).await.expect("a token");
        fake.advance(Duration::from_secs(3600));
        token(&authenticator).await.expect_err("a refusal");
        fake.advance(Duration::from_secs(60));
        abandon(&authenticator);
        token(&authenticator).await.expect("a token");
        fake.advance(Duration::from_secs(3400));
        token(&authenticator).await.expect("the old token");
        settled(&fake).await;
    });
}

#[test]
fn a_subscriber_may_use_the_authenticator_whose_events_it_receives() {
    without_deadlock(|| {
        crate::secrets::subscribe();
        let subscriber = ReentrantSubscriber::default();
        let _subscribed = tracing::subscriber::set_default(subscriber.clone());
        emit_everything(|authenticator| {
            *subscriber.authenticator.lock().expect("not poisoned") = Some(authenticator.clone());
        });
        let messages = subscriber.messages.lock().expect("not poisoned");
        for expected in ["token fetched", "token rejected", "request failed", "fetch failed", "was shut down"] {
            assert!(messages.iter().any(|message| message.contains(expected)), "{expected} in {messages:?}");
        }
    });
}
