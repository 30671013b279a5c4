//! Metrics of fetches and rejections.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyfob_auth::{Authenticator, Clock, MemoryStore};
use metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, SharedString, Unit};

use crate::observability::{emit_everything, use_authenticator, without_deadlock};
use crate::server::{Reply, Server, token};

/// Recorder of the current values, by name and labels.
#[derive(Clone, Default)]
struct Recorder {
    values: Arc<Mutex<BTreeMap<String, f64>>>,
    /// Authenticator that the recorder uses whenever it records a value.
    authenticator: Arc<Mutex<Option<Authenticator>>>,
    /// The recorder is using the authenticator, which records values too.
    in_use: Arc<AtomicBool>,
}

struct Cell(Recorder, String);

impl Cell {
    fn change(&self, change: impl FnOnce(&mut f64)) {
        change(self.0.values.lock().expect("not poisoned").entry(self.1.clone()).or_default());
        if !self.0.in_use.swap(true, Ordering::SeqCst) {
            let authenticator = self.0.authenticator.lock().expect("not poisoned").clone();
            authenticator.iter().for_each(use_authenticator);
            self.0.in_use.store(false, Ordering::SeqCst);
        }
    }
}

impl CounterFn for Cell {
    fn increment(&self, value: u64) {
        self.change(|old| *old += f64::from(u32::try_from(value).expect("small")));
    }

    fn absolute(&self, _: u64) {
        panic!("keyfob-auth sets no absolute counts");
    }
}

impl GaugeFn for Cell {
    fn increment(&self, value: f64) {
        self.change(|old| *old += value);
    }

    fn decrement(&self, value: f64) {
        self.change(|old| *old -= value);
    }

    fn set(&self, value: f64) {
        self.change(|old| *old = value);
    }
}

impl HistogramFn for Cell {
    fn record(&self, _: f64) {
        self.change(|old| *old += 1.0);
    }
}

impl Recorder {
    fn cell(&self, key: &Key) -> Arc<Cell> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Cell(self.clone(), format!("{} {}", key.name(), labels.join(" "))))
    }

    fn value(&self, name: &str) -> f64 {
        let values = self.values.lock().expect("not poisoned");
        *values.get(name).unwrap_or_else(|| panic!("{name} is missing in {values:?}"))
    }
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.cell(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.cell(key))
    }
}

#[test]
fn fetches_retries_rejections_and_the_remaining_lifetime_are_counted() {
    let recorder = Recorder::default();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start(|request| match request.number {
            1 => Reply::json(503, ""),
            4 => Reply::json(400, r#"{"error":"invalid_client"}"#),
            number => Reply::token(&format!("t{number}"), "3600"),
        });
        let (clock, fake) = Clock::fake();
        fake.auto_advance(true);
        let store = MemoryStore::new();
        let build = || server.builder().clock(clock.clone()).store(store.clone()).build().expect("an authenticator");
        let authenticator = build();
        let generation = authenticator.authorization().await.expect("a token").generation();
        token(&build()).await.expect("a shared token");
        let _ = authenticator.reject(generation);
        token(&authenticator).await.expect("a token");
        fake.advance(Duration::from_secs(600));
        token(&authenticator).await.expect("a token");
        let left = recorder.value("keyfob_auth_token_remaining_seconds source=127.0.0.1");
        assert!((2990.0..=3000.0).contains(&left), "{left}");
        fake.advance(Duration::from_secs(3600));
        token(&authenticator).await.expect_err("a refusal");
    });
    for (name, value) in [
        ("keyfob_auth_fetches_total source=127.0.0.1 reason=first outcome=ok", 1.0),
        ("keyfob_auth_fetches_total source=127.0.0.1 reason=first outcome=shared", 1.0),
        ("keyfob_auth_fetches_total source=127.0.0.1 reason=rejected outcome=ok", 1.0),
        ("keyfob_auth_fetches_total source=127.0.0.1 reason=expired outcome=refused", 1.0),
        ("keyfob_auth_fetch_retries_total source=127.0.0.1", 1.0),
        ("keyfob_auth_rejections_total source=127.0.0.1 outcome=dropped", 1.0),
        ("keyfob_auth_fetch_seconds source=127.0.0.1 outcome=ok", 2.0),
    ] {
        let counted = recorder.value(name);
        assert!((counted - value).abs() < f64::EPSILON, "{name}: {counted}");
    }
}

#[test]
fn a_recorder_may_use_the_authenticator_whose_metrics_it_records() {
    without_deadlock(|| {
        let recorder = Recorder::default();
        let _recording = metrics::set_default_local_recorder(&recorder);
        emit_everything(|authenticator| {
            *recorder.authenticator.lock().expect("not poisoned") = Some(authenticator.clone());
        });
        for name in [
            "keyfob_auth_fetch_retries_total source=127.0.0.1",
            "keyfob_auth_rejections_total source=127.0.0.1 outcome=dropped",
            "keyfob_auth_fetches_total source=127.0.0.1 reason=expired outcome=refused",
        ] {
            assert!(recorder.value(name) > 0.0, "{name}");
        }
    });
}
