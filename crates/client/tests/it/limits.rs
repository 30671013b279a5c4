//! Limits on the size of a compressed response. Only these tests enable the feature `gzip` of reqwest, as another crate of
//! a program could.

use base64::{Engine, engine::general_purpose::STANDARD};
use keyfob_client::ErrorKind;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::script::{builder_of, get};

/// A JSON string of 100,000 letters `x`, compressed with gzip.
const COMPRESSED: &str = "H4sIAAAAAAACA+3BIQEAAAACoC+udL43DEAKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3MoAkNliFKKGAQA=";

/// Starts a server that sends the compressed string with this status; returns its URL.
async fn serve(status: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = STANDARD.decode(COMPRESSED).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap() > 0 {}
            let head = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
        }
    });
    url
}

#[tokio::test]
async fn the_limit_of_a_compressed_response_counts_decompressed_bytes() {
    let url = serve(200).await;
    let session = builder_of(&url).max_response_bytes(100_002).build().unwrap();
    assert_eq!(get(&session).await.unwrap().as_str().unwrap().len(), 100_000);
    let session = builder_of(&url).max_response_bytes(100_001).build().unwrap();
    let error = get(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected);
    assert!(error.to_string().contains("larger than 100001 bytes"), "{error}");
}

#[tokio::test]
async fn a_compressed_error_body_is_truncated_after_decompression() {
    let error = get(&builder_of(&serve(400).await).build().unwrap()).await.unwrap_err();
    assert_eq!(error.service_error().unwrap().body().len(), 64 * 1024);
}
