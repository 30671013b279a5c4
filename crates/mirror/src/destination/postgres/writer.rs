//! A copy that is open: changes, and repetition of a change after the connection was lost.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::apply::{Change, Outcome};
use super::failure::Failure;
use super::layout::Layout;
use super::session::Session;
use super::settings::Settings;
use super::state::{self, State};
use super::{create, keys, storable};
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::destination::{Applied, Listed, Run, TableWriter};
use crate::error::{Error, ErrorKind};
use crate::index::RowIndex;
use crate::schema::Schema;

/// Time that a server has to come back after the connection was lost.
const RECONNECT_LIMIT: Duration = Duration::from_secs(60);
/// Delay before the second attempt to connect; it doubles, up to the maximum.
const RECONNECT_DELAY: Duration = Duration::from_millis(100);
const MAX_RECONNECT_DELAY: Duration = Duration::from_secs(2);
/// Time for the server to notice that the process which had the lock ended.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);
/// Number of times that a change is repeated: a change that ends the server each time must not be repeated forever.
const MAX_REPEATS: u32 = 5;
/// Number of batches that are copied as new, although the copy had one of their rows, before batches are merged.
const MAX_CONFLICTS: u32 = 3;

/// The copy of one table.
pub(super) struct Writer {
    settings: Arc<Settings>,
    layout: Layout,
    schema: Arc<Schema>,
    /// `None` after the connection was lost.
    session: Option<Session>,
    /// `None` if the copy does not exist, which is possible only for reading.
    state: Option<State>,
    is_read_only: bool,
    /// A change was interrupted, so that the state may be older than the copy.
    is_stale: bool,
    conflicts: u32,
    buffer: BytesMut,
}

impl Writer {
    pub(super) async fn open(
        settings: Arc<Settings>,
        database_schema: Option<&str>,
        schema: Arc<Schema>,
        is_read_only: bool,
    ) -> Result<Self, Error> {
        let mut writer = Self {
            settings,
            layout: Layout::new(&schema, database_schema),
            schema,
            session: None,
            state: None,
            is_read_only,
            is_stale: false,
            conflicts: 0,
            buffer: BytesMut::new(),
        };
        let deadline = Instant::now() + RECONNECT_LIMIT;
        while let Err(failure) = writer.connect(LOCK_PATIENCE).await {
            if !failure.is_starting() || Instant::now() > deadline {
                return Err(writer.error(failure, "open"));
            }
            tokio::time::sleep(RECONNECT_DELAY).await;
        }
        Ok(writer)
    }

    /// Connects, locks the table, and reads the state.
    async fn connect(&mut self, patience: Duration) -> Result<(), Failure> {
        let mut session = Session::connect(&self.settings, self.is_read_only).await?;
        self.state = if self.is_read_only {
            create::inspect(&mut session, &self.layout).await?
        } else {
            session.lock(&self.layout, patience).await?;
            Some(create::create(&mut session, &self.layout, &comment(&self.schema)).await?)
        };
        self.session = Some(session);
        self.is_stale = false;
        Ok(())
    }

    /// Connects again after the connection was lost. Returns `true` if a change was committed that was not known to be.
    async fn reconnect(&mut self, failure: Failure) -> Result<bool, Failure> {
        let (before, may_differ) = (self.revision(), self.is_stale);
        self.wait_for_server(failure).await?;
        match self.revision() - before {
            0 => Ok(false),
            1 if may_differ => Ok(true),
            _ => Err(state::overtaken(&self.layout).into()),
        }
    }

    /// Connects as soon as the server is back and no other session has the lock.
    async fn wait_for_server(&mut self, mut failure: Failure) -> Result<(), Failure> {
        self.session = None;
        let (deadline, mut delay) = (Instant::now() + RECONNECT_LIMIT, RECONNECT_DELAY);
        // A server that is gone without notice retains the lock of the lost session for a while.
        let is_transient = |failure: &Failure| {
            failure.is_lost() || matches!(failure, Failure::Mirror(error) if error.kind() == ErrorKind::Locked)
        };
        while is_transient(&failure) && Instant::now() < deadline {
            match self.connect(Duration::ZERO).await {
                Ok(()) => return Ok(()),
                Err(error) => failure = error,
            }
            tokio::time::sleep(delay).await;
            delay = (2 * delay).min(MAX_RECONNECT_DELAY);
        }
        Err(failure)
    }

    /// Prepares a change: connects if the connection was lost, and reads the state if a change was interrupted.
    async fn prepare(&mut self) -> Result<(), Failure> {
        if self.is_read_only {
            let message = format!("{} is open for reading only; open it for writing", self.layout.display());
            return Err(Error::new(ErrorKind::Settings, message).into());
        }
        let Some(session) = &self.session else { return self.connect(LOCK_PATIENCE).await };
        if self.is_stale {
            let state = state::read(&session.client, &self.layout).await?;
            self.state = Some(state.ok_or_else(|| state::overtaken(&self.layout))?);
            self.is_stale = false;
        }
        Ok(())
    }

    /// Repeats a change until the server has committed it.
    async fn commit(&mut self, change: &mut Operation<'_>, checkpoint: &Checkpoint) -> Result<(), Error> {
        let (mut repeats, mut is_prepared) = (0, false);
        loop {
            let mut result = Ok(());
            if !is_prepared {
                result = self.prepare().await;
                is_prepared = result.is_ok();
            }
            if is_prepared {
                // A future that is dropped here leaves the state of the copy unknown, as a lost connection does.
                self.is_stale = true;
                result = self.attempt(change, checkpoint).await;
            }
            let failure = match result {
                Ok(()) => break,
                Err(failure) => failure,
            };
            self.is_stale &= failure.is_lost();
            if !failure.is_lost() || self.is_read_only || repeats == MAX_REPEATS {
                return Err(self.error(failure, "write"));
            }
            repeats += 1;
            tracing::warn!(table = self.layout.name, "connection to the database lost; connecting again");
            // The transaction was committed if the copy has the next revision: its response was lost.
            match self.reconnect(failure).await {
                Ok(is_committed) if is_committed && is_prepared => return Ok(()),
                Ok(_) => is_prepared = true,
                Err(failure) => return Err(self.error(failure, "write")),
            }
        }
        self.is_stale = false;
        let state = self.state.get_or_insert_default();
        state.revision += 1;
        state.checkpoint = Some(checkpoint.clone());
        Ok(())
    }

    async fn attempt(&mut self, operation: &mut Operation<'_>, checkpoint: &Checkpoint) -> Result<(), Failure> {
        let (session, state) = (self.session.as_mut(), self.state.as_ref());
        let (Some(session), Some(state)) = (session, state) else {
            return Err(state::overtaken(&self.layout).into());
        };
        let (revision, has_rejects) = (state.revision, state.has_rejects);
        let change = Change { layout: &self.layout, checkpoint, revision, has_rejects };
        match operation {
            Operation::Apply { batch, rejects, outcome } => {
                // The rows of the first listing are new, unless the run before was interrupted or pages overlap.
                let direct = !state.is_complete && self.conflicts < MAX_CONFLICTS;
                change.apply(session, batch, rejects, direct, &mut self.buffer, outcome).await
            }
            Operation::EndListing { listed, deleted } => change.end_listing(session, *listed, deleted).await,
        }
    }

    fn revision(&self) -> i64 {
        self.state.as_ref().map_or(0, |state| state.revision)
    }

    fn error(&self, failure: Failure, verb: &str) -> Error {
        failure.into_error(&format!("cannot {verb} {}", self.layout.display()), &self.settings)
    }

    async fn try_index(&mut self) -> Result<RowIndex, Failure> {
        let Some(session) = &self.session else { return Err(state::overtaken(&self.layout).into()) };
        if self.state.is_none() {
            return Ok(RowIndex::default());
        }
        keys::read_index(&session.client, &self.layout).await
    }

    async fn try_finish(&mut self, run: &Run) -> Result<u64, Failure> {
        self.prepare().await?;
        let Some(session) = &self.session else { return Err(state::overtaken(&self.layout).into()) };
        let rows = state::record(&session.client, &self.layout, run).await?;
        self.state.get_or_insert_default().is_complete |= run.error.is_none();
        Ok(u64::try_from(rows).unwrap_or(0))
    }
}

/// A change of a copy, with its result.
enum Operation<'a> {
    Apply { batch: &'a Batch, rejects: &'a [crate::batch::Reject], outcome: Outcome },
    EndListing { listed: Listed<'a>, deleted: u64 },
}

impl TableWriter for Writer {
    fn checkpoint(&self) -> Option<&Checkpoint> {
        self.state.as_ref()?.checkpoint.as_ref()
    }

    fn index(&mut self) -> BoxFuture<'_, Result<RowIndex, Error>> {
        Box::pin(async move {
            for _ in 0..MAX_REPEATS {
                let failure = match self.try_index().await {
                    Ok(index) => return Ok(index),
                    Err(failure) => failure,
                };
                if !failure.is_lost() {
                    return Err(self.error(failure, "read"));
                }
                if let Err(failure) = self.reconnect(failure).await {
                    return Err(self.error(failure, "read"));
                }
            }
            self.try_index().await.map_err(|failure| self.error(failure, "read"))
        })
    }

    fn apply<'a>(&'a mut self, mut batch: Batch, checkpoint: &'a Checkpoint) -> BoxFuture<'a, Result<Applied, Error>> {
        Box::pin(async move {
            let rejects = storable::take_rejects(&mut batch, &self.layout);
            let mut operation = Operation::Apply { batch: &batch, rejects: &rejects, outcome: Outcome::default() };
            self.commit(&mut operation, checkpoint).await?;
            let Operation::Apply { outcome, .. } = operation else { return Ok(Applied::default()) };
            self.conflicts += u32::from(outcome.conflicted);
            self.state.get_or_insert_default().has_rejects |= !rejects.is_empty();
            Ok(outcome.applied)
        })
    }

    fn end_listing<'a>(
        &'a mut self,
        listed: Listed<'a>,
        checkpoint: &'a Checkpoint,
    ) -> BoxFuture<'a, Result<u64, Error>> {
        Box::pin(async move {
            let mut operation = Operation::EndListing { listed, deleted: 0 };
            self.commit(&mut operation, checkpoint).await?;
            let Operation::EndListing { deleted, .. } = operation else { return Ok(0) };
            Ok(deleted)
        })
    }

    fn finish<'a>(&'a mut self, run: &'a Run) -> BoxFuture<'a, Result<u64, Error>> {
        Box::pin(async move {
            let failure = match self.try_finish(run).await {
                Ok(rows) => return Ok(rows),
                Err(failure) => failure,
            };
            // After a run that failed, the server was waited for already.
            if !failure.is_lost() || run.error.is_some() {
                return Err(self.error(failure, "record the run of"));
            }
            if let Err(failure) = self.reconnect(failure).await {
                return Err(self.error(failure, "record the run of"));
            }
            self.try_finish(run).await.map_err(|failure| self.error(failure, "record the run of"))
        })
    }
}

/// Returns the comment of a copy.
fn comment(schema: &Schema) -> String {
    let (api, summary) = (schema.api(), schema.table().operation.summary);
    format!("Copy of {}/{}, written by keyfob. Operation: {summary}", api, schema.name())
}
