//! The changes of a table.

use futures::StreamExt;
use futures::future::BoxFuture;
use keyfob::client::Canonical;
use keyfob::client::encode::Encode;
use keyfob::ditio_reporting::sync::{Change, Changes, Checkpoint, Record, Table};

/// A change of a row.
#[derive(Debug, PartialEq)]
pub(super) enum Event {
    /// The row was added or changed. `id` is `None` for a row without an id.
    Upsert { id: Option<String>, json: String },
    /// The row was deleted.
    Delete { id: String },
}

/// The changes of a table, in the order in which the service lists them.
pub(super) trait Source: Send {
    /// Returns the next change, or `None` at the end.
    fn next(&mut self) -> BoxFuture<'_, Option<anyhow::Result<Event>>>;
    /// Returns the checkpoint to continue from after the changes returned so far.
    fn checkpoint(&self) -> Checkpoint;
}

impl<T: Table<Item: Encode + Send> + Send> Source for Changes<T> {
    fn next(&mut self) -> BoxFuture<'_, Option<anyhow::Result<Event>>> {
        Box::pin(async move {
            let change = StreamExt::next(self).await?;
            Some(change.map_err(Into::into).and_then(|change| {
                Ok(match change {
                    Change::Upsert(row) => {
                        // Canonical form: a number that the service sent as a string is a number in every format.
                        let json = serde_json::to_string(&Canonical(&row))?;
                        Event::Upsert { id: row.id().map(str::to_owned), json }
                    }
                    Change::Delete { id, .. } => Event::Delete { id },
                })
            }))
        })
    }

    fn checkpoint(&self) -> Checkpoint {
        Changes::checkpoint(self)
    }
}
