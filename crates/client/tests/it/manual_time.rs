//! A clock of tokio that only the test moves.

use std::sync::mpsc;

/// tokio's clock stands still while this value exists, except for calls of `tokio::time::advance`.
///
/// A paused clock jumps to the next timer whenever the runtime is idle, also while bytes are on their way from one socket
/// to another. A blocking task prevents the jumps.
pub(crate) struct ManualTime {
    _blocked: mpsc::Sender<()>,
}

impl ManualTime {
    pub(crate) fn start() -> Self {
        let (blocked, released) = mpsc::channel();
        tokio::task::spawn_blocking(move || released.recv());
        tokio::time::pause();
        Self { _blocked: blocked }
    }
}
