//! HTTP/2 as a scenario specifies it.

use std::{future::poll_fn, io, ops::ControlFlow, sync::Arc};

use bytes::Bytes;
use h2::{
    Reason, RecvStream, SendStream,
    server::{Builder, SendResponse},
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, request::Parts};
use tokio::{net::TcpStream, sync::mpsc, task::JoinSet};

use crate::{
    reply::{Framing, Step},
    server::{
        Context, Request,
        connection::{self, Exchange},
    },
};

/// Command of a stream to its connection.
enum Command {
    GoAway(Reason),
    Close,
}

/// Serves the streams of one connection.
pub(super) async fn serve(stream: TcpStream, context: &Arc<Context>) -> io::Result<()> {
    let mut connection = Builder::new().handshake::<_, Bytes>(stream).await.map_err(io::Error::other)?;
    let (commands, mut received) = mpsc::unbounded_channel();
    // Dropped with the connection, which ends the tasks.
    let mut streams = JoinSet::new();
    loop {
        tokio::select! {
            accepted = connection.accept() => {
                let Some((request, response)) = accepted.transpose().map_err(io::Error::other)? else { return Ok(()) };
                let (parts, body) = request.into_parts();
                let steps = context.respond(received_request(&parts));
                let (context, commands) = (Arc::clone(context), commands.clone());
                streams.spawn(async move {
                    let mut exchange =
                        Stream { response, body, sending: None, commands: commands.clone(), context: Arc::clone(&context) };
                    if let Ok(ControlFlow::Break(())) = connection::run(&mut exchange, steps, &context).await {
                        let _ = commands.send(Command::Close);
                    }
                });
            }
            Some(command) = received.recv() => match command {
                Command::GoAway(reason) => connection.abrupt_shutdown(reason),
                Command::Close => return Ok(()),
            },
        }
    }
}

fn received_request(parts: &Parts) -> Request {
    let headers = parts.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    Request {
        number: 0,
        target: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: headers.collect(),
    }
}

struct Stream {
    response: SendResponse<Bytes>,
    body: RecvStream,
    /// Present once the head of the response was sent.
    sending: Option<SendStream<Bytes>>,
    commands: mpsc::UnboundedSender<Command>,
    context: Arc<Context>,
}

impl Stream {
    /// Reads the request body, at most `limit` bytes before each pause.
    async fn read_body(&mut self, limit: usize, pause: std::time::Duration) -> io::Result<()> {
        let mut read = 0;
        while let Some(chunk) = self.body.data().await {
            let length = chunk.map_err(io::Error::other)?.len();
            self.body.flow_control().release_capacity(length).map_err(io::Error::other)?;
            read += length;
            if read >= limit {
                tokio::time::sleep(pause).await;
                read = 0;
            }
        }
        Ok(())
    }

    fn send_head(&mut self, status: u16, headers: &[(&str, String)], framing: Framing) -> io::Result<()> {
        let mut head = Response::builder().status(status);
        for (name, value) in headers {
            head = head.header(*name, value);
        }
        if let Framing::Length(length) = framing {
            head = head.header("content-length", length);
        }
        let head = head.body(()).map_err(io::Error::other)?;
        self.sending = Some(self.response.send_response(head, false).map_err(io::Error::other)?);
        Ok(())
    }

    fn sending(&mut self) -> io::Result<&mut SendStream<Bytes>> {
        self.sending.as_mut().ok_or_else(|| io::Error::other("the scenario sends a body before its head"))
    }

    async fn send_body(&mut self, mut bytes: Bytes) -> io::Result<()> {
        let sending = self.sending()?;
        while !bytes.is_empty() {
            sending.reserve_capacity(bytes.len());
            let capacity = poll_fn(|context| sending.poll_capacity(context)).await;
            let capacity = capacity.ok_or(io::ErrorKind::BrokenPipe)?.map_err(io::Error::other)?;
            let chunk = bytes.split_to(capacity.min(bytes.len()));
            sending.send_data(chunk, false).map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Lets the connection's task write the queued frames, which a reset would discard.
    async fn flush() {
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
    }
}

impl Exchange for Stream {
    async fn step(&mut self, step: Step) -> io::Result<ControlFlow<()>> {
        match step {
            Step::ReadBody => self.read_body(usize::MAX, std::time::Duration::ZERO).await?,
            Step::ReadSlowly { bytes, pause } => self.read_body(bytes, pause).await?,
            Step::Head(status, headers, framing) => self.send_head(status, &headers, framing)?,
            Step::Informational(status) => {
                let head = Response::builder().status(status).body(()).map_err(io::Error::other)?;
                self.response.send_informational(head).map_err(io::Error::other)?;
                Self::flush().await;
            }
            Step::Body(bytes) => self.send_body(bytes).await?,
            Step::End => self.sending()?.send_data(Bytes::new(), true).map_err(io::Error::other)?,
            Step::Trailers(trailers) => {
                let mut map = HeaderMap::new();
                for (name, value) in trailers {
                    map.append(HeaderName::from_static(name), HeaderValue::try_from(value).map_err(io::Error::other)?);
                }
                self.sending()?.send_trailers(map).map_err(io::Error::other)?;
            }
            Step::Reset(reason) => {
                Self::flush().await;
                match &mut self.sending {
                    Some(sending) => sending.send_reset(reason),
                    None => self.response.send_reset(reason),
                }
            }
            Step::GoAway(reason) => {
                Self::flush().await;
                let _ = self.commands.send(Command::GoAway(reason));
            }
            Step::Stall => self.context.stopped().await,
            Step::Close | Step::Abort => {
                Self::flush().await;
                return Ok(ControlFlow::Break(()));
            }
            Step::Raw(_) => panic!("raw bytes belong to HTTP/1"),
            Step::Forever(_) | Step::Advance(_) | Step::Tick | Step::NeverRead => {
                unreachable!("these steps do not depend on the protocol")
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
