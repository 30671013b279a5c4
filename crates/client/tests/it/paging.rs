//! Listings: prefetch and end.

use std::{sync::OnceLock, time::Duration};

use futures::{FutureExt, StreamExt, TryStreamExt};
use keyfob_client::{
    CallOptions, ErrorKind, Session,
    codegen::{BuildRequest, Path, RequestBuilder, page_request},
    decode::{ErasedReader, Expected, Failed, WireStruct},
    encode::{self, FieldWriter},
    paging::{PageRequest, Paged, Position, Scheme, items, pages},
    wire_form::{FormRecorder, OriginalForm},
};
use serde_json::{Value, json as value};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};

use crate::script::{GET, Server, builder_of, json, status};

/// A listing of the scheme `SCHEME`.
#[derive(Clone)]
struct Listing<const SCHEME: u8> {
    session: Session,
    at: Option<String>,
    size: Option<i64>,
}

const CURSOR: u8 = 0;
const PAGE: u8 = 1;
const OFFSET: u8 = 2;

/// Page whose decoding blocks, if it has the field `wait`, until the watched server has received the next request.
#[derive(Debug)]
struct Page(Value);

static WATCHED: OnceLock<Server> = OnceLock::new();

const FIELDS: [&str; 4] = ["wait", "rows", "next", "total"];

impl WireStruct for Page {
    fn field_names(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn empty() -> Self {
        Self(value!({}))
    }

    fn decode_field(
        &mut self,
        index: usize,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        let value = reader.json(form)?.unwrap_or_default();
        let waits = FIELDS[index] == "wait" && !value.is_null();
        let requested = || WATCHED.get().is_some_and(|server| server.count() > 1);
        self.0[FIELDS[index]] = value;
        for _ in 0..5000 {
            if !waits || requested() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(reader.fail(Expected::Value))
    }

    fn encode_field(&self, _: usize, _: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        unreachable!("pages are only decoded")
    }

    fn original_form(&self, _: usize) -> OriginalForm<'_> {
        OriginalForm::default()
    }

    fn record_form(&mut self, _: usize, _: &mut FormRecorder) {}
}

impl<const S: u8> BuildRequest for Listing<S> {
    fn path(&self, path: &mut Path<'_>) {
        path.text("/rows");
    }

    fn build(&self, request: &mut RequestBuilder) {
        request.query("filter", &"f".to_owned());
        request.query("at", &self.at);
    }
}

impl<const S: u8> Paged for Listing<S> {
    type Page = Page;
    type Item = i64;
    const SCHEME: Scheme = match S {
        CURSOR => Scheme::Cursor,
        PAGE => Scheme::Page { first: 0 },
        _ => Scheme::Offset,
    };

    fn seek(&mut self, position: Position) {
        match position {
            Position::Start => {}
            Position::Cursor(cursor) => self.at = Some(cursor),
            Position::Number(number) => self.at = Some(number.to_string()),
        }
    }

    fn start(&self) -> Option<i64> {
        self.at.as_ref()?.parse().ok()
    }

    fn page_size(&self) -> Option<i64> {
        self.size
    }

    const CURSOR_FIELD: Option<&'static str> = if S == CURSOR { Some("next") } else { None };

    fn request(&self) -> PageRequest {
        page_request::<Page>(&self.session, &GET, self, CallOptions::default())
    }

    fn cursor(Page(page): &Page) -> Option<String> {
        page["next"].as_str().map(str::to_owned)
    }

    fn total(Page(page): &Page) -> Option<i64> {
        page["total"].as_i64()
    }

    fn items(Page(page): &mut Page) -> Vec<i64> {
        page["rows"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect()
    }

    fn len(Page(page): &Page) -> usize {
        page["rows"].as_array().map_or(0, Vec::len)
    }
}

fn listing<const S: u8>(server: &Server, size: Option<i64>) -> Listing<S> {
    Listing { session: server.session(), at: None, size }
}

async fn serve(responses: &[Value]) -> Server {
    Server::start(responses.iter().map(|response| json(&response.to_string()))).await
}

fn lines(server: &Server) -> Vec<String> {
    let line = |line: String| line.trim_start_matches("GET /rows?filter=f").trim_end_matches(" HTTP/1.1").to_owned();
    server.requests().into_iter().map(|request| line(request.line)).collect()
}

#[tokio::test]
async fn cursors_are_followed_past_an_empty_page_and_filters_are_repeated() {
    let server = serve(&[
        value!({"rows": [1, 2], "next": "a"}),
        value!({"rows": [], "next": "b"}),
        value!({"rows": [3], "next": ""}),
    ])
    .await;
    let rows: Vec<_> = items(listing::<CURSOR>(&server, None)).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2, 3]);
    assert_eq!(lines(&server), ["", "&at=a", "&at=b"]);
}

/// Reads a listing to its error, and returns the rows before the error.
async fn rows_before_an_error<const S: u8>(listing: Listing<S>, reason: &str) -> Vec<i64> {
    let (mut rows, mut stream) = (Vec::new(), items(listing));
    let error = loop {
        match stream.next().await.expect("the listing ends without an error") {
            Ok(row) => rows.push(row),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Unexpected, Some("thing")));
    assert!(error.to_string().contains(&format!("the listing makes no progress: {reason}")), "{error}");
    assert!(stream.next().await.is_none(), "the stream ends after an error");
    rows
}

#[tokio::test]
async fn a_cursor_that_any_earlier_page_had_is_an_error() {
    let server = serve(&[value!({"rows": [1], "next": "a"}), value!({"rows": [2], "next": "a"})]).await;
    assert_eq!(rows_before_an_error(listing::<CURSOR>(&server, None), "the service repeats a cursor").await, [1]);
    assert_eq!(lines(&server), ["", "&at=a"]);
    let pages: Vec<_> = ["a", "b", "c", "b", "c", "b"].map(|next| value!({"rows": [1], "next": next})).into();
    let server = serve(&pages).await;
    assert_eq!(rows_before_an_error(listing::<CURSOR>(&server, None), "the service repeats a cursor").await, [1, 1, 1]);
    assert_eq!(lines(&server), ["", "&at=a", "&at=b", "&at=c"]);
}

#[tokio::test]
async fn fifty_empty_pages_in_a_row_are_an_error_whatever_their_cursors() {
    let empty = |number: usize| value!({"rows": [], "next": format!("c{number}")});
    let server = serve(&(0..60).map(empty).collect::<Vec<_>>()).await;
    let rows = rows_before_an_error(listing::<CURSOR>(&server, None), "the service sends only empty pages").await;
    assert_eq!((rows, server.count()), (vec![], 50));
    let mut pages: Vec<_> = (0..120).map(empty).collect();
    (pages[49], pages[99]) = (value!({"rows": [1], "next": "x"}), value!({"rows": [2]}));
    let server = serve(&pages).await;
    let rows: Vec<_> = items(listing::<CURSOR>(&server, None)).try_collect().await.unwrap();
    assert_eq!((rows, server.count()), (vec![1, 2], 100));
    // Without cursors, the total can be as far away.
    let server = serve(&vec![value!({"rows": [], "total": i64::MAX}); 60]).await;
    let rows = rows_before_an_error(listing::<OFFSET>(&server, Some(2)), "the service sends only empty pages").await;
    assert_eq!((rows, server.count()), (vec![], 50));
}

#[tokio::test]
async fn a_repeated_page_is_an_error_if_the_service_ignores_page_number_or_offset() {
    let reason = "the service repeats a page";
    // With the total of 4, the second page would be the last.
    for page in [value!({"rows": [1, 2]}), value!({"rows": [1, 2], "total": 9}), value!({"rows": [1, 2], "total": 4})] {
        for size in [None, Some(2)] {
            let server = serve(&vec![page.clone(); 5]).await;
            assert_eq!(rows_before_an_error(listing::<PAGE>(&server, size), reason).await, [1, 2]);
            assert_eq!(lines(&server), ["", "&at=1"]);
            let server = serve(&vec![page.clone(); 5]).await;
            assert_eq!(rows_before_an_error(listing::<OFFSET>(&server, size), reason).await, [1, 2]);
            assert_eq!(lines(&server), ["", "&at=2"]);
        }
    }
    let pages = [1, 2, 3, 2, 3].map(|row| value!({"rows": [row]}));
    assert_eq!(rows_before_an_error(listing::<PAGE>(&serve(&pages).await, None), reason).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_listing_with_a_total_and_no_page_size_ends_at_the_total() {
    let page = |rows: &[i64]| value!({"rows": rows, "total": 5});
    let pages = [page(&[1, 2]), page(&[3, 4]), page(&[5])];
    let server = serve(&pages).await;
    let rows: Vec<_> = items(listing::<OFFSET>(&server, None)).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2, 3, 4, 5]);
    assert_eq!(lines(&server), ["", "&at=2", "&at=4"]);
    let server = serve(&pages).await;
    let rows: Vec<_> = items(listing::<PAGE>(&server, None)).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2, 3, 4, 5]);
    assert_eq!(lines(&server), ["", "&at=1", "&at=2"]);
}

/// Starts a server that sends these pages, and nothing to the request after them. Returns its URL, and a channel that
/// reports the request without a response and the end of its connection.
async fn unresponsive(pages: Vec<Value>) -> (String, UnboundedReceiver<&'static str>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (events, received) = unbounded_channel();
    tokio::spawn(async move {
        let mut pages = pages.into_iter().map(|page| page.to_string());
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap() > 0 {}
            if let Some(page) = pages.next() {
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", page.len());
                stream.write_all((head + &page).as_bytes()).await.unwrap();
            } else {
                events.send("requested").unwrap();
                // Returns at the end of the connection, or with an error after a reset.
                let _ = stream.read_buf(&mut request).await;
                events.send("closed").unwrap();
            }
        }
    });
    (url, received)
}

#[tokio::test]
async fn dropping_a_stream_stops_its_request() {
    // Longer than any pause of a busy machine, and shorter than the client's own time limits.
    let limit = Duration::from_secs(40);
    for pages in [vec![], vec![value!({"rows": [1], "next": "a"})]] {
        let consumed = pages.len();
        let (url, mut events) = unresponsive(pages).await;
        let session = builder_of(&url).build().unwrap();
        let mut stream = items(Listing::<CURSOR> { session, at: None, size: None });
        for _ in 0..consumed {
            stream.next().await.unwrap().unwrap();
        }
        // Starts the request of the first page; later pages are prefetched.
        assert!(consumed > 0 || stream.next().now_or_never().is_none());
        assert_eq!(events.recv().await, Some("requested"));
        drop(stream);
        let closed = tokio::time::timeout(limit, events.recv()).await;
        assert_eq!(closed.expect("the request continues after its stream was dropped"), Some("closed"));
    }
}

#[tokio::test]
async fn numbered_pages_end_at_a_short_page() {
    let server = serve(&[value!({"rows": [1, 2]}), value!({"rows": [3, 4]}), value!({"rows": [5]})]).await;
    let rows: Vec<_> = items(listing::<PAGE>(&server, Some(2))).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2, 3, 4, 5]);
    assert_eq!(lines(&server), ["", "&at=1", "&at=2"]);
}

#[tokio::test]
async fn without_a_page_size_numbered_pages_end_at_an_empty_page() {
    let server = serve(&[value!({"rows": [1, 2]}), value!({"rows": [3]}), value!({"rows": []})]).await;
    let rows: Vec<_> = items(listing::<PAGE>(&server, None)).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2, 3]);
}

#[tokio::test]
async fn offsets_grow_by_received_rows_until_the_total() {
    let page = |rows: &[i64]| value!({"rows": rows, "total": 5});
    let server = serve(&[page(&[1, 2, 3]), page(&[4]), page(&[5])]).await;
    let rows: Vec<_> = items(listing::<OFFSET>(&server, Some(3))).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2, 3, 4, 5]);
    assert_eq!(lines(&server), ["", "&at=3", "&at=4"]);
}

#[tokio::test]
async fn an_empty_page_below_the_total_neither_ends_a_listing_nor_loops() {
    let page = |rows: &[i64]| value!({"rows": rows, "total": 5});
    let server = serve(&[page(&[1, 2]), page(&[]), page(&[5])]).await;
    let rows: Vec<_> = items(listing::<OFFSET>(&server, Some(2))).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2, 5]);
    let server = serve(&[page(&[1, 2]), page(&[])]).await;
    let rows: Vec<_> = items(listing::<OFFSET>(&server, None)).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2]);
}

#[tokio::test]
async fn one_page_is_prefetched_while_the_current_one_is_consumed() {
    let server =
        serve(&[value!({"rows": [1], "next": "a"}), value!({"rows": [2], "next": "b"}), value!({"rows": [3]})]).await;
    let mut stream = pages(listing::<CURSOR>(&server, None));
    assert_eq!(server.count(), 0, "no request before the first poll");
    stream.next().await.unwrap().unwrap();
    for _ in 0..1000 {
        if server.count() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    assert_eq!(server.count(), 2, "one page ahead");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_page_is_requested_before_the_current_one_is_decoded() {
    let server = serve(&[value!({"rows": [1], "next": "a", "wait": true}), value!({"rows": [2]})]).await;
    let server = WATCHED.get_or_init(|| server);
    let rows: Vec<_> = items(listing::<CURSOR>(server, None)).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2]);
    assert_eq!(lines(server), ["", "&at=a"]);
}

#[tokio::test]
async fn a_failed_page_can_be_resumed_from_its_position() {
    let server = Server::start([json(r#"{"rows":[1],"next":"a"}"#), status(400), json(r#"{"rows":[2]}"#)]).await;
    let mut stream = pages(listing::<CURSOR>(&server, None));
    stream.next().await.unwrap().unwrap();
    stream.next().await.unwrap().unwrap_err();
    assert!(stream.next().await.is_none(), "the stream ends after an error");
    let position = stream.position().cloned().unwrap();
    assert_eq!(position, Position::Cursor("a".into()));
    let rest: Vec<_> = items(listing::<CURSOR>(&server, None).at(position)).try_collect().await.unwrap();
    assert_eq!(rest, [2]);
}

#[tokio::test]
async fn a_listing_continues_after_a_rejected_token_is_refreshed() {
    let server = Server::start([json(r#"{"rows":[1],"next":"a"}"#), status(401), json(r#"{"rows":[2]}"#)]).await;
    let rows: Vec<_> = items(listing::<CURSOR>(&server, None)).try_collect().await.unwrap();
    assert_eq!(rows, [1, 2]);
    assert_eq!(lines(&server), ["", "&at=a", "&at=a"]);
}
