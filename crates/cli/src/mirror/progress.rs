//! Progress of the tables on a terminal: a line for each table.

use std::time::Duration;

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};
use keyfob_mirror::{self as mirror, Observer, Schema, TableReport};

/// Lines of progress on standard error, removed on drop. Hidden if standard error is not a terminal.
#[derive(Default)]
pub(crate) struct Progress(MultiProgress);

/// Progress of one table.
pub(crate) struct TableProgress(ProgressBar);

impl Progress {
    /// Adds the line of a table.
    pub(crate) fn table(&self, name: String) -> TableProgress {
        let bar = self.0.add(ProgressBar::new_spinner().with_prefix(name));
        let template = "{spinner} {prefix}: {human_pos} rows, {per_sec}, {msg}{elapsed}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        TableProgress(bar)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let _ = self.0.clear();
    }
}

impl Observer for TableProgress {
    fn advanced(&self, _: &Schema, progress: mirror::Progress) {
        self.0.set_position(progress.received);
        self.0.set_message(format!("{} pages, {}, ", progress.pages, HumanBytes(progress.bytes)));
    }

    fn finished(&self, _: &TableReport) {
        // The line remains until all tables are done.
        self.0.abandon();
    }
}
