//! Changes of a copy, each in one transaction with the checkpoint.

use std::pin::pin;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::SinkExt;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Transaction};

use super::encode::{Array, COPY_HEADER, COPY_TRAILER, put_i64, put_value};
use super::failure::Failure;
use super::format::Format;
use super::keys;
use super::layout::{Layout, STAGING};
use super::session::Session;
use super::state::{self, Parameter};
use crate::batch::{Batch, ColumnData, Reject, key_text};
use crate::checkpoint::Checkpoint;
use crate::destination::{Applied, Listed};

/// Number of rows from which they are copied into a table before they are merged. Fewer rows are the parameters of one
/// statement.
const MIN_COPY: usize = 200;
/// Maximum number of keys in one statement.
const MAX_KEYS: usize = 20_000;
/// Size of the messages of a `COPY`, in bytes.
const CHUNK: usize = 64 << 10;

/// State and checkpoint of a transaction.
pub(super) struct Change<'a> {
    pub(super) layout: &'a Layout,
    /// The checkpoint to store.
    pub(super) checkpoint: &'a Checkpoint,
    /// Revision before the transaction.
    pub(super) revision: i64,
    /// The copy has rejects.
    pub(super) has_rejects: bool,
}

/// Result of applying a batch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    pub(super) applied: Applied,
    /// The copy already had rows of a batch that was copied as new.
    pub(super) conflicted: bool,
}

impl Change<'_> {
    /// Applies a batch. `outcome` is set before the transaction is committed. With `direct`, the rows are expected to
    /// be new.
    pub(super) async fn apply(
        &self,
        session: &mut Session,
        batch: &Batch,
        rejects: &[Reject],
        direct: bool,
        buffer: &mut BytesMut,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let Session { client, has_staging } = session;
        *outcome = Outcome::default();
        if batch.is_empty() && rejects.is_empty() {
            return state::store(client, self.layout, self.checkpoint, self.revision, 0).await;
        }
        let mut transaction = client.transaction().await?;
        let mut is_copied = false;
        if direct && batch.len() >= MIN_COPY {
            is_copied = copy_new_rows(&mut transaction, self.layout, batch, buffer).await?;
            outcome.conflicted = !is_copied;
        }
        let rows = i64::try_from(batch.len()).unwrap_or(i64::MAX);
        let (written, mut added) = if is_copied || batch.hashes().is_empty() {
            (rows, rows)
        } else if batch.len() >= MIN_COPY {
            if !*has_staging {
                transaction.batch_execute(&self.layout.create_staging()).await?;
            }
            copy(transaction.client(), &self.layout.copy_into(STAGING), self.layout, batch, buffer).await?;
            let row = transaction.query_typed_one(&self.layout.merge(STAGING), &[]).await?;
            (row.get(0), row.get(1))
        } else {
            merge_parameters(transaction.client(), self.layout, batch).await?
        };
        let deleted = delete(transaction.client(), self.layout, batch.deleted(), batch.deleted_len()).await?;
        added -= i64::try_from(deleted).unwrap_or(i64::MAX);
        if self.has_rejects || !rejects.is_empty() {
            let mut keys = Vec::new();
            if self.has_rejects {
                keys.extend((0..batch.deleted_len()).map(|row| batch.deleted_key_text(row)));
                keys.extend((0..if is_copied { 0 } else { batch.len() }).map(|row| batch.key_text(row)));
            }
            state::replace_rejects(transaction.client(), self.layout, keys, rejects, self.checkpoint.started).await?;
        }
        state::store(transaction.client(), self.layout, self.checkpoint, self.revision, added).await?;
        outcome.applied = Applied { upserts: u64::try_from(written).unwrap_or(0), deletions: deleted };
        let uses_staging = !is_copied && batch.len() >= MIN_COPY;
        transaction.commit().await?;
        *has_staging |= uses_staging;
        Ok(())
    }

    /// Removes what a listing does not have. `deleted` is set before the transaction is committed.
    pub(super) async fn end_listing(
        &self,
        session: &mut Session,
        listed: Listed<'_>,
        deleted: &mut u64,
    ) -> Result<(), Failure> {
        *deleted = 0;
        let index = listed.index.filter(|index| index.unlisted() > 0);
        if index.is_none() && !self.has_rejects {
            return state::store(&session.client, self.layout, self.checkpoint, self.revision, 0).await;
        }
        let transaction = session.client.transaction().await?;
        if let Some(index) = index {
            let unlisted = keys::read_unlisted(transaction.client(), self.layout, index).await?;
            let rows = unlisted.first().map_or(0, ColumnData::len);
            *deleted = delete(transaction.client(), self.layout, &unlisted, rows).await?;
            if self.has_rejects {
                let keys = (0..rows).map(|row| key_text(unlisted.iter().map(|column| column.value(row))));
                state::replace_rejects(transaction.client(), self.layout, keys.collect(), &[], self.checkpoint.started)
                    .await?;
            }
        }
        if self.has_rejects {
            state::remove_unidentified(transaction.client(), self.layout, listed.from).await?;
        }
        let added = -i64::try_from(*deleted).unwrap_or(i64::MAX);
        state::store(transaction.client(), self.layout, self.checkpoint, self.revision, added).await?;
        Ok(transaction.commit().await?)
    }
}

/// Copies rows into the table. Returns `false`, without a change, if the table has one of them.
async fn copy_new_rows(
    transaction: &mut Transaction<'_>,
    layout: &Layout,
    batch: &Batch,
    buffer: &mut BytesMut,
) -> Result<bool, Failure> {
    let savepoint = transaction.savepoint("new_rows").await?;
    match copy(savepoint.client(), &layout.copy_into(&layout.table()), layout, batch, buffer).await {
        Ok(()) => {
            savepoint.commit().await?;
            Ok(true)
        }
        Err(failure) if failure.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            savepoint.rollback().await?;
            Ok(false)
        }
        Err(failure) => Err(failure),
    }
}

/// Copies the rows of a batch into a table.
async fn copy(
    client: &Client,
    statement: &str,
    layout: &Layout,
    batch: &Batch,
    buffer: &mut BytesMut,
) -> Result<(), Failure> {
    let mut sink = pin!(client.copy_in::<_, Bytes>(statement).await?);
    let columns: Vec<(&ColumnData, Format)> = columns(layout, batch).collect();
    let fields = i16::try_from(columns.len() + 1).expect("a table has at most 1,600 columns");
    // A transaction that failed may have left a part of its rows.
    buffer.clear();
    buffer.reserve(CHUNK + CHUNK / 4);
    buffer.put_slice(COPY_HEADER);
    for (row, hash) in batch.hashes().iter().enumerate() {
        buffer.put_i16(fields);
        for (column, format) in &columns {
            put_value(buffer, column, *format, row);
        }
        put_i64(buffer, hash.cast_signed());
        if buffer.len() >= CHUNK {
            sink.feed(buffer.split().freeze()).await?;
            buffer.reserve(CHUNK + CHUNK / 4);
        }
    }
    buffer.put_i16(COPY_TRAILER);
    sink.feed(buffer.split().freeze()).await?;
    sink.finish().await?;
    Ok(())
}

/// Merges rows that are the parameters of one statement. Returns the numbers of written and of added rows.
async fn merge_parameters(client: &Client, layout: &Layout, batch: &Batch) -> Result<(i64, i64), Failure> {
    let arrays: Vec<Array<'_>> =
        columns(layout, batch).map(|(column, format)| Array { column, format, rows: 0..batch.len() }).collect();
    let hashes: Vec<i64> = batch.hashes().iter().map(|hash| hash.cast_signed()).collect();
    let mut parameters: Vec<Parameter<'_>> =
        arrays.iter().map(|array| -> Parameter<'_> { (array, array.format.array()) }).collect();
    parameters.push((&hashes, Type::INT8_ARRAY));
    let row = client.query_typed_one(&layout.merge(&layout.rows_of_parameters()), &parameters).await?;
    Ok((row.get(0), row.get(1)))
}

/// Deletes rows by their key. Returns the number of rows that existed.
async fn delete(client: &Client, layout: &Layout, keys: &[ColumnData], rows: usize) -> Result<u64, Failure> {
    let mut deleted = 0;
    for start in (0..rows).step_by(MAX_KEYS) {
        let range = start..rows.min(start + MAX_KEYS);
        let arrays: Vec<Array<'_>> = keys
            .iter()
            .zip(&layout.key)
            .map(|(column, key)| Array { column, format: layout.columns[*key].format, rows: range.clone() })
            .collect();
        let parameters: Vec<Parameter<'_>> =
            arrays.iter().map(|array| -> Parameter<'_> { (array, array.format.array()) }).collect();
        deleted += client.execute_typed(&layout.delete(), &parameters).await?;
    }
    Ok(deleted)
}

/// Returns the columns of a batch in the order of the copy's columns, without the hash.
fn columns<'a>(layout: &'a Layout, batch: &'a Batch) -> impl Iterator<Item = (&'a ColumnData, Format)> {
    let data = batch.columns().iter().chain([batch.extra()]);
    layout.columns.iter().zip(data).map(|(column, data)| (data, column.format))
}
