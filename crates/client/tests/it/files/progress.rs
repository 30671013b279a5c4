//! Uploads in progress, and the read timeout.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, channel::oneshot, stream};
use keyfob_client::{Error, ErrorKind, Method, RetryPolicy, Session, Upload};

use crate::{
    manual_time::ManualTime,
    script::builder_of,
    slow_server::{Reaction, STEP, SlowServer},
};

/// Read timeout of the client.
const LIMIT: Duration = Duration::from_secs(60);

/// Number of pauses of the server: the upload takes more than three times the read timeout.
const STEPS: usize = 5;

fn session(server: &SlowServer) -> Session {
    builder_of(&server.url).read_timeout(LIMIT).build().unwrap()
}

async fn put(session: &Session, body: Vec<u8>) -> Result<i64, Error> {
    let sent = session.request(Method::PUT, "/file").body(body, "application/octet-stream").send::<i64>();
    sent.await.map(keyfob_client::ResponseValue::into_inner)
}

/// Advances tokio's clock again and again.
async fn advance_for_ever() {
    loop {
        tokio::time::advance(LIMIT / 4).await;
        // Lets the other tasks and the I/O driver run.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn an_upload_that_takes_three_times_the_read_timeout_succeeds_and_is_sent_once() {
    let _time = ManualTime::start();
    let server = SlowServer::start(Reaction::Slow(LIMIT * 3 / 4, "1"));
    let session = session(&server);
    assert_eq!(put(&session, vec![0; STEPS * STEP]).await.unwrap(), 1, "bytes in memory");
    assert_eq!(server.count(), 1);

    let chunk = Bytes::from(vec![0; STEP / 8]);
    let chunks = stream::iter(std::iter::repeat_n(chunk, 8 * STEPS).map(Ok));
    let upload = Upload::stream(chunks, Some((STEPS * STEP) as u64));
    session.request(Method::PUT, "/file").upload(upload, "text/plain").send::<i64>().await.unwrap();
    assert_eq!(server.count(), 2, "a stream");
}

#[tokio::test]
async fn a_service_that_stops_reading_an_upload_or_does_not_respond_to_it_is_a_timeout() {
    let _time = ManualTime::start();
    for reaction in [Reaction::Stopped, Reaction::Silent] {
        let server = SlowServer::start(reaction);
        let session = builder_of(&server.url).read_timeout(LIMIT).retry(RetryPolicy::none()).build().unwrap();
        let error = tokio::select! {
            result = put(&session, vec![0; 2 * STEP]) => result.unwrap_err(),
            () = advance_for_ever() => unreachable!(),
        };
        assert_eq!(error.kind(), ErrorKind::Timeout);
    }
}

#[tokio::test]
async fn a_slow_source_of_an_upload_is_not_a_silent_service() {
    let _time = ManualTime::start();
    let server = SlowServer::start(Reaction::Slow(Duration::ZERO, "1"));
    let (waiting, waits) = oneshot::channel();
    let (resume, resumed) = oneshot::channel();
    let slow = stream::once(async move {
        waiting.send(()).unwrap();
        resumed.await.unwrap();
        Ok("second")
    });
    let upload = Upload::stream(stream::iter([Ok("first ")]).chain(slow), Some(12));
    let session = session(&server);
    let call = session.request(Method::PUT, "/file").upload(upload, "text/plain").send::<i64>();
    let source = async move {
        waits.await.unwrap();
        for _ in 0..8 {
            tokio::time::advance(LIMIT / 2).await;
        }
        resume.send(()).unwrap();
    };
    let (result, ()) = tokio::join!(call, source);
    assert_eq!(result.unwrap().into_inner(), 1);
}
