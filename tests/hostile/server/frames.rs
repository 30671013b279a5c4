//! HTTP/2 frame by frame, for frames that no HTTP/2 library sends.
//!
//! Header blocks are not decoded: every request counts as one of the API.

use std::{io, ops::ControlFlow};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    reply::Step,
    server::{
        Context, Request,
        connection::{self, Exchange},
    },
};

/// Length of the bytes that a client sends before its first frame.
const PREFACE: usize = 24;
/// Frame types and flags of RFC 9113, section 6.
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;

/// Serves the requests of one connection.
pub(super) async fn serve(mut stream: TcpStream, context: &Context) -> io::Result<()> {
    stream.read_exact(&mut [0; PREFACE]).await?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let mut connection = Connection { stream, request_ended: false, context };
    loop {
        let (kind, flags) = connection.read_frame().await?;
        if kind != HEADERS {
            continue;
        }
        connection.request_ended = flags & END_STREAM != 0;
        let request = Request { number: 0, target: "/".to_owned(), headers: Vec::new() };
        let steps = context.respond(request);
        if connection::run(&mut connection, steps, context).await?.is_break() {
            return connection.stream.shutdown().await;
        }
    }
}

/// Encodes a frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame").to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

struct Connection<'a> {
    stream: TcpStream,
    /// The last frame of the request has been read.
    request_ended: bool,
    context: &'a Context,
}

impl Connection<'_> {
    /// Reads a frame, acknowledges settings, and returns the type and the flags of the frame.
    async fn read_frame(&mut self) -> io::Result<(u8, u8)> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        self.stream.read_exact(&mut payload).await?;
        let (kind, flags) = (head[3], head[4]);
        if kind == SETTINGS && flags & ACK == 0 {
            self.stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await?;
        }
        Ok((kind, flags))
    }
}

impl Exchange for Connection<'_> {
    async fn step(&mut self, step: Step) -> io::Result<ControlFlow<()>> {
        match step {
            Step::ReadBody => {
                while !self.request_ended {
                    // Data frames have the same flag as header frames.
                    let (kind, flags) = self.read_frame().await?;
                    self.request_ended = kind <= HEADERS && flags & END_STREAM != 0;
                }
            }
            Step::Raw(bytes) => self.stream.write_all(&bytes).await?,
            Step::Stall => self.context.stopped().await,
            Step::Close => return Ok(ControlFlow::Break(())),
            step => panic!("{step:?} has no frames of its own"),
        }
        Ok(ControlFlow::Continue(()))
    }
}
