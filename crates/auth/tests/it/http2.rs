//! Token requests over HTTP/2 that the server refuses or cuts.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyfob_auth::{Authenticator, ClientCredentials, Clock, ErrorKind, TransportConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::server::token;

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
const REFUSED_STREAM: [u8; 4] = [0, 0, 0, 7];
const NO_ERROR: [u8; 4] = [0; 4];

fn frame(kind: u8, flags: u8, stream: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short payload").to_be_bytes();
    [&length[1..], &[kind, flags], &stream, payload].concat()
}

/// Resets the stream of a request, which the server has not processed.
fn refuse(stream: [u8; 4]) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &REFUSED_STREAM)
}

/// Announces the end of the connection before the stream of the request.
fn go_away(_: [u8; 4]) -> Vec<u8> {
    frame(GO_AWAY, 0, [0; 4], &[NO_ERROR, NO_ERROR].concat())
}

/// Announces a body of 60 bytes, sends a complete token response of 22 bytes, and resets the stream without an error.
fn cut(stream: [u8; 4]) -> Vec<u8> {
    // Status 200, and `content-length: 60` as a literal with an indexed name (RFC 7541, 6.2.2).
    let headers = frame(HEADERS, END_HEADERS, stream, &[0x88, 0x0f, 0x0d, 2, b'6', b'0']);
    let body = frame(0, 0, stream, br#"{"access_token":"cut"}"#);
    [headers, body, frame(RST_STREAM, 0, stream, &NO_ERROR)].concat()
}

async fn serve(mut stream: TcpStream, requests: &AtomicUsize, respond: fn([u8; 4]) -> Vec<u8>) -> io::Result<()> {
    stream.read_exact(&mut [0; 24]).await?;
    stream.write_all(&frame(SETTINGS, 0, [0; 4], &[])).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let [a, b, c, kind, flags, id @ ..] = head;
        let length = u32::from_be_bytes([0, a, b, c]);
        stream.read_exact(&mut vec![0; usize::try_from(length).expect("a short payload")]).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => stream.write_all(&frame(SETTINGS, ACK, [0; 4], &[])).await?,
            HEADERS => {
                requests.fetch_add(1, Ordering::SeqCst);
                stream.write_all(&respond(id)).await?;
            }
            _ => {}
        }
    }
}

/// Fetches a token from a server that responds to every request with these frames. Returns the number of requests.
async fn requests(respond: fn([u8; 4]) -> Vec<u8>, retries: bool) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/token", listener.local_addr().expect("an address"));
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let requests = Arc::clone(&counter);
            tokio::spawn(async move { serve(stream, &requests, respond).await });
        }
    });
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    let transport = TransportConfig::new().configure_client(reqwest::ClientBuilder::http2_prior_knowledge);
    let credentials = ClientCredentials::new(url, "id", "secret");
    let builder = Authenticator::builder(credentials).transport(transport).clock(clock);
    let authenticator = builder.build().expect("an authenticator");
    let error = if retries {
        token(&authenticator).await.expect_err("no token")
    } else {
        authenticator.authorization_without_retry().await.expect_err("no token")
    };
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
    server.abort();
    requests.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_refused_stream_is_sent_again_by_the_retry_policy_alone() {
    for respond in [refuse, go_away] {
        assert_eq!(requests(respond, true).await, 3);
        assert_eq!(requests(respond, false).await, 1);
    }
}

#[tokio::test]
async fn a_response_shorter_than_announced_is_not_a_token() {
    assert_eq!(requests(cut, true).await, 3);
}
