//! The run of one table: from the stored checkpoint through the changes of the source to the destination.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::Utc;
use futures_util::future::{Either, join, select};
use keyfob_client::Session;
use serde_json::Value;

use crate::checkpoint::{Account, Checkpoint};
use crate::destination::{Destination, Run, TableWriter};
use crate::error::{Error, ErrorKind};
use crate::index::RowIndex;
use crate::report::{Observer, TableReport};
use crate::schema::Schema;
use crate::source::{self, Changes, Source, SourceOptions, Stage};

/// Future that resolves when a run is to be stopped.
pub(crate) type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Settings that all tables of a mirror share.
pub(crate) struct Context<'a> {
    pub(crate) session: &'a Session,
    pub(crate) destination: &'a dyn Destination,
    pub(crate) observer: &'a dyn Observer,
    /// Name of the account, besides the URL of the service.
    pub(crate) client: Option<String>,
    pub(crate) source: SourceOptions,
    /// Lists all rows, whatever the checkpoint says.
    pub(crate) full: bool,
    pub(crate) dry_run: bool,
}

/// Runs a table.
pub(crate) async fn run(context: &Context<'_>, schema: &Arc<Schema>, stop: &mut Stop) -> TableReport {
    context.observer.started(schema);
    let mut report = TableReport::new(schema, Utc::now());
    let result = run_opened(context, schema, stop, &mut report).await;
    report.error = result.err();
    report.finished = Utc::now();
    context.observer.finished(&report);
    report
}

async fn run_opened(
    context: &Context<'_>,
    schema: &Arc<Schema>,
    stop: &mut Stop,
    report: &mut TableReport,
) -> Result<(), Error> {
    let started = report.started;
    let service = context.session.url(schema.table().operation, "/")?.to_string();
    let account = Account::new(service, context.client.clone());
    let mut writer = context.destination.open(schema, context.dry_run).await?;
    let new = || Checkpoint::new(schema, account.clone(), context.source.window.clone(), started);
    let mut checkpoint = match writer.checkpoint() {
        Some(stored) => resume(stored, &new(), schema, context.full)?,
        None => new(),
    };
    checkpoint.started = started;
    let source = source::open(context.session, schema, &context.source, &checkpoint.progress)?;
    let mut table = TableRun { context, schema, writer: &mut *writer, checkpoint, index: None, report };
    let result = table.run(source, stop).await;
    if context.dry_run {
        return result;
    }
    let run = record(report, result.as_ref().err());
    let finished = writer.finish(&run).await;
    result?;
    report.rows = finished?;
    Ok(())
}

/// Returns the checkpoint to continue from.
fn resume(stored: &Checkpoint, new: &Checkpoint, schema: &Schema, full: bool) -> Result<Checkpoint, Error> {
    if full {
        return Ok(new.clone());
    }
    if (stored.api.as_str(), stored.table.as_str()) != (schema.api(), schema.name()) {
        let message = format!(
            "the copy has the table {}/{}, not {}/{}; choose another destination, or start over with a listing of all \
             rows",
            stored.api,
            stored.table,
            schema.api(),
            schema.name()
        );
        return Err(Error::new(ErrorKind::Mismatch, message));
    }
    let mismatch = |what: String| {
        let message = format!(
            "the copy of {}/{} {what}; choose another destination, or start over with a listing of all rows",
            schema.api(),
            schema.name()
        );
        Err(Error::new(ErrorKind::Mismatch, message))
    };
    if stored.account.service != new.account.service {
        return mismatch(format!("was made from {}, not from {}", stored.account.service, new.account.service));
    }
    if stored.account.client != new.account.client {
        return mismatch("was made with other credentials, which may see other rows".to_owned());
    }
    if stored.window != new.window {
        return mismatch("is limited by other dates".to_owned());
    }
    let mut checkpoint = stored.clone();
    if !checkpoint.has_schema(schema) {
        // The rows that are already copied lack the values of new columns.
        checkpoint.progress = Value::Null;
        checkpoint.set_schema(schema);
    }
    if checkpoint.replacing {
        // It is not known which rows were listed.
        checkpoint.progress = Value::Null;
    }
    Ok(checkpoint)
}

fn record(report: &TableReport, error: Option<&Error>) -> Run {
    Run {
        started: report.started,
        finished: Utc::now(),
        received: report.progress.received,
        upserts: report.progress.upserts,
        deletions: report.progress.deletions,
        rejects: report.progress.rejects,
        error: error.map(ToString::to_string),
    }
}

struct TableRun<'a> {
    context: &'a Context<'a>,
    schema: &'a Schema,
    writer: &'a mut dyn TableWriter,
    checkpoint: Checkpoint,
    /// Rows of the copy, while all rows are listed and the copy had rows before.
    index: Option<RowIndex>,
    report: &'a mut TableReport,
}

impl TableRun<'_> {
    async fn run(&mut self, mut source: Box<dyn Source>, stop: &mut Stop) -> Result<(), Error> {
        let result = self.copy(&mut *source, stop).await;
        self.report.relisted = source.is_expired();
        self.report.clock_offset = source.clock_offset();
        result
    }

    async fn copy(&mut self, source: &mut dyn Source, stop: &mut Stop) -> Result<(), Error> {
        let mut changes = next(source, stop).await?;
        while let Some(current) = changes {
            // The next page is received and decoded while this one is written.
            let (applied, following) = join(self.take(current), next(source, stop)).await;
            applied?;
            changes = following?;
        }
        Ok(())
    }

    async fn take(&mut self, mut changes: Changes) -> Result<(), Error> {
        if let Stage::Listing { first, .. } = changes.stage {
            if first {
                self.index = Some(self.writer.index().await?).filter(|index| !index.is_empty());
                self.checkpoint.replacing = self.index.is_some();
                if let (true, Some(index)) = (self.context.dry_run, &self.index) {
                    self.report.rows = index.len() as u64;
                }
            }
            if let Some(index) = &mut self.index {
                changes.batch.retain_changed(index);
            }
        }
        let progress = &mut self.report.progress;
        progress.received += changes.received;
        progress.pages += changes.pages;
        progress.bytes += changes.bytes;
        self.report.add_rejects(changes.batch.rejects());
        if self.context.dry_run {
            self.count(&changes);
        } else {
            self.apply(changes).await?;
        }
        self.context.observer.advanced(self.schema, self.report.progress);
        Ok(())
    }

    async fn apply(&mut self, changes: Changes) -> Result<(), Error> {
        let end = match changes.stage {
            Stage::Listing { end, .. } => end,
            Stage::Changes => None,
        };
        let index = if end.is_some() { self.index.take() } else { None };
        self.report.incomplete |= end.is_some_and(|end| !end.complete);
        let deletes = index.filter(|index| end.is_some_and(|end| end.complete) && index.unlisted() > 0);
        if deletes.is_none() {
            if end.is_some() {
                self.checkpoint.replacing = false;
            }
            self.checkpoint.progress = changes.progress;
            let applied = self.writer.apply(changes.batch, &self.checkpoint).await?;
            self.add(applied.upserts, applied.deletions);
            return Ok(());
        }
        // The listing is complete only once the rows that it does not have are deleted: until then the checkpoint says
        // that it has to start over.
        let applied = self.writer.apply(changes.batch, &self.checkpoint).await?;
        self.add(applied.upserts, applied.deletions);
        self.checkpoint.replacing = false;
        self.checkpoint.progress = changes.progress;
        if let Some(index) = deletes {
            let deletions = self.writer.delete_unlisted(&index, &self.checkpoint).await?;
            self.add(0, deletions);
        }
        Ok(())
    }

    /// Counts the changes of a dry run.
    fn count(&mut self, changes: &Changes) {
        self.add(changes.batch.len() as u64, changes.batch.deleted_len() as u64);
        let Stage::Listing { end: Some(end), .. } = changes.stage else { return };
        self.report.incomplete |= !end.complete;
        if let Some(index) = self.index.take().filter(|_| end.complete) {
            self.add(0, index.unlisted() as u64);
        }
    }

    fn add(&mut self, upserts: u64, deletions: u64) {
        self.report.progress.upserts += upserts;
        self.report.progress.deletions += deletions;
    }
}

/// Returns the next changes, or the error of a run that is to be stopped.
async fn next(source: &mut dyn Source, stop: &mut Stop) -> Result<Option<Changes>, Error> {
    match select(stop, source.next()).await {
        Either::Left(((), _)) => {
            Err(Error::new(ErrorKind::Interrupted, "stopped; the next run continues where this one ended"))
        }
        Either::Right((changes, _)) => changes,
    }
}

#[cfg(test)]
mod tests;
