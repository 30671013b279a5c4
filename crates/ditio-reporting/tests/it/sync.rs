//! Rules of a synchronization.

use futures::TryStreamExt;
use keyfob_ditio_reporting::{ErrorKind, client::chrono::TimeDelta};
use serde_json::json;

use crate::service::{FIRST, Request, Service, after, deletion, row, since};

/// Local time equal to the service's time.
const NOW: &str = "2026-03-02T08:00:00Z";

#[tokio::test]
async fn a_row_repeated_on_the_next_page_is_given_once() {
    let service = Service::start(NOW).await;
    service.page(FIRST, json!([row("a", 1), row("b", 2), row("b", 2)]), Some("2")).await;
    service.page(after("2"), json!([row("b", 2), row("c", 3)]), Some("3")).await;
    // A later version of a row is another change.
    service.page(after("3"), json!([row("c", 3), row("c", 4), row("b", 5)]), None).await;
    let (changes, _) = service.changes(None).await;
    assert_eq!(changes, ["+a", "+b", "+c", "+c", "+b"]);
}

#[tokio::test]
async fn a_deletion_repeated_on_any_later_page_is_given_once() {
    let service = Service::start(NOW).await;
    service.page(FIRST, json!([]), None).await;
    let (_, checkpoint) = service.changes(None).await;
    let changed = "2026-03-02T07:50:00Z";
    service.page(since(changed), json!([deletion("a", 1), row("b", 2)]), Some("2")).await;
    let second = Request { since: Some(changed), cursor: Some("2") };
    service.page(second, json!([row("c", 3)]), Some("3")).await;
    let third = Request { since: Some(changed), cursor: Some("3") };
    service.page(third, json!([deletion("a", 1), deletion("a", 4)]), None).await;
    let (changes, _) = service.changes(Some(checkpoint)).await;
    assert_eq!(changes, ["-a", "+b", "+c", "-a"], "a row that was deleted again is deleted again");
}

/// Asserts from which time the second run lists changes, if the first run began at this local time, and the offset of
/// the local clock in seconds. The service's clock shows eight.
async fn check_watermark(local: &str, expected: &str, offset: i64) {
    let service = Service::start(local).await;
    service.page(FIRST, json!([row("a", 1)]), None).await;
    let mut first = service.sync(None);
    assert_eq!(first.clock_offset(), None);
    while first.try_next().await.unwrap().is_some() {}
    assert_eq!(first.clock_offset(), Some(TimeDelta::seconds(offset)), "{local}");
    let later = service.page(since(expected), json!([row("b", 2)]), None).await;
    let (changes, _) = service.changes(Some(first.checkpoint())).await;
    assert_eq!(changes, ["+b"], "{local}");
    later.assert_async().await;
}

#[tokio::test]
async fn a_run_begins_at_the_earlier_of_the_local_clock_and_the_services_clock() {
    check_watermark("2026-03-02T08:00:00Z", "2026-03-02T07:50:00Z", 0).await;
    check_watermark("2026-03-02T09:00:00Z", "2026-03-02T07:50:00Z", 3600).await;
    check_watermark("2027-03-02T08:00:00Z", "2026-03-02T07:50:00Z", 365 * 86_400).await;
    check_watermark("2026-03-02T07:00:00Z", "2026-03-02T06:50:00Z", -3600).await;
}

#[tokio::test]
async fn a_run_that_failed_before_its_first_page_begins_at_the_earlier_clock_too() {
    let service = Service::start("2026-03-02T09:00:00Z").await;
    let failure = service.status(FIRST, 503).await;
    let mut changes = service.sync(None);
    let stored = changes.checkpoint();
    assert_eq!(changes.try_next().await.unwrap_err().kind(), ErrorKind::Unavailable);
    failure.delete_async().await;
    service.page(FIRST, json!([row("a", 1)]), Some("2")).await;
    service.page(after("2"), json!([]), None).await;
    // An interrupted run is finished first, and the changes since its start follow.
    service.page(since("2026-03-02T07:50:00Z"), json!([row("b", 2)]), None).await;
    let (changes, _) = service.changes(Some(stored)).await;
    assert_eq!(changes, ["+a", "+b"]);
}

#[tokio::test]
async fn a_resumed_run_keeps_the_start_of_its_first_page() {
    let service = Service::start(NOW).await;
    service.page(FIRST, json!([row("a", 1)]), Some("2")).await;
    // Another server of the service, whose clock is behind.
    service.page_at("Mon, 02 Mar 2026 07:00:00 GMT", after("2"), json!([row("b", 2)]), None).await;
    let mut changes = service.sync(None);
    assert!(changes.try_next().await.unwrap().is_some());
    assert!(changes.try_next().await.unwrap().is_some(), "the first row of the second page");
    let stored = changes.checkpoint();
    assert!(!stored.is_finished());
    // The run is resumed a day later by the local clock, while the service still sends the date of its cache.
    service.set_clock("2026-03-03T08:00:00Z");
    service.page(since("2026-03-02T07:50:00Z"), json!([row("c", 3)]), None).await;
    let (changes, _) = service.changes(Some(stored)).await;
    assert_eq!(changes, ["+b", "+c"]);
}

#[tokio::test]
async fn a_cursor_that_the_service_no_longer_knows_starts_the_run_over() {
    let service = Service::start(NOW).await;
    let page = service.page(FIRST, json!([row("a", 1)]), Some("2")).await;
    let second = service.page(after("2"), json!([row("b", 2)]), None).await;
    let mut changes = service.sync(None);
    while changes.checkpoint() == service.sync(None).checkpoint() {
        changes.try_next().await.unwrap();
    }
    let stored = changes.checkpoint();
    page.delete_async().await;
    second.delete_async().await;
    service.status(after("2"), 400).await;
    service.page(FIRST, json!([row("c", 3)]), None).await;
    service.page(since("2026-03-02T07:50:00Z"), json!([]), None).await;
    let (changes, checkpoint) = service.changes(Some(stored)).await;
    assert_eq!(changes, ["+c"]);
    assert!(checkpoint.is_finished());
}

#[tokio::test]
async fn a_checkpoint_of_another_table_is_rejected_before_a_request() {
    let service = Service::start(NOW).await;
    let page = service.page(FIRST, json!([]), None).await;
    let projects = service.client.sync(service.client.projects(), None).checkpoint();
    let error = service.sync(Some(projects)).try_next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    page.assert_calls_async(0).await;
}
