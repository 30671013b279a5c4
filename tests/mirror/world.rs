//! Services with changing rows, and the check that a copy equals them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use keyfob::client::auth::Clock;
use keyfob::client::table::Table;
use keyfob_mirror::{Error, Schema, TableReport};
use keyfob_simulator::Simulator;

use crate::cell::{Cell, Rows, assert_same};
use crate::copy::{Settings, To};
use crate::read;
use crate::truth::Http;
use crate::workload::Workload;

/// Number of rows of the largest table, so that a listing has several pages.
const ROWS: u64 = 260;

/// A simulator, a workload by seed, and the settings of runs.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) http: Http,
    pub(crate) workload: Workload,
    pub(crate) settings: Settings,
    pub(crate) seed: u64,
}

impl World {
    pub(crate) async fn start(seed: u64) -> Self {
        Self::of_rows(seed, ROWS).await
    }

    pub(crate) async fn of_rows(seed: u64, rows: u64) -> Self {
        let simulator = Simulator::builder().scale(rows).start().await.unwrap();
        let http = Http::new(simulator.url());
        let workload = Workload::new(seed, &simulator, &http);
        let settings = Settings::new(simulator.url());
        Self { simulator, http, workload, settings, seed }
    }

    /// Sets the clock of the mirror to the time of the services plus `skew` seconds.
    pub(crate) fn set_clock(&mut self, skew: i64) {
        let (clock, fake) = Clock::fake();
        let (now, by) = (SystemTime::from(self.simulator.now()), Duration::from_secs(skew.unsigned_abs()));
        fake.set_wall(if skew < 0 { now - by } else { now + by });
        self.settings.clock = clock;
        self.settings.sessions = Arc::default();
    }

    /// Updates the copy of a table.
    pub(crate) async fn try_run(&self, table: &'static Table, to: &To) -> Result<TableReport, Error> {
        let tables = Box::leak(Box::new([table]));
        let result = self.settings.run_of(table.operation.api, tables, to).await;
        if result.is_err() {
            // The next run is that of a new process, without a delay after a token request that has failed.
            self.settings.sessions.lock().unwrap().clear();
        }
        result.map(|mut reports| reports.remove(0))
    }

    /// Updates the copy of a table; the run must succeed.
    #[track_caller]
    pub(crate) fn run(&self, table: &'static Table, to: &To) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            if let Err(error) = self.try_run(table, to).await {
                panic!("{caller}: {} to {}, seed {}: {error:?}", table.name, to.0, self.seed);
            }
        }
    }

    /// Asserts that a copy has exactly the rows that the service lists.
    pub(crate) async fn check(&self, table: &'static Table, to: &To, context: &str) {
        let schema = Schema::new(table, true);
        let mut truth = self.http.rows(&schema).await;
        if to.0.ends_with(".csv") {
            without_empty_texts(&mut truth);
        }
        assert_same(&read(&schema, to), &truth, &format!("{context}: {} in {}, seed {}", table.name, to.0, self.seed));
    }
}

/// Returns the file of a copy that is not in a server.
pub(crate) fn file(to: &To) -> &Path {
    Path::new(to.0.strip_prefix("sqlite:").unwrap_or(&to.0))
}

/// Reads a copy.
pub(crate) fn read(schema: &Schema, to: &To) -> Rows {
    if to.0.starts_with("postgres:") {
        read::postgres::read(schema, &to.0, &format!("copy.{}", schema.name()))
    } else if to.0.starts_with("sqlite:") {
        read::sqlite::read(schema, file(to), schema.name())
    } else {
        read::files::read(schema, file(to))
    }
}

/// Removes empty texts, which CSV cannot tell from nulls.
fn without_empty_texts(rows: &mut Rows) {
    for row in rows.values_mut() {
        row.retain(|_, cell| *cell != Cell::Text(String::new()));
    }
}

/// A folder that is removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("keyfob-mirror-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
