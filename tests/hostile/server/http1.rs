//! HTTP/1.1 as a scenario specifies it, valid or not.

use std::{io, ops::ControlFlow, time::Duration};

use bytes::{Buf, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;

use crate::{
    reply::{Framing, Step},
    server::{
        Context, Request,
        connection::{self, Exchange},
    },
};

/// A connection over TCP, with or without TLS.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin {
    /// Makes the connection end with a TCP reset when it is dropped.
    fn reset_on_drop(&self) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn reset_on_drop(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

impl Stream for TlsStream<TcpStream> {
    fn reset_on_drop(&self) -> io::Result<()> {
        self.get_ref().0.set_zero_linger()
    }
}

/// Serves the requests of one connection.
pub(super) async fn serve(stream: impl Stream, context: &Context) -> io::Result<()> {
    let mut connection =
        Connection { stream, received: BytesMut::new(), unread: Unread::Bytes(0), chunked: false, context };
    while let Some(request) = connection.read_head().await? {
        let steps = context.respond(request);
        if connection::run(&mut connection, steps, context).await?.is_break() {
            break;
        }
    }
    connection.stream.shutdown().await
}

/// Part of the request body that has not been read.
enum Unread {
    Bytes(usize),
    Chunks,
}

struct Connection<'a, S> {
    stream: S,
    received: BytesMut,
    unread: Unread,
    /// The response body is sent in chunks.
    chunked: bool,
    context: &'a Context,
}

impl<S: Stream> Connection<'_, S> {
    /// Reads the head of a request; `None` at the end of the connection.
    async fn read_head(&mut self) -> io::Result<Option<Request>> {
        let end = loop {
            if let Some(end) = self.received.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Ok(None);
            }
        };
        let head = String::from_utf8_lossy(&self.received.split_to(end)).into_owned();
        let mut lines = head.lines();
        let target = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let request = Request { number: 0, target, headers };
        let length = request.header("content-length").and_then(|length| length.parse().ok());
        self.unread = match length {
            Some(length) => Unread::Bytes(length),
            None if request.header("transfer-encoding").is_some() => Unread::Chunks,
            None => Unread::Bytes(0),
        };
        self.chunked = false;
        Ok(Some(request))
    }

    /// Reads the rest of the request body, at most `limit` bytes before each `pause`.
    async fn read_body(&mut self, limit: usize, pause: Duration) -> io::Result<()> {
        loop {
            match &mut self.unread {
                Unread::Bytes(length) => {
                    let taken = self.received.len().min(*length);
                    self.received.advance(taken);
                    *length -= taken;
                    if *length == 0 {
                        return Ok(());
                    }
                }
                // The last chunk ends with these bytes, which no scenario has in its own bodies.
                Unread::Chunks if self.received.ends_with(b"0\r\n\r\n") => {
                    self.received.clear();
                    self.unread = Unread::Bytes(0);
                    return Ok(());
                }
                Unread::Chunks => self.received.advance(self.received.len().saturating_sub(4)),
            }
            let mut read = 0;
            while read < limit {
                self.received.reserve(64 * 1024);
                match self.stream.read_buf(&mut self.received).await? {
                    0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                    bytes => read += bytes,
                }
                if matches!(self.unread, Unread::Chunks) || pause.is_zero() {
                    break;
                }
                if let Unread::Bytes(length) = self.unread
                    && self.received.len() >= length
                {
                    break;
                }
            }
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        }
    }

    /// Sends the head of a response.
    async fn send_head(&mut self, status: u16, headers: &[(&str, String)], framing: Framing) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {status} Status\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        match framing {
            Framing::Length(length) => head += &format!("content-length: {length}\r\n"),
            Framing::Streamed => head += "transfer-encoding: chunked\r\n",
        }
        self.chunked = framing == Framing::Streamed;
        self.stream.write_all((head + "\r\n").as_bytes()).await
    }

    async fn send_body(&mut self, bytes: &Bytes) -> io::Result<()> {
        if !self.chunked {
            return self.stream.write_all(bytes).await;
        }
        self.stream.write_all(format!("{:x}\r\n", bytes.len()).as_bytes()).await?;
        self.stream.write_all(bytes).await?;
        self.stream.write_all(b"\r\n").await
    }

    async fn end(&mut self, trailers: &[(&str, String)]) -> io::Result<()> {
        if !self.chunked {
            return Ok(());
        }
        let mut end = "0\r\n".to_owned();
        for (name, value) in trailers {
            end += &format!("{name}: {value}\r\n");
        }
        self.stream.write_all((end + "\r\n").as_bytes()).await
    }

    /// Waits until the client closes the connection, or the server is stopped.
    async fn stall(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        loop {
            tokio::select! {
                read = self.stream.read(&mut buffer) => if read? == 0 { return Ok(()) },
                () = self.context.stopped() => return Ok(()),
            }
        }
    }
}

impl<S: Stream> Exchange for Connection<'_, S> {
    async fn step(&mut self, step: Step) -> io::Result<ControlFlow<()>> {
        match step {
            Step::ReadBody => self.read_body(usize::MAX, Duration::ZERO).await?,
            Step::ReadSlowly { bytes, pause } => self.read_body(bytes, pause).await?,
            Step::Head(status, headers, framing) => self.send_head(status, &headers, framing).await?,
            Step::Informational(status) => {
                self.stream.write_all(format!("HTTP/1.1 {status} Status\r\n\r\n").as_bytes()).await?;
            }
            Step::Body(bytes) => self.send_body(&bytes).await?,
            Step::Raw(bytes) => self.stream.write_all(&bytes).await?,
            Step::End => self.end(&[]).await?,
            Step::Trailers(trailers) => self.end(&trailers).await?,
            Step::Stall => {
                self.stall().await?;
                return Ok(ControlFlow::Break(()));
            }
            Step::Close => return Ok(ControlFlow::Break(())),
            Step::Abort => {
                self.stream.reset_on_drop()?;
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            Step::Reset(_) | Step::GoAway(_) => panic!("frames belong to HTTP/2"),
            Step::Forever(_) | Step::Advance(_) | Step::Tick | Step::NeverRead => {
                unreachable!("these steps do not depend on the protocol")
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
