//! A TCP stream that can be made to end in a reset instead of an orderly close.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Ends a connection with a TCP reset.
#[derive(Clone, Debug, Default)]
pub(super) struct Kill(Arc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    pulled: AtomicBool,
    notify: Notify,
}

impl Kill {
    pub(super) fn pull(&self) {
        self.0.pulled.store(true, Ordering::Release);
        self.0.notify.notify_one();
    }

    /// Waits until somebody pulls it.
    pub(super) async fn pulled(&self) {
        while !self.0.pulled.load(Ordering::Acquire) {
            self.0.notify.notified().await;
        }
    }
}

/// The stream. Dropping it closes the socket: with a reset if the switch was pulled.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    kill: Kill,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, kill: Kill) -> Self {
        Self { stream, kill }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.kill.0.pulled.load(Ordering::Acquire) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.kill.0.pulled.load(Ordering::Acquire) {
            // An orderly end would reach the client before the reset.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
