//! Ctrl-C as an error, for commands that save their progress.

use std::fmt;
use std::io;

use tokio::sync::watch;

/// Exit status after Ctrl-C: 128 and the number of SIGINT, as shells report it.
pub(crate) const STATUS: u8 = 130;

/// Listener for Ctrl-C. The second Ctrl-C ends the process at once.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

/// The error of a command that was stopped by Ctrl-C.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

impl Interrupt {
    /// Listens from now on. Ctrl-C no longer ends the process by itself.
    pub(crate) fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            signal().await;
            sender.send_replace(true);
            signal().await;
            std::process::exit(STATUS.into());
        });
        Self(receiver)
    }

    /// Returns an error after Ctrl-C.
    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        if *self.0.borrow() { Err(Interrupted) } else { Ok(()) }
    }

    /// Waits for Ctrl-C.
    pub(crate) async fn triggered(&mut self) -> Interrupted {
        // The sender lives as long as the process.
        let _ = self.0.wait_for(|triggered| *triggered).await;
        Interrupted
    }
}

/// Waits for the next Ctrl-C; forever if the process cannot listen to signals.
async fn signal() {
    let received: io::Result<()> = tokio::signal::ctrl_c().await;
    if received.is_err() {
        std::future::pending::<()>().await;
    }
}
