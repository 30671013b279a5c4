//! Listings of tables as undecoded pages.

use std::time::{Duration, SystemTime};

use futures::FutureExt;
use keyfob_client::{
    Error, ErrorKind, Operation,
    codegen::{PageFacts, RawPages},
    table::{ChangeDetection, PageSize, Table, TablePaging},
};
use serde_json::{Value, json as value};

use crate::script::{GET, Response, Server, json, response, status};

static LIST: Operation = Operation { path: "/rows", query: &["kind", "filter", "size", "at"], ..GET };
static CURSOR: Table = Table {
    name: "rows",
    operation: &LIST,
    version: "2026-03-02",
    paging: TablePaging::Cursor { field: "next", parameter: "at" },
    rows: Some("rows"),
    parameters: &[("kind", "k")],
    page_size: Some(PageSize { parameter: "size", default: 2 }),
    key: &["id"],
    changes: ChangeDetection::Snapshot,
    window: None,
    columns: &[],
    extra_is_sensitive: false,
};
static PAGE: Table = Table { paging: TablePaging::Page { parameter: "at", first: 1, total: Some("total") }, ..CURSOR };
static OFFSET: Table = Table { paging: TablePaging::Offset { parameter: "at", total: Some("total") }, ..CURSOR };
static SINGLE: Table = Table { paging: TablePaging::Single, page_size: None, parameters: &[], ..CURSOR };

fn listing(server: &Server, table: &'static Table) -> RawPages {
    let filter = vec![("filter".to_owned(), "f".to_owned())];
    RawPages::new(&server.session(), table, filter, None, None)
}

async fn serve(responses: &[Value]) -> Server {
    Server::start(responses.iter().map(|response| json(&response.to_string()))).await
}

fn lines(server: &Server) -> Vec<String> {
    let line = |line: String| line.trim_start_matches("GET /rows").trim_end_matches(" HTTP/1.1").to_owned();
    server.requests().into_iter().map(|request| line(request.line)).collect()
}

fn facts(page: &Value) -> PageFacts {
    PageFacts {
        rows: page["rows"].as_array().map_or(0, Vec::len),
        cursor: page["next"].as_str().map(str::to_owned),
        total: page["total"].as_i64(),
    }
}

/// Reads the next page, reports it and returns its rows.
async fn read(pages: &mut RawPages) -> Result<Option<Vec<i64>>, Error> {
    let Some(page) = pages.next().await? else { return Ok(None) };
    let page: Value = serde_json::from_slice(&page.body).unwrap();
    pages.advance(facts(&page))?;
    Ok(Some(page["rows"].as_array().unwrap().iter().filter_map(Value::as_i64).collect()))
}

async fn read_all(pages: &mut RawPages) -> Result<Vec<i64>, Error> {
    let mut rows = Vec::new();
    while let Some(page) = read(pages).await? {
        rows.extend(page);
    }
    Ok(rows)
}

#[tokio::test]
async fn each_scheme_requests_its_pages_with_the_parameters_of_the_table() {
    let pages = [value!({"rows": [1, 2], "next": "a"}), value!({"rows": [], "next": "b"}), value!({"rows": [3]})];
    let server = serve(&pages).await;
    assert_eq!(read_all(&mut listing(&server, &CURSOR)).await.unwrap(), [1, 2, 3]);
    let common = "?kind=k&size=2&filter=f";
    assert_eq!(lines(&server), ["", "&at=a", "&at=b"].map(|at| format!("{common}{at}")));

    let page = |rows: &[i64]| value!({"rows": rows, "total": 5});
    let server = serve(&[page(&[1, 2]), page(&[3, 4]), page(&[5])]).await;
    assert_eq!(read_all(&mut listing(&server, &PAGE)).await.unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(lines(&server), ["", "&at=2", "&at=3"].map(|at| format!("{common}{at}")));

    let server = serve(&[page(&[1, 2]), page(&[3]), page(&[4, 5])]).await;
    assert_eq!(read_all(&mut listing(&server, &OFFSET)).await.unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(lines(&server), ["", "&at=2", "&at=3"].map(|at| format!("{common}{at}")));

    // A field named like a cursor does not continue the listing.
    let server = serve(&[value!({"rows": [1, 2], "next": "a"})]).await;
    assert_eq!(read_all(&mut listing(&server, &SINGLE)).await.unwrap(), [1, 2]);
    assert_eq!(lines(&server), ["?filter=f"]);
}

#[tokio::test]
async fn a_page_size_above_that_of_the_table_does_not_end_a_listing_at_a_limited_page() {
    let page = |rows: &[i64]| value!({"rows": rows, "total": 5});
    let pages = [page(&[1, 2]), page(&[3, 4]), page(&[5])];
    for table in [&PAGE, &OFFSET] {
        let server = serve(&pages).await;
        let mut pages = RawPages::new(&server.session(), table, Vec::new(), Some(500), None);
        assert_eq!(read_all(&mut pages).await.unwrap(), [1, 2, 3, 4, 5]);
        assert_eq!(lines(&server)[0], "?kind=k&size=500");
    }
}

#[tokio::test]
async fn a_listing_starts_at_a_cursor_and_returns_the_cursor_to_store() {
    let server = serve(&[value!({"rows": [2], "next": "b"}), value!({"rows": [3]})]).await;
    let mut pages = RawPages::new(&server.session(), &CURSOR, Vec::new(), None, Some("a".into()));
    assert_eq!(pages.cursor(), Some("a"));
    assert_eq!(read(&mut pages).await.unwrap(), Some(vec![2]));
    assert_eq!(pages.cursor(), Some("b"));
    assert_eq!(read(&mut pages).await.unwrap(), Some(vec![3]));
    assert_eq!(pages.cursor(), None);
    assert_eq!(read(&mut pages).await.unwrap(), None);
    assert_eq!(lines(&server), ["?kind=k&size=2&at=a", "?kind=k&size=2&at=b"]);
}

/// Waits until the server has received this number of requests.
async fn wait_for(server: &Server, requests: usize) {
    for _ in 0..30_000 {
        if server.count() >= requests {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the server received {} requests", server.count());
}

#[tokio::test]
async fn the_page_after_a_cursor_is_requested_before_the_current_page_is_returned() {
    let server = serve(&[value!({"rows": [1], "next": "a"}), value!({"rows": [2]})]).await;
    let mut pages = listing(&server, &CURSOR);
    assert_eq!(server.count(), 0, "no request before the first call");
    let page = pages.next().await.unwrap().unwrap();
    wait_for(&server, 2).await;
    pages.advance(facts(&serde_json::from_slice(&page.body).unwrap())).unwrap();
    assert_eq!(read(&mut pages).await.unwrap(), Some(vec![2]));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn the_page_after_a_number_is_requested_when_the_current_page_is_reported() {
    for table in [&PAGE, &OFFSET] {
        let page = |rows: &[i64]| value!({"rows": rows, "total": 3});
        let server = serve(&[page(&[1, 2]), page(&[3])]).await;
        let mut pages = listing(&server, table);
        assert_eq!(read(&mut pages).await.unwrap(), Some(vec![1, 2]));
        wait_for(&server, 2).await;
        assert_eq!(read(&mut pages).await.unwrap(), Some(vec![3]));
        assert_eq!((read(&mut pages).await.unwrap(), server.count()), (None, 2));
    }
}

#[tokio::test]
async fn a_dropped_call_of_next_does_not_lose_a_page() {
    let server = serve(&[value!({"rows": [1], "next": "a"}), value!({"rows": [2]})]).await;
    let mut pages = listing(&server, &CURSOR);
    let mut rows = Vec::new();
    loop {
        // Drops the future at each point where it waits.
        match pages.next().now_or_never() {
            None => tokio::time::sleep(Duration::from_millis(1)).await,
            Some(page) => {
                let Some(page) = page.unwrap() else { break };
                let page: Value = serde_json::from_slice(&page.body).unwrap();
                pages.advance(facts(&page)).unwrap();
                rows.extend(page["rows"].as_array().unwrap().iter().filter_map(Value::as_i64));
            }
        }
    }
    assert_eq!((rows, server.count()), (vec![1, 2], 2));
}

/// Reads a listing to its error, and returns the rows before the error.
async fn rows_before_an_error(mut pages: RawPages, reason: &str) -> Vec<i64> {
    let mut rows = Vec::new();
    let error = loop {
        match read(&mut pages).await {
            Ok(page) => rows.extend(page.expect("the listing ends without an error")),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Unexpected, Some("thing")));
    assert!(error.to_string().contains(&format!("the listing makes no progress: {reason}")), "{error}");
    rows
}

#[tokio::test]
async fn a_listing_that_makes_no_progress_is_an_error() {
    let pages: Vec<_> = ["a", "b", "a", "b"].map(|next| value!({"rows": [1], "next": next})).into();
    let server = serve(&pages).await;
    assert_eq!(rows_before_an_error(listing(&server, &CURSOR), "the service repeats a cursor").await, [1, 1]);
    assert_eq!(server.count(), 3);
    // The cursor that the listing starts at counts too.
    let server = serve(&[value!({"rows": [1], "next": "a"})]).await;
    let pages = RawPages::new(&server.session(), &CURSOR, Vec::new(), None, Some("a".into()));
    rows_before_an_error(pages, "the service repeats a cursor").await;
    assert_eq!(server.count(), 1);

    let empty: Vec<_> = (0..60).map(|number| value!({"rows": [], "next": format!("c{number}")})).collect();
    let server = serve(&empty).await;
    rows_before_an_error(listing(&server, &CURSOR), "the service sends only empty pages").await;
    assert_eq!(server.count(), 50);

    for table in [&PAGE, &OFFSET] {
        let server = serve(&vec![value!({"rows": [1, 2], "total": 9}); 3]).await;
        assert_eq!(rows_before_an_error(listing(&server, table), "the service repeats a page").await, [1, 2]);
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn a_failed_page_is_requested_again_by_the_next_call() {
    let server = Server::start([
        json(r#"{"rows":[1],"next":"a"}"#),
        status(401),
        status(503),
        status(400),
        json(r#"{"rows":[2]}"#),
    ])
    .await;
    let mut pages = listing(&server, &CURSOR);
    assert_eq!(read(&mut pages).await.unwrap(), Some(vec![1]));
    let error = read(&mut pages).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.operation()), (400, Some("thing")));
    assert_eq!(pages.cursor(), Some("a"));
    assert_eq!(read_all(&mut pages).await.unwrap(), [2]);
    // A rejected token is renewed, and a failure of the service is retried.
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn an_unknown_parameter_is_rejected_before_a_request() {
    let server = serve(&[]).await;
    let mut pages = RawPages::new(&server.session(), &CURSOR, vec![("fliter".into(), "f".into())], None, None);
    let error = pages.next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.to_string().contains("there is no parameter `fliter`"), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn each_page_must_be_reported_once() {
    let server = serve(&[value!({"rows": [1], "next": "a"})]).await;
    let mut pages = listing(&server, &CURSOR);
    assert_eq!(pages.advance(PageFacts::default()).unwrap_err().kind(), ErrorKind::Rejected);
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.next().await.unwrap_err().kind(), ErrorKind::Rejected);
}

#[tokio::test]
async fn a_truncated_page_is_retried_and_each_page_has_the_date_of_its_response() {
    let dated = |date: &str, body: &str| response(200, &[("date", date)], body);
    let truncated = "HTTP/1.1 200 X\r\ncontent-length: 50\r\nconnection: close\r\n\r\n{\"rows\":[1]";
    let server = Server::start([
        Response::Raw(truncated.into()),
        dated("Mon, 02 Mar 2026 08:00:00 GMT", r#"{"rows":[1],"next":"a"}"#),
        dated("Mon, 02 Mar 2026 08:00:05 GMT", r#"{"rows":[2]}"#),
    ])
    .await;
    let mut pages = listing(&server, &CURSOR);
    let first = pages.next().await.unwrap().unwrap();
    pages.advance(PageFacts { rows: 1, cursor: Some("a".into()), total: None }).unwrap();
    let second = pages.next().await.unwrap().unwrap();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_438_400);
    assert_eq!(first.date, Some(start));
    assert_eq!(second.date, Some(start + Duration::from_secs(5)));
}
