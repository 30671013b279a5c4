//! An HTTP/2 server that refuses streams and cuts bodies.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Reaction of the server to the headers of a request.
#[derive(Clone, Debug)]
pub(crate) enum Reaction {
    /// Responds with this body.
    Respond(&'static str),
    /// Resets the stream with `REFUSED_STREAM`.
    Refuse,
    /// Announces the end of the connection before this stream.
    GoAway,
    /// Announces a body of 10 bytes, sends this one, and resets the stream with `NO_ERROR`.
    Cut(&'static str),
    /// Responds to `HEAD`: announces a body and sends none.
    Head,
}

/// A server that reacts to requests in order and refuses further ones.
///
/// It writes frames byte for byte, because libraries do not send such responses.
pub(crate) struct Http2Server {
    pub(crate) url: String,
    requests: Arc<Mutex<usize>>,
}

impl Http2Server {
    pub(crate) async fn start(reactions: impl IntoIterator<Item = Reaction>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(0));
        let reactions = Arc::new(Mutex::new(reactions.into_iter().collect::<VecDeque<_>>()));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (reactions, requests) = (Arc::clone(&reactions), Arc::clone(&counted));
                tokio::spawn(async move { serve(stream, &reactions, &requests).await });
            }
        });
        Self { url, requests }
    }

    /// Returns the number of requests.
    pub(crate) fn count(&self) -> usize {
        *self.requests.lock().unwrap()
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const NO_ERROR: u32 = 0;
const REFUSED_STREAM: u32 = 7;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Encodes status 200 and headers as literals without indexing (RFC 7541, 6.2.2).
fn header_block(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut block = vec![0x88];
    for (name, value) in headers {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

impl Reaction {
    fn frames(&self, stream: u32) -> Vec<u8> {
        let headers = |length: &str, flags| {
            let block = [("content-length", length), ("etag", "\"v1\""), ("accept-ranges", "bytes")];
            frame(HEADERS, END_HEADERS | flags, stream, &header_block(&block))
        };
        match self {
            Self::Respond(body) => {
                [headers(&body.len().to_string(), 0), frame(DATA, END_STREAM, stream, body.as_bytes())].concat()
            }
            Self::Refuse => frame(RST_STREAM, 0, stream, &REFUSED_STREAM.to_be_bytes()),
            Self::GoAway => frame(GO_AWAY, 0, 0, &[0_u32.to_be_bytes(), NO_ERROR.to_be_bytes()].concat()),
            Self::Cut(body) => {
                let reset = frame(RST_STREAM, 0, stream, &NO_ERROR.to_be_bytes());
                [headers("10", 0), frame(DATA, 0, stream, body.as_bytes()), reset].concat()
            }
            Self::Head => headers("10", END_STREAM),
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    reactions: &Mutex<VecDeque<Reaction>>,
    requests: &Mutex<usize>,
) -> io::Result<()> {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await?;
    assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let [a, b, c, kind, flags, id @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        stream.read_exact(&mut payload).await?;
        if kind == SETTINGS && flags & ACK == 0 {
            stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await?;
        }
        if kind == HEADERS {
            *requests.lock().unwrap() += 1;
            let reaction = reactions.lock().unwrap().pop_front().unwrap_or(Reaction::Refuse);
            stream.write_all(&reaction.frames(u32::from_be_bytes(id))).await?;
        }
    }
}
