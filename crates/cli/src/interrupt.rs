//! Signals that stop a command: Ctrl-C and SIGTERM.

use std::fmt;
use std::future::pending;
use std::io;

use tokio::sync::watch;

/// The error of a command that was stopped by a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupted {
    /// Ctrl-C, or SIGINT.
    CtrlC,
    /// SIGTERM, with which service managers, containers and `kill` end a process.
    #[cfg_attr(not(unix), expect(dead_code, reason = "other systems have no SIGTERM"))]
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

/// Listener for Ctrl-C and, on Unix, SIGTERM, which the first process of a container must handle itself.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on: the signals no longer end the process by themselves.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> io::Result<Interrupted> {
        tokio::select! {
            Some(()) = self.interrupt.recv() => Ok(Interrupted::CtrlC),
            Some(()) = self.terminate.recv() => Ok(Interrupted::Terminated),
            else => Err(io::Error::other("the runtime no longer receives signals")),
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Listens from the first call of [`next`](Self::next) on.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> io::Result<Interrupted> {
        tokio::signal::ctrl_c().await.map(|()| Interrupted::CtrlC)
    }
}

/// Waits for the next signal; forever if the process cannot listen to signals.
pub(crate) async fn signal() -> Interrupted {
    let received = async { Signals::listen()?.next().await };
    match received.await {
        Ok(interrupted) => interrupted,
        Err(_) => pending().await,
    }
}

/// Listener for Ctrl-C and SIGTERM, so that a command saves its progress before it ends. The second signal ends the
/// process at once.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(watch::Receiver<Option<Interrupted>>);

impl Interrupt {
    /// Listens from now on. The first signal no longer ends the process by itself.
    pub(crate) fn listen() -> Self {
        let (sender, receiver) = watch::channel(None);
        tokio::spawn(async move {
            sender.send_replace(Some(signal().await));
            std::process::exit(signal().await.status().into());
        });
        Self(receiver)
    }

    /// Returns an error after a signal.
    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        match *self.0.borrow() {
            Some(interrupted) => Err(interrupted),
            None => Ok(()),
        }
    }

    /// Waits for a signal.
    pub(crate) async fn triggered(&mut self) -> Interrupted {
        loop {
            if let Err(interrupted) = self.check() {
                return interrupted;
            }
            // The sender lives as long as the process.
            let _ = self.0.changed().await;
        }
    }

    /// Waits for a signal, for a future that must own the listener.
    pub(crate) async fn wait(mut self) {
        self.triggered().await;
    }
}
