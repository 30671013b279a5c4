//! Compressed responses: which calls request them, and the limits on their size.
//!
//! These tests also enable the feature `gzip` of reqwest, as another crate of a program could.

use std::sync::{Arc, Mutex};

#[cfg(feature = "gzip")]
use base64::{Engine, engine::general_purpose::STANDARD};
use keyfob_client::{CallOptions, ErrorKind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::script::{builder_of, get, get_with};

/// A JSON string of 100,000 letters `x`, compressed with gzip.
#[cfg(feature = "gzip")]
const COMPRESSED: &str = "H4sIAAAAAAACA+3BIQEAAAACoC+udL43DEAKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3MoAkNliFKKGAQA=";

#[cfg(feature = "gzip")]
fn compressed() -> Vec<u8> {
    STANDARD.decode(COMPRESSED).unwrap()
}

/// A response with these headers, which announces its length.
fn respond(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A server that sends scripted bytes and records the heads of the requests.
struct Server {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server that sends these responses in order, the last one for all further requests.
    async fn start(responses: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heads);
        let mut responses: Vec<_> = responses.into_iter().collect();
        responses.reverse();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !is_complete(&request) && stream.read_buf(&mut request).await.unwrap() > 0 {}
                log.lock().unwrap().push(String::from_utf8(request).unwrap());
                let response = if responses.len() > 1 { responses.pop().unwrap() } else { responses[0].clone() };
                let _ = stream.write_all(&response).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { url, heads }
    }

    /// Returns the value of `Accept-Encoding` in each request.
    fn accepted(&self) -> Vec<Option<String>> {
        let value =
            |head: &String| head.lines().find_map(|line| line.strip_prefix("accept-encoding: ")).map(str::to_owned);
        self.heads.lock().unwrap().iter().map(value).collect()
    }
}

/// Returns `true` if these bytes are a complete request.
fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    body.len() >= length
}

#[cfg(feature = "gzip")]
const GZIP: &str = "content-encoding: gzip\r\n";

#[tokio::test]
#[cfg(feature = "gzip")]
async fn a_call_requests_gzip_and_its_response_has_no_header_of_the_compressed_form() {
    use keyfob_client::Method;

    let server = Server::start([respond(200, GZIP, &compressed())]).await;
    let session = builder_of(&server.url).build().unwrap();
    let response = session.request(Method::GET, "/x").send::<String>().await.unwrap();
    assert_eq!(response.len(), 100_000);
    assert!(!response.headers().contains_key("content-encoding") && !response.headers().contains_key("content-length"));
    // The caller's own header and a range of the compressed form are sent unchanged.
    get_with(&session, CallOptions::default().header("accept-encoding", "identity")).await.unwrap();
    get_with(&session, CallOptions::default().header("range", "bytes=0-")).await.unwrap();
    assert_eq!(server.accepted(), [Some("gzip".to_owned()), Some("identity".to_owned()), None]);
}

#[tokio::test]
#[cfg(feature = "gzip")]
async fn the_limit_of_a_compressed_response_counts_decompressed_bytes() {
    let server = Server::start([respond(200, GZIP, &compressed())]).await;
    let session = builder_of(&server.url).max_response_bytes(100_002).build().unwrap();
    assert_eq!(get(&session).await.unwrap().as_str().unwrap().len(), 100_000);
    let session = builder_of(&server.url).max_response_bytes(100_001).build().unwrap();
    let error = get(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected);
    assert!(error.to_string().contains("larger than 100001 bytes"), "{error}");
    let session = builder_of(&server.url).max_decoded_bytes(50_000).build().unwrap();
    let error = get(&session).await.unwrap_err();
    assert!(error.to_string().contains("max_decoded_bytes"), "{error}");
}

#[tokio::test]
#[cfg(feature = "gzip")]
async fn a_compressed_error_body_is_truncated_after_decompression() {
    let server = Server::start([respond(400, GZIP, &compressed())]).await;
    let error = get(&builder_of(&server.url).build().unwrap()).await.unwrap_err();
    assert_eq!(error.service_error().unwrap().body().len(), 64 * 1024);
    let message = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xabV\xcaM-.NLOU\xb2R\xca\xc8T\xaa\x05\x003\x94\xd6\xbd\x10\0\0\0";
    let server = Server::start([respond(400, GZIP, message)]).await;
    let error = get(&builder_of(&server.url).build().unwrap()).await.unwrap_err();
    assert_eq!(error.service_error().unwrap().message(), Some("hi"));
}

#[tokio::test]
#[cfg(feature = "gzip")]
async fn a_damaged_or_shortened_compressed_response_is_requested_again_by_a_read() {
    let mut damaged = compressed();
    damaged[60] ^= 0xff;
    let shortened = &compressed()[..50];
    let server =
        Server::start([respond(200, GZIP, &damaged), respond(200, GZIP, shortened), respond(200, GZIP, &compressed())])
            .await;
    get(&builder_of(&server.url).build().unwrap()).await.unwrap();
    assert_eq!(server.accepted().len(), 3);
    let server = Server::start([respond(200, GZIP, b"not gzip")]).await;
    let error = get(&builder_of(&server.url).build().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("the compressed response is damaged"), "{error}");
}

#[tokio::test]
#[cfg(not(feature = "gzip"))]
async fn without_the_feature_no_call_requests_gzip_and_a_compressed_response_is_an_error() {
    let server = Server::start([respond(200, "", b"1"), respond(200, "content-encoding: gzip\r\n", b"\x1f\x8b")]).await;
    let session = builder_of(&server.url).build().unwrap();
    get_with(&session, CallOptions::default()).await.unwrap();
    assert_eq!(server.accepted(), [None]);
    let error = get(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected);
    assert!(error.to_string().contains("enable the feature `gzip`"), "{error}");
}

#[tokio::test]
async fn token_requests_do_not_request_compressed_responses() {
    use keyfob_client::auth::{ClientCredentials, Credentials};

    let token = respond(200, "", br#"{"access_token":"t1","expires_in":3600}"#);
    let server = Server::start([token, respond(200, "", b"1")]).await;
    let credentials = ClientCredentials::new(format!("{}/token", server.url), "id", "secret");
    let session = builder_of(&server.url).credentials(Credentials::from(credentials)).build().unwrap();
    get(&session).await.unwrap();
    assert_eq!(server.accepted().first(), Some(&None), "{:?}", server.accepted());
}

#[tokio::test]
#[cfg(feature = "files")]
async fn downloads_are_requested_uncompressed_so_that_they_can_be_resumed() {
    use keyfob_client::Method;

    let tags = "accept-ranges: bytes\r\netag: \"v1\"\r\n";
    let cut = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\naccept-ranges: bytes\r\netag: \"v1\"\r\n\r\n0123";
    let rest = respond(206, "content-range: bytes 4-9/10\r\netag: \"v1\"\r\n", b"456789");
    let server = Server::start([cut.to_vec(), rest, respond(200, tags, b"")]).await;
    let own = builder_of(&server.url).build().unwrap();
    let download = own.request(Method::GET, "/file").download().await.unwrap().into_inner();
    assert_eq!(download.content_length(), Some(10));
    assert_eq!(download.bytes().await.unwrap(), &b"0123456789"[..]);
    // An HTTP client that would request compressed responses.
    let http = reqwest::Client::builder().no_proxy().gzip(true).build().unwrap();
    let session = builder_of(&server.url).http_client(http).build().unwrap();
    session.request(Method::GET, "/file").download().await.unwrap();
    assert_eq!(server.accepted(), vec![Some("identity".to_owned()); 3]);
}
