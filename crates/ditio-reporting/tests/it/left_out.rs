//! Rows and values that do not have the expected types.

use futures::TryStreamExt;
use keyfob_ditio_reporting::{
    ErrorKind,
    sync::{Change, Checkpoint, Record as _},
};
use serde_json::json;

use crate::service::{FIRST, Service, after, deletion, row, since};

/// Local time equal to the service's time.
const NOW: &str = "2026-03-02T08:00:00Z";

/// Stores a checkpoint and reads it.
fn stored(checkpoint: &Checkpoint) -> Checkpoint {
    serde_json::from_str(&serde_json::to_string(checkpoint).unwrap()).unwrap()
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_left_out_and_nothing_is_taken_for_deleted() {
    let service = Service::start(NOW).await;
    service.page(FIRST, json!([row("a", 1), "odd", row("b", 2)]), Some("2")).await;
    service.page(after("2"), json!([[], row("c", 3)]), None).await;
    let mut stream = service.sync(None);
    let mut ids = Vec::new();
    while let Some(change) = stream.try_next().await.unwrap() {
        let Change::Upsert(row) = change else { panic!("no row was deleted: {change:?}") };
        ids.push(row.id.unwrap());
    }
    assert_eq!(ids, ["a", "b", "c"]);
    let left_out = stream.take_left_out();
    let rows: Vec<_> = left_out.iter().map(ToString::to_string).collect();
    assert_eq!(rows, ["data[1]: expected an object", "data[0]: expected an object"]);
    assert_eq!(left_out[0].left_out(), Some(&json!("odd")));
    assert!(stream.take_left_out().is_empty() && stream.is_incomplete());

    let checkpoint = stored(&stream.checkpoint());
    assert!(checkpoint.is_finished() && checkpoint.is_incomplete());
    service.page(since("2026-03-02T07:50:00Z"), json!([deletion("a", 5)]), None).await;
    let mut next = service.sync(Some(checkpoint));
    assert!(matches!(next.try_next().await.unwrap(), Some(Change::Delete { id, .. }) if id == "a"));
    assert_eq!(next.try_next().await.unwrap(), None);
    assert!(!next.is_incomplete() && !next.checkpoint().is_incomplete(), "a later run is complete again");
}

#[tokio::test]
async fn a_resumed_run_is_still_incomplete() {
    let service = Service::start(NOW).await;
    service.page(FIRST, json!(["odd", row("a", 1)]), Some("2")).await;
    service.page(after("2"), json!([row("b", 2), row("c", 3)]), None).await;
    let mut interrupted = service.sync(None);
    for _ in 0..2 {
        assert!(interrupted.try_next().await.unwrap().is_some());
    }
    let mut resumed = service.sync(Some(stored(&interrupted.checkpoint())));
    assert!(resumed.is_incomplete());
    assert!(resumed.try_next().await.unwrap().is_some());
    assert!(resumed.is_incomplete() && resumed.take_left_out().is_empty());
    // Another run follows in the same stream, and is complete.
    service.page(since("2026-03-02T07:50:00Z"), json!([row("d", 4)]), None).await;
    while resumed.try_next().await.unwrap().is_some() {}
    assert!(resumed.is_incomplete() && !resumed.checkpoint().is_incomplete());
    assert!(resumed.checkpoint().since().is_some());
}

#[tokio::test]
async fn a_value_of_an_unexpected_type_does_not_block_the_table() {
    let service = Service::start(NOW).await;
    let odd = json!({"id": "a", "name": {"no": [1.0]}, "modifiedDateTime": "yesterday", "other": null});
    service.page(FIRST, json!([odd, row("b", 2)]), None).await;
    let mut stream = service.sync(None);
    let Some(Change::Upsert(first)) = stream.try_next().await.unwrap() else { panic!("a row was expected") };
    assert_eq!((first.id.as_deref(), first.name.as_ref()), (Some("a"), None));
    assert_eq!(first.undecoded(), [("name", &json!({"no": [1.0]})), ("modifiedDateTime", &json!("yesterday"))]);
    assert_eq!(serde_json::to_value(&first).unwrap(), odd);
    let Some(Change::Upsert(second)) = stream.try_next().await.unwrap() else { panic!("a row was expected") };
    assert!(second.undecoded().is_empty());
    let mismatches: Vec<_> = stream.take_mismatches().iter().map(ToString::to_string).collect();
    assert_eq!(mismatches, ["data[0].modifiedDateTime: expected a date and time", "data[0].name: expected a string"]);
    assert_eq!(stream.try_next().await.unwrap(), None);
    assert!(!stream.is_incomplete());
}

#[tokio::test]
async fn a_key_or_a_mark_of_deletion_of_an_unexpected_type_is_an_error() {
    for (odd, message) in [
        (json!({"id": ["a"]}), "data[1].id: expected a string"),
        (json!({"id": "a", "isDeleted": "maybe"}), "data[1].isDeleted: expected a boolean"),
    ] {
        let service = Service::start(NOW).await;
        service.page(FIRST, json!([row("b", 1), odd]), None).await;
        let mut stream = service.sync(None);
        let error = stream.try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), message);
        assert!(!stream.checkpoint().is_finished());
    }
}
