//! Signals that stop a command: Ctrl-C and SIGTERM.

use std::fmt;
use std::future::pending;

/// The error of a command that was stopped by a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupted {
    /// Ctrl-C, or SIGINT.
    CtrlC,
    /// SIGTERM, with which service managers, containers and `kill` end a process.
    Terminated,
}

impl Interrupted {
    /// Returns the exit status: 128 and the number of the signal, as shells report it.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::CtrlC => 130,
            Self::Terminated => 143,
        }
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CtrlC => "interrupted",
            Self::Terminated => "terminated",
        })
    }
}

impl std::error::Error for Interrupted {}

/// Waits for the next signal; forever if the process cannot listen to signals. From now on, the signals no longer end
/// the process by themselves.
pub(crate) async fn signal() -> Interrupted {
    tokio::select! {
        () = ctrl_c() => Interrupted::CtrlC,
        () = terminate() => Interrupted::Terminated,
    }
}

async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};

    let received = match signal(SignalKind::terminate()) {
        Ok(mut signals) => signals.recv().await,
        Err(_) => None,
    };
    if received.is_none() {
        pending::<()>().await;
    }
}

/// Waits forever: other systems have no SIGTERM.
#[cfg(not(unix))]
async fn terminate() {
    pending().await
}
