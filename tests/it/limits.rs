//! Limits on the memory that a response can occupy.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use futures::TryStreamExt;
use keyfob::{
    ClientBuilder, Error, ErrorKind,
    auth::Credentials,
    client::Method,
    ditio_reporting::{self, types::TimeRegistration},
};
use tokio::runtime::Builder;

use crate::ditio::environment;

/// Maximum response size of the clients, in bytes.
const LIMIT: u64 = 1024 * 1024;

/// Starts a server, in another thread, that sends this body to every request; returns its URL.
fn serve(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut head, mut byte) = (stream.unwrap(), Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
                head.push(byte[0]);
            }
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            // The client may close the connection early.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    url
}

/// Options of a client.
type Options = fn(ClientBuilder<ditio_reporting::Client>) -> ClientBuilder<ditio_reporting::Client>;

fn client(url: &str, options: Options) -> ditio_reporting::Client {
    let builder = ditio_reporting::Client::builder(environment(url), Credentials::bearer("token"));
    options(builder.max_response_bytes(LIMIT)).build().unwrap()
}

async fn rows(client: &ditio_reporting::Client) -> Result<Vec<TimeRegistration>, Error> {
    client.time_registrations().stream().try_collect().await
}

/// Calls a server that sends this body; returns the error and the peak memory of the call, in bytes.
fn measure<F: Future<Output = Result<(), Error>>>(
    body: String,
    call: impl Fn(ditio_reporting::Client) -> F,
) -> (Option<Error>, u64) {
    assert!(body.len() as u64 <= LIMIT);
    let url = serve(body);
    // On one thread, because allocations are counted per thread.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let client = client(&url, |builder| builder);
    let mut result = None;
    let memory = allocation_counter::measure(|| result = Some(runtime.block_on(call(client.clone()))));
    (result.unwrap().err(), memory.bytes_max)
}

/// Returns a body that repeats an element up to the maximum response size.
fn list(element: &str, open: &str, close: &str) -> String {
    let count = (usize::try_from(LIMIT).unwrap() - open.len() - close.len()) / (element.len() + 1);
    format!("{open}{}{element}{close}", format!("{element},").repeat(count - 1))
}

#[test]
fn a_body_of_small_values_occupies_a_small_multiple_of_the_limit() {
    let listing = |client: ditio_reporting::Client| async move { rows(&client).await.map(drop) };
    let raw = |client: ditio_reporting::Client| async move {
        client.session().request(Method::GET, "/x").send::<serde_json::Value>().await.map(drop)
    };
    let bodies = [
        ("{}", r#"{"data":["#, "]}"),
        ("[]", r#"{"data":[{"unknown":["#, "]}]}"),
        (r#"{"":0}"#, r#"{"data":[{"unknown":["#, "]}]}"),
        // Responses with a value of an unexpected type are decoded again.
        ("{}", r#"{"data":[{"qty":"n/a"},"#, "]}"),
        ("[]", r#"{"data":[{"qty":["#, "]}]}"),
    ];
    for (element, open, close) in bodies {
        let (error, peak) = measure(list(element, open, close), listing);
        // Received bytes; four times as many decoded bytes; up to twice that for the capacity of a list, and once more
        // while it is moved.
        assert!(peak < 14 * LIMIT, "{peak} bytes for {open}{element},…");
        let error = error.expect(open);
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Unexpected, Some("time_registrations")));
        assert!(error.to_string().contains("larger than 4194304 bytes when decoded"), "{error}");
    }
    for element in ["[]", "0", r#""a""#, r#"{"":0}"#] {
        let (error, peak) = measure(list(element, "[", "]"), raw);
        assert!(peak < 14 * LIMIT, "{peak} bytes for [{element},…");
        assert!(error.unwrap().to_string().contains("`ClientBuilder::max_decoded_bytes`"), "{element}");
    }
}

#[test]
fn the_limit_on_decoded_bytes_can_be_raised() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let url = serve(list("{}", r#"{"data":["#, "]}"));
    let read = |options| runtime.block_on(rows(&client(&url, options))).map(|rows| rows.len() * size_of_val(&rows[0]));
    let size = read(|builder| builder.max_decoded_bytes(u64::MAX)).unwrap();
    assert!(size > 300 * 1024 * 1024, "{size}");
    read(|builder| builder.max_decoded_bytes(1024 * LIMIT)).unwrap();
    read(|builder| builder.max_decoded_bytes(300 * LIMIT)).unwrap_err();
}

#[test]
fn a_page_of_usual_rows_up_to_the_response_limit_is_decoded() {
    // A quarter of the fields.
    let row = serde_json::json!({
        "id": "64f0c3a1b2c3d4e5f6a7b8c9", "workDate": "2026-03-02T00:00:00Z", "startDateTime": "2026-03-02T07:00:00Z",
        "stopDateTime": "2026-03-02T15:00:00Z", "qty": 7.5, "unitName": "Timer", "projectId": "64f0c3a1b2c3d4e5f6a7b8d0",
        "projectNumber": "E39-17", "projectName": "E39 Rogfast", "projectCompanyName": "Bru og Tunnel AS",
        "taskName": "Forskaling", "resourceName": "Kari Nordmann", "userName": "Kari Nordmann", "approved": true,
        "description": "Forskaling av søyle 4, akse 12, og rydding av riggområdet etter støp", "unknown": null,
    });
    let url = serve(list(&row.to_string(), r#"{"data":["#, "]}"));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    assert!(runtime.block_on(rows(&client(&url, |builder| builder))).unwrap().len() > 1000);
}
