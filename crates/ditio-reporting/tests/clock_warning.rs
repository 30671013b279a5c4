//! The warning about a clock. A separate test binary, because tracing caches the interest of callsites for the whole
//! process.

#[path = "it/service.rs"]
#[expect(dead_code, reason = "the other test binary uses the rest")]
mod service;

use std::{
    io,
    sync::{Arc, Mutex},
};

use keyfob_ditio_reporting::client::chrono::{SecondsFormat, TimeDelta};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::service::{FIRST, Service, row, since};

/// Time of the service.
const SERVICE: &str = "2026-03-02T08:00:00Z";

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

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Asserts whether a synchronization at this local time emits the warning, once. The service's clock shows eight.
async fn check(local: &str, expected: Option<&str>) {
    for resumed in [false, true] {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(lines.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let service = Service::start(local).await;
        service.page(FIRST, json!([row("a", 1)]), None).await;
        let first = service.sync(None).checkpoint();
        // A resumed run is followed by another, which compares the clocks again.
        let overlapping = first.started().min(SERVICE.parse().unwrap()) - TimeDelta::minutes(10);
        let overlapping = overlapping.to_rfc3339_opts(SecondsFormat::Secs, true);
        service.page(since(&overlapping), json!([]), None).await;
        let (changes, checkpoint) = service.changes(Some(first).filter(|_| resumed)).await;
        drop(guard);
        assert_eq!((changes.as_slice(), checkpoint.since().is_some()), (["+a".to_owned()].as_slice(), resumed));
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let warnings: Vec<_> = text.lines().filter(|line| line.contains("WARN") && line.contains("clock")).collect();
        match expected {
            Some(part) => assert!(warnings.len() == 1 && warnings[0].contains(part), "{local}: {text}"),
            None => assert!(warnings.is_empty(), "{local}: {text}"),
        }
    }
}

#[tokio::test]
async fn a_clock_that_differs_by_more_than_a_minute_causes_one_warning() {
    check("2026-03-02T08:01:00Z", None).await;
    check("2026-03-02T07:59:00Z", None).await;
    check("2026-03-02T08:01:01Z", Some("seconds_ahead=61")).await;
    check("2026-03-02T07:58:59Z", Some("seconds_ahead=-61")).await;
}
