//! How far it has come, for whoever waits at a terminal. The service does not say how many rows there will be.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line on the standard error that is kept up to date; nothing where that is no terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(table: &'static str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(table);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}: {human_pos} rows, {per_sec}, {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    pub(super) fn set(&self, rows: u64) {
        self.0.set_position(rows);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
