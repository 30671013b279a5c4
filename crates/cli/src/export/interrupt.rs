//! Listener for signals, so that an export saves its progress before it ends.

use tokio::sync::watch;

use crate::interrupt::{Interrupted, signal};

/// Listener for Ctrl-C and SIGTERM. The second signal ends the process at once.
#[derive(Clone, Debug)]
pub(super) struct Interrupt(watch::Receiver<Option<Interrupted>>);

impl Interrupt {
    /// Listens from now on. The first signal no longer ends the process by itself.
    pub(super) fn listen() -> Self {
        let (sender, receiver) = watch::channel(None);
        tokio::spawn(async move {
            sender.send_replace(Some(signal().await));
            std::process::exit(signal().await.status().into());
        });
        Self(receiver)
    }

    /// Returns an error after a signal.
    pub(super) fn check(&self) -> Result<(), Interrupted> {
        match *self.0.borrow() {
            Some(interrupted) => Err(interrupted),
            None => Ok(()),
        }
    }

    /// Waits for a signal.
    pub(super) async fn triggered(&mut self) -> Interrupted {
        loop {
            if let Err(interrupted) = self.check() {
                return interrupted;
            }
            // The sender lives as long as the process.
            let _ = self.0.changed().await;
        }
    }
}
