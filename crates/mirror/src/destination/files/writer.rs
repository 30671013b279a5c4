//! The copy as the engine sees it: operations on files run on threads for blocking work.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use super::copy::FileCopy;
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::destination::{Applied, Listed, Run, TableWriter};
use crate::error::Error;
use crate::index::RowIndex;

/// A file that is open and locked.
pub(super) struct FileWriter {
    copy: Arc<Mutex<FileCopy>>,
    checkpoint: Option<Checkpoint>,
}

impl FileWriter {
    pub(super) fn new(copy: FileCopy) -> Self {
        Self { checkpoint: copy.state.checkpoint.clone(), copy: Arc::new(Mutex::new(copy)) }
    }

    /// Returns `true` if an operation uses the copy, or is about to.
    #[cfg(test)]
    pub(super) fn is_in_use(&self) -> bool {
        self.copy.try_lock().is_err()
    }

    /// Runs an operation to its end, also if the future is dropped.
    async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut FileCopy) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        // Locked before the thread starts: operations that were dropped are ended first, in the order of their calls.
        let mut copy = Arc::clone(&self.copy).lock_owned().await;
        blocking(move || operation(&mut copy)).await
    }
}

/// Runs an operation on a thread for blocking work.
pub(super) async fn blocking<T: Send + 'static>(
    operation: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(operation).await {
        Ok(result) => result,
        Err(error) => Err(Error::destination("the operation on the file was stopped", error)),
    }
}

impl TableWriter for FileWriter {
    fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    fn index(&mut self) -> BoxFuture<'_, Result<RowIndex, Error>> {
        Box::pin(self.run(FileCopy::row_index))
    }

    fn apply<'a>(&'a mut self, batch: Batch, checkpoint: &'a Checkpoint) -> BoxFuture<'a, Result<Applied, Error>> {
        Box::pin(async move {
            let stored = checkpoint.clone();
            let applied = self.run(move |copy| copy.apply(batch, &stored)).await?;
            self.checkpoint = Some(checkpoint.clone());
            Ok(applied)
        })
    }

    fn end_listing<'a>(
        &'a mut self,
        listed: Listed<'a>,
        checkpoint: &'a Checkpoint,
    ) -> BoxFuture<'a, Result<u64, Error>> {
        Box::pin(async move {
            let unlisted = listed.index.map(RowIndex::unlisted_keys).unwrap_or_default();
            let stored = checkpoint.clone();
            let deleted = self.run(move |copy| copy.end_listing(&unlisted, listed.from, &stored)).await?;
            self.checkpoint = Some(checkpoint.clone());
            Ok(deleted)
        })
    }

    fn finish<'a>(&'a mut self, run: &'a Run) -> BoxFuture<'a, Result<u64, Error>> {
        let run = run.clone();
        Box::pin(self.run(move |copy| copy.finish(&run)))
    }
}
