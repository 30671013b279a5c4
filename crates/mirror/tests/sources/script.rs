//! Sources against a service with scripted rows.

use std::sync::{Arc, Mutex};

use keyfob_client::auth::{Clock, Credentials};
use keyfob_digitaleo as digitaleo;
use keyfob_ditio_reporting as reporting;
use keyfob_itempath as itempath;
use keyfob_mirror::ErrorKind;
use keyfob_mirror::source::{ListingEnd, Source, Stage};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::copy::{Copy, table};
use crate::ditio::client;

/// Pages of a service with at most two rows, by the value of the parameter `page` or `offset`, and the queries received.
#[derive(Clone, Default)]
struct Script {
    pages: Arc<Mutex<Vec<Value>>>,
    queries: Arc<Mutex<Vec<String>>>,
}

impl Script {
    /// Starts a service. Returns its URL.
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = self.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap() > 0 {}
                let line = String::from_utf8(request).unwrap().lines().next().unwrap().to_owned();
                let query = line.split(['?', ' ']).nth(2).unwrap().to_owned();
                let number = |name| {
                    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
                    value.map_or(0, |value| value.parse::<usize>().unwrap())
                };
                let page = number("page") + number("offset") / 2;
                let page = script.pages.lock().unwrap().get(page).cloned();
                let page = page.unwrap_or_else(|| json!({"materials": [], "transactions": []}));
                script.queries.lock().unwrap().push(query);
                let body = page.to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        url
    }

    /// Starts a service and returns a copy of one of ItemPath's tables there.
    async fn itempath(&self, name: &str) -> Copy {
        let environment = itempath::Environment::at(self.start().await);
        let client = itempath::Client::builder(environment, itempath::Credentials::token("token")).build().unwrap();
        Copy::new(client.session(), table(itempath::TABLES, name), 2)
    }

    /// Starts a service with contacts of Digitaleo, and returns a copy of them. `pages` has the ids and the total of each
    /// page.
    async fn digitaleo(&self, pages: &[(&[&str], i64)]) -> Copy {
        let page = |(ids, total): &(&[&str], i64)| {
            let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
            json!({"list": rows, "size": rows.len(), "total": total})
        };
        *self.pages.lock().unwrap() = pages.iter().map(page).collect();
        let base = self.start().await;
        let (oauth, contacts, api, sms) = (base.clone(), base.clone(), base.clone(), base);
        let environment = digitaleo::Environment::Custom(digitaleo::Endpoints { oauth, contacts, api, sms });
        let client = digitaleo::Client::builder(environment, Credentials::bearer("token")).build().unwrap();
        Copy::new(client.session(), table(digitaleo::TABLES, "contacts"), 2)
    }

    fn set(&self, name: &str, pages: &[&[(&str, &str)]]) {
        let row = |(id, at): &(&str, &str)| json!({"id": id, "creationDate": at});
        let page = |rows: &&[(&str, &str)]| json!({ name: rows.iter().map(row).collect::<Vec<_>>() });
        *self.pages.lock().unwrap() = pages.iter().map(page).collect();
        self.queries.lock().unwrap().clear();
    }
}

#[tokio::test]
async fn rows_that_are_only_added_are_listed_from_the_greatest_value_with_an_overlap_for_late_rows() {
    let script = Script::default();
    let mut copy = script.itempath("transactions").await;
    script.set(
        "transactions",
        &[&[("A", "2026-03-02T08:00:00.5"), ("B", "2026-03-02T09:00:00.5")], &[("C", "2026-03-02T07:00:00")]],
    );
    // An interrupted listing does not advance the value: rows with lower values may follow.
    let mut source = copy.open().unwrap();
    copy.apply(&mut *source, 1).await.unwrap();
    assert_eq!(copy.progress["greatest"], Value::Null);
    assert_eq!(copy.run().await, 3);
    // D is late: its value is before that of B.
    script.set("transactions", &[&[("B", "2026-03-02T09:00:00.5"), ("D", "2026-03-02T08:30:00")]]);
    copy.run().await;
    assert_eq!(copy.rows.len(), 4);
    let query = script.queries.lock().unwrap()[0].clone();
    assert!(query.contains("creationDate=%5Bgt%5D2026-03-02T07%3A00%3A00"), "{query}");
    // The overlap does not report rows again.
    assert_eq!(copy.run().await, 0);
    // A time in the future does not hide later rows.
    script.set("transactions", &[&[("E", "2999-01-01T00:00:00")]]);
    assert_eq!(copy.run().await, 1);
    assert_eq!(copy.run().await, 0);
    let query = script.queries.lock().unwrap().last().unwrap().clone();
    assert!(query.contains("creationDate=%5Bgt%5D2026-03-02T07%3A00%3A00"), "{query}");
}

#[tokio::test]
async fn a_snapshot_lists_all_rows_and_is_incomplete_with_a_row_that_has_no_key() {
    let script = Script::default();
    let mut copy = script.itempath("materials").await;
    script.set(
        "materials",
        &[&[("A", "2026-03-02T08:00:00"), ("B", "2026-03-02T08:00:00")], &[("C", "2026-03-02T08:00:00")]],
    );
    assert_eq!(copy.run().await, 3);
    script.set("materials", &[&[("A", "2026-03-02T08:00:00")]]);
    copy.run().await;
    assert_eq!(copy.rows.len(), 1, "rows that are not listed are deleted");
    script.pages.lock().unwrap()[0]["materials"] = json!([{"id": "D"}, {"name": "without a key"}, 17]);
    copy.run().await;
    assert_eq!(copy.rows.len(), 2, "an incomplete listing deletes nothing");
    script.set("materials", &[&[("D", "2026-03-02T08:00:00")]]);
    copy.run().await;
    assert_eq!(copy.rows.len(), 1);
}

#[tokio::test]
async fn pages_by_number_are_listed_again_unless_a_listing_cannot_lack_rows() {
    let script = Script::default();
    let copy = script.itempath("materials").await;
    let rows = async |mut source: Box<dyn Source>| {
        let mut rows = 0;
        while let Some(changes) = source.next().await.unwrap() {
            rows += changes.received;
        }
        (source, rows)
    };
    let at = "2026-03-02T08:00:00";
    script.set("materials", &[&[("A", at), ("B", at)], &[("C", at)]]);
    let mut source = copy.open().unwrap();
    assert!(!source.list_again(), "the first listing has not ended");
    let (mut source, first) = rows(source).await;
    assert!(first == 3 && source.list_again());
    let (mut source, second) = rows(source).await;
    assert!(second == 3 && !source.list_again(), "two listings are enough");
    let queries = script.queries.lock().unwrap().clone();
    assert_eq!(queries[..2], queries[2..]);
    // One page is one state of the table.
    script.set("materials", &[&[("A", at)]]);
    let (mut source, _) = rows(copy.open().unwrap()).await;
    assert!(!source.list_again());
    // With totals, a listing during which the total did not decrease lacks no rows.
    for (totals, expected) in [([3, 3], false), ([4, 3], true)] {
        let copy = script.digitaleo(&[(&["1", "2"], totals[0]), (&["3"], totals[1])]).await;
        let (mut source, listed) = rows(copy.open().unwrap()).await;
        assert_eq!((listed, source.list_again()), (3, expected), "{totals:?}");
    }
}

/// Starts a service with one page of projects in Ditio's reporting API, and returns a copy of them.
async fn projects(script: &Script, page: Value) -> Copy {
    script.pages.lock().unwrap().push(page);
    let session = client(&script.start().await, Clock::system());
    Copy::new(&session, table(reporting::TABLES, "projects"), 5)
}

#[tokio::test]
async fn a_listing_of_all_rows_in_response_to_a_request_for_changes_is_an_error() {
    let script = Script::default();
    let mut copy = projects(&script, json!({"data": [{"id": "A"}], "syncTypeName": "full"})).await;
    assert_eq!(copy.run().await, 1);
    let error = copy.open().unwrap().next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    let message = "the service listed all rows in response to a request for changes";
    assert!(error.to_string().contains(message), "{error}");
    assert!(script.queries.lock().unwrap().last().unwrap().contains("ModifiedSince="));
}

#[tokio::test]
async fn a_listing_of_all_rows_with_a_row_that_has_no_key_is_incomplete() {
    let script = Script::default();
    let copy = projects(&script, json!({"data": [{"id": "A"}, {"name": "without a key"}]})).await;
    let changes = copy.open().unwrap().next().await.unwrap().unwrap();
    assert_eq!(changes.stage, Stage::Listing { first: true, end: Some(ListingEnd { complete: false }) });
    assert_eq!((changes.received, changes.batch.len(), changes.batch.rejects().len()), (2, 1, 1));
}

#[tokio::test]
async fn the_rejects_of_a_row_are_reported_with_the_row_only() {
    let script = Script::default();
    let mut copy = projects(&script, json!({"data": [], "syncTypeName": "full"})).await;
    copy.run().await;
    let row = json!({"id": "A", "active": "neither true nor false"});
    script.pages.lock().unwrap()[0] = json!({"data": [row], "syncTypeName": "incremental"});
    for rejects in [1, 0] {
        let changes = copy.open().unwrap().next().await.unwrap().unwrap();
        assert_eq!((changes.batch.len(), changes.batch.rejects().len()), (rejects, rejects));
        copy.progress = changes.progress;
    }
}
