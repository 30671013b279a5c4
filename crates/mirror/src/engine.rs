//! The run of one table: from the stored checkpoint through the changes of the source to the destination.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::Utc;
use futures_util::future::{Either, join, select};
use keyfob_client::Session;
use serde_json::Value;

use crate::checkpoint::{Account, Checkpoint};
use crate::destination::{Destination, Listed, Run, TableWriter};
use crate::error::{Error, ErrorKind};
use crate::index::RowIndex;
use crate::report::{Observer, TableReport};
use crate::schema::Schema;
use crate::source::{self, Changes, ListingEnd, Source, SourceOptions, Stage};

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
    if context.dry_run {
        report.rows = rows(context.destination, schema).await?;
    }
    let source = source::open(context.session, schema, &context.source, &checkpoint.progress)?;
    let mut table = TableRun { context, schema, writer: &mut *writer, checkpoint, index: None, ended: None, report };
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

/// Returns the number of rows in the copy of a table.
async fn rows(destination: &dyn Destination, schema: &Schema) -> Result<u64, Error> {
    let tables = destination.status().await?;
    let table = tables.iter().find(|table| (table.api.as_str(), table.table.as_str()) == (schema.api(), schema.name()));
    Ok(table.map_or(0, |table| table.rows))
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
    /// End of a listing whose last page was applied, with the progress of the source after it.
    ended: Option<(ListingEnd, Value)>,
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
        loop {
            let mut changes = next(source, stop).await?;
            while let Some(current) = changes {
                // The next page is received and decoded while this one is written.
                let (applied, following) = join(self.take(current), next(source, stop)).await;
                applied?;
                changes = following?;
            }
            if !self.has_deletions() || !source.list_again() {
                return self.end_listing().await;
            }
            tracing::debug!(table = self.schema.name(), "rows are not listed; all rows are listed again to be certain");
            self.ended = None;
        }
    }

    /// Returns `true` if a complete listing has ended that lacks rows of the copy.
    fn has_deletions(&self) -> bool {
        let is_complete = self.ended.as_ref().is_some_and(|(end, _)| end.complete);
        is_complete && self.index.as_ref().is_some_and(|index| index.unlisted() > 0)
    }

    async fn take(&mut self, mut changes: Changes) -> Result<(), Error> {
        self.end_listing().await?;
        if let Stage::Listing { first, .. } = changes.stage {
            if first {
                self.checkpoint.listed_from = Some(self.report.started);
                self.index = Some(self.writer.index().await?).filter(|index| !index.is_empty());
                self.checkpoint.replacing = self.index.is_some();
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
        self.apply(changes).await?;
        self.context.observer.advanced(self.schema, self.report.progress);
        Ok(())
    }

    async fn apply(&mut self, changes: Changes) -> Result<(), Error> {
        if let Stage::Listing { end: Some(end), .. } = changes.stage {
            // Until the listing is ended at the destination, the checkpoint has the progress before the last page.
            self.report.incomplete |= !end.complete;
            self.ended = Some((end, changes.progress));
        } else {
            self.checkpoint.progress = changes.progress;
        }
        if self.context.dry_run {
            self.add(changes.batch.len() as u64, changes.batch.deleted_len() as u64);
            return Ok(());
        }
        let applied = self.writer.apply(changes.batch, &self.checkpoint).await?;
        self.add(applied.upserts, applied.deletions);
        Ok(())
    }

    /// Ends the listing whose last page was applied, if there is one.
    async fn end_listing(&mut self) -> Result<(), Error> {
        let Some((end, progress)) = self.ended.take() else { return Ok(()) };
        let index = self.index.take().filter(|_| end.complete);
        if self.context.dry_run {
            self.add(0, index.map_or(0, |index| index.unlisted() as u64));
            return Ok(());
        }
        let from = self.checkpoint.listed_from.take().unwrap_or(self.report.started);
        self.checkpoint.replacing = false;
        self.checkpoint.progress = progress;
        let listed = Listed { index: index.as_ref(), from };
        let deletions = self.writer.end_listing(listed, &self.checkpoint).await?;
        self.add(0, deletions);
        Ok(())
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
