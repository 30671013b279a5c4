//! Uploads in progress, and the read timeout.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt, channel::oneshot, stream};
use keyfob_client::{Error, ErrorKind, Method, RetryPolicy, Session, Upload};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::{manual_time::ManualTime, script::builder_of};

/// Read timeout of the client.
const LIMIT: Duration = Duration::from_secs(60);

/// Number of bytes that the server reads between two pauses, larger than the buffers of a connection: when the server has
/// read them, the client has sent some of them since the last pause.
const STEP: usize = 8 * 1024 * 1024;

/// Number of pauses of the server: the upload takes more than three times the read timeout.
const STEPS: usize = 5;

/// Reaction of the server to the body of a request.
#[derive(Clone, Copy)]
enum Reaction {
    /// Reads the body with pauses of this length, and responds.
    Slow(Duration),
    /// Reads none of the body.
    Stopped,
    /// Reads the body and sends nothing.
    Silent,
}

/// A server that advances tokio's clock while it reads a body.
struct SlowServer {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl SlowServer {
    fn start(reaction: Reaction) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(16).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, reaction, Arc::clone(&counted)));
            }
        });
        Self { url, requests }
    }

    fn session(&self) -> Session {
        builder_of(&self.url).read_timeout(LIMIT).build().unwrap()
    }
}

async fn serve(mut stream: TcpStream, reaction: Reaction, requests: Arc<AtomicUsize>) -> Option<()> {
    let mut buffer = Vec::new();
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut buffer).await.ok()? == 0 {
            return None;
        }
    };
    requests.fetch_add(1, Ordering::SeqCst);
    if let Reaction::Stopped = reaction {
        return std::future::pending().await;
    }
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    let length: usize = text.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
    let (mut received, mut pause) = (buffer.len() - head, STEP);
    let mut buffer = vec![0; 64 * 1024];
    while received < length {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => received += read,
            _ => return None,
        }
        if let Reaction::Slow(duration) = reaction
            && received >= pause
        {
            tokio::time::advance(duration).await;
            pause += STEP;
        }
    }
    if let Reaction::Silent = reaction {
        return std::future::pending().await;
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1").await.ok()
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
    let server = SlowServer::start(Reaction::Slow(LIMIT * 3 / 4));
    let session = server.session();
    assert_eq!(put(&session, vec![0; STEPS * STEP]).await.unwrap(), 1, "bytes in memory");
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);

    let chunk = Bytes::from(vec![0; STEP / 8]);
    let chunks = stream::iter(std::iter::repeat_n(chunk, 8 * STEPS).map(Ok));
    let upload = Upload::stream(chunks, Some((STEPS * STEP) as u64));
    session.request(Method::PUT, "/file").upload(upload, "text/plain").send::<i64>().await.unwrap();
    assert_eq!(server.requests.load(Ordering::SeqCst), 2, "a stream");
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
    let server = SlowServer::start(Reaction::Slow(Duration::ZERO));
    let (waiting, waits) = oneshot::channel();
    let (resume, resumed) = oneshot::channel();
    let slow = stream::once(async move {
        waiting.send(()).unwrap();
        resumed.await.unwrap();
        Ok("second")
    });
    let upload = Upload::stream(stream::iter([Ok("first ")]).chain(slow), Some(12));
    let session = server.session();
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
