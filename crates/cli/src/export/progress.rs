//! Progress display on a terminal. The total is unknown, because the service does not report a row count.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A progress line on standard error, removed on drop. Hidden if standard error is not a terminal.
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
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
