//! The spelling of the `Authorization` header's name, read from the bytes of a connection.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::web::AuthorizationName;

/// Start of the line of the header, in any case.
const LINE: &[u8] = b"authorization:";

/// The spelling in the request that a connection has received last; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelling(Arc<Mutex<Scan>>);

#[derive(Debug, Default)]
struct Scan {
    /// First bytes of the current line, at most as many as [`LINE`] has.
    line: Vec<u8>,
    name: Option<AuthorizationName>,
    /// A response was written since the last read, so the next bytes belong to another request.
    responded: bool,
}

impl Scan {
    fn read(&mut self, bytes: &[u8]) {
        if std::mem::take(&mut self.responded) {
            *self = Self::default();
        }
        for (index, piece) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if index > 0 {
                self.line.clear();
            }
            let missing = LINE.len() - self.line.len();
            self.line.extend_from_slice(&piece[..piece.len().min(missing)]);
            let is_complete = missing > 0 && self.line.eq_ignore_ascii_case(LINE);
            // The first line counts: the header section precedes the body.
            if is_complete && self.name.is_none() {
                let name = String::from_utf8_lossy(&self.line[..LINE.len() - 1]);
                self.name = Some(AuthorizationName(name.into_owned()));
            }
        }
    }
}

impl Spelling {
    /// Returns the name in the current request. A request that is sent before the response to the previous one has the
    /// name of the previous one.
    pub(super) fn name(&self) -> Option<AuthorizationName> {
        self.scan(|scan| scan.name.clone())
    }

    fn scan<T>(&self, scan: impl FnOnce(&mut Scan) -> T) -> T {
        scan(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A stream that records the spelling in the requests that it receives.
#[derive(Debug)]
pub(super) struct SpellingStream<S> {
    stream: S,
    spelling: Spelling,
}

impl<S> SpellingStream<S> {
    pub(super) fn new(stream: S, spelling: Spelling) -> Self {
        Self { stream, spelling }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for SpellingStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let start = buf.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.spelling.scan(|scan| scan.read(&buf.filled()[start..]));
        poll
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for SpellingStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.spelling.scan(|scan| scan.responded = true);
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.spelling.scan(|scan| scan.responded = true);
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reads: &[&str], expected: Option<&str>) {
        let mut scan = Scan::default();
        for read in reads {
            scan.read(read.as_bytes());
        }
        assert_eq!(scan.name.map(|AuthorizationName(name)| name).as_deref(), expected, "{reads:?}");
    }

    #[test]
    fn the_first_line_of_the_header_is_found_in_any_case_and_in_any_pieces() {
        let request = "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\n\r\nauthorization: body\r\n";
        check(&[request], Some("Authorization"));
        for at in 0..request.len() {
            check(&[&request[..at], &request[at..]], Some("Authorization"));
        }
        check(&["GET / HTTP/1.1\r\naUTHORIZATION: x\r\n"], Some("aUTHORIZATION"));
        check(&["GET /authorization: HTTP/1.1\r\nproxy-authorization: x\r\nX: authorization: y\r\n"], None);
    }

    #[test]
    fn the_next_request_has_its_own_spelling() {
        let mut scan = Scan::default();
        scan.read(b"GET / HTTP/1.1\r\nAuthorization: a\r\n\r\n");
        scan.responded = true;
        scan.read(b"GET / HTTP/1.1\r\nauthorization: a\r\n\r\n");
        assert_eq!(scan.name, Some(AuthorizationName("authorization".to_owned())));
        scan.responded = true;
        scan.read(b"GET / HTTP/1.1\r\n\r\n");
        assert_eq!(scan.name, None);
    }
}
