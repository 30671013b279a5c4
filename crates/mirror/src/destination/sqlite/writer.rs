//! The writer of a copy for asynchronous callers: the copy is used on threads that may wait for the disk.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use super::copy::TableCopy;
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::destination::{Applied, Listed, Run, TableWriter};
use crate::error::{Error, ErrorKind};
use crate::index::RowIndex;

/// The copy of a table in a database.
pub(super) struct SqliteWriter {
    checkpoint: Option<Checkpoint>,
    /// Shared with the thread that uses the copy, which continues when the caller drops its future.
    copy: Arc<Mutex<TableCopy>>,
}

impl SqliteWriter {
    pub(super) fn new(copy: TableCopy) -> Self {
        Self { checkpoint: copy.checkpoint().cloned(), copy: Arc::new(Mutex::new(copy)) }
    }

    /// Runs a function with the copy, and updates the checkpoint.
    async fn run<T: Send + 'static>(
        &mut self,
        run: impl FnOnce(&mut TableCopy) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        // Locked before the thread starts: calls that were dropped are ended first, in their order. A panic drops the
        // transaction, which leaves the copy in the state before it.
        let mut copy = Arc::clone(&self.copy).lock_owned().await;
        let (result, checkpoint) = blocking(move || {
            let result = run(&mut copy);
            Ok((result, copy.checkpoint().cloned()))
        })
        .await?;
        self.checkpoint = checkpoint;
        result
    }
}

impl TableWriter for SqliteWriter {
    fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    fn index(&mut self) -> BoxFuture<'_, Result<RowIndex, Error>> {
        self.run(TableCopy::index).boxed()
    }

    fn apply<'a>(&'a mut self, batch: Batch, checkpoint: &'a Checkpoint) -> BoxFuture<'a, Result<Applied, Error>> {
        let checkpoint = checkpoint.clone();
        self.run(move |copy| copy.apply(&batch, &checkpoint)).boxed()
    }

    fn end_listing<'a>(
        &'a mut self,
        listed: Listed<'a>,
        checkpoint: &'a Checkpoint,
    ) -> BoxFuture<'a, Result<u64, Error>> {
        let unlisted = listed.index.map(RowIndex::unlisted_keys).unwrap_or_default();
        let (from, checkpoint) = (listed.from, checkpoint.clone());
        self.run(move |copy| copy.end_listing(&unlisted, from, &checkpoint)).boxed()
    }

    fn finish<'a>(&'a mut self, run: &'a Run) -> BoxFuture<'a, Result<u64, Error>> {
        let run = run.clone();
        self.run(move |copy| copy.finish(&run)).boxed()
    }
}

/// Runs a function that waits for the disk on a thread for such functions.
pub(super) async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(run).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(Error::new(ErrorKind::Interrupted, "the runtime has stopped").with_source(error)),
        },
    }
}
