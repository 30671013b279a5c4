//! Decoding of pages: from JSON to typed columns, by the schema of the table.
//!
//! A value that does not have the type of its column becomes null and a [`Reject`]: no value of a page makes the other
//! rows unreadable.

mod cell;
mod page;
mod row;
mod scalar;
mod time;

use std::collections::HashMap;
use std::sync::Arc;

use keyfob_client::codegen::{PageFacts, unexpected};
use keyfob_client::table::{ChangeDetection, TablePaging};

use self::row::{Irregular, Row};
use crate::batch::column::ColumnSize;
use crate::batch::{Batch, ColumnData, Reject, Value};
use crate::error::Error;
use crate::schema::Schema;

/// Decoder of a table's pages.
#[derive(Debug)]
pub(crate) struct Decoder {
    schema: Arc<Schema>,
    /// Roles of the fields by their names on the wire.
    fields: HashMap<&'static str, Field>,
    /// Column that followed each column in the row decoded last, and at the end that of the first field: services send
    /// fields in a fixed order.
    successors: Vec<usize>,
    /// Sizes of the columns of the page decoded last, and at the end that of the other fields: pages are alike, and a
    /// column that grows is copied again and again.
    sizes: Vec<ColumnSize>,
    /// Column that marks deletions.
    deleted: Option<usize>,
    key_buffer: Vec<u8>,
}

/// Role of a field of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Column(usize),
    /// A sensitive column that the copy does not have.
    LeftOut,
}

/// A decoded page.
#[derive(Debug)]
pub(crate) struct DecodedPage {
    pub(crate) batch: Batch,
    pub(crate) facts: PageFacts,
    /// Value of the field that names the mode of the listing.
    pub(crate) mode: Option<String>,
}

/// Names of the page's fields.
#[derive(Clone, Copy, Debug, Default)]
struct Envelope {
    rows: Option<&'static str>,
    cursor: Option<&'static str>,
    total: Option<&'static str>,
    mode: Option<&'static str>,
}

impl Decoder {
    pub(crate) fn new(schema: &Arc<Schema>) -> Self {
        let mut fields: HashMap<_, _> =
            schema.table().columns.iter().map(|column| (column.name, Field::LeftOut)).collect();
        for (position, column) in schema.columns().iter().enumerate() {
            fields.insert(column.wire, Field::Column(position));
        }
        let deleted = match schema.table().changes {
            ChangeDetection::ModifiedSince { deleted, .. } => {
                schema.columns().iter().position(|column| column.wire == deleted)
            }
            _ => None,
        };
        let mut successors: Vec<usize> = (1..=schema.columns().len()).collect();
        successors.push(0);
        let schema = Arc::clone(schema);
        Self { schema, fields, successors, sizes: Vec::new(), deleted, key_buffer: Vec::new() }
    }

    /// Decodes a page. Of several changes of a row, the batch has the last.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Api`](crate::ErrorKind::Api) if the page is not JSON or has no list of rows.
    pub(crate) fn decode(&mut self, page: &[u8]) -> Result<DecodedPage, Error> {
        let schema = Arc::clone(&self.schema);
        let mut batch = Batch::new(Arc::clone(&schema));
        columns(&mut batch).zip(&self.sizes).for_each(|(column, size)| column.reserve(*size));
        let decoded = page::decode(page, envelope(&schema), &mut |text| self.decode_row(text, &mut batch));
        let Some((mut facts, mode, elements)) = decoded else {
            let message = "the page is not JSON, or has no list of rows";
            return Err(unexpected(schema.table().operation, message).into());
        };
        facts.rows = elements;
        self.sizes = columns(&mut batch).map(|column| column.column_size()).collect();
        batch.compact();
        Ok(DecodedPage { batch, facts, mode })
    }

    /// Appends the row at the start of a text to the batch: as an upsert, a deletion, or a reject. Returns the length of
    /// its JSON; `None` if it is not JSON.
    fn decode_row(&mut self, text: &str, batch: &mut Batch) -> Option<usize> {
        let row = batch.keys.len();
        let mut rejects = Vec::new();
        let decoded = self.row(batch, row).decode(text);
        let json = decoded.map_or_else(|Irregular| row::json(text), |length| Some(&text[..length]))?;
        if decoded.is_err() {
            truncate(batch, row);
            if !self.row(batch, row).decode_irregular(json, &mut rejects) {
                truncate(batch, row);
                reject_row(batch, json, "an object");
                return Some(json.len());
            }
        }
        if !self.schema.has_extra() {
            batch.extra.push_null();
        }
        self.finish_row(json, row, rejects, batch);
        Some(json.len())
    }

    /// Returns the target of the row at this position.
    fn row<'a>(&'a mut self, batch: &'a mut Batch, position: usize) -> Row<'a> {
        Row {
            schema: &self.schema,
            fields: &self.fields,
            successors: &mut self.successors,
            columns: &mut batch.columns,
            extra: self.schema.has_extra().then_some(&mut batch.extra),
            position,
        }
    }

    /// Classifies a row that was appended to the columns.
    fn finish_row(&mut self, json: &str, row: usize, rejects: Vec<Reject>, batch: &mut Batch) {
        let key = self.schema.key();
        let is_identified = key.iter().all(|key| match batch.columns[*key].value(row) {
            Value::Null => false,
            Value::Text(text) => !text.is_empty(),
            _ => true,
        });
        if !is_identified || key.is_empty() {
            truncate(batch, row);
            return reject_row(batch, json, "a row with a key");
        }
        if let Some(deleted) = self.deleted {
            if rejects.iter().any(|reject| reject.field == self.schema.columns()[deleted].wire) {
                // It is not known whether the row exists.
                truncate(batch, row);
                return reject_row(batch, json, "a row with a readable mark of deletions");
            }
            if batch.columns[deleted].value(row) == Value::Boolean(true) {
                return self.delete_row(row, batch);
            }
        }
        let columns = &batch.columns;
        let values = key.iter().map(|key| columns[*key].value(row));
        batch.keys.push(Schema::key_hash(values, &mut self.key_buffer));
        batch.hashes.push(self.schema.row_hash(json));
        batch.order.push(i64::try_from(row).expect("a page has less than 2⁶³ rows"));
        if !rejects.is_empty() {
            let key = batch.key_text(row);
            batch.rejects.extend(rejects.into_iter().map(|reject| Reject { key: Some(key.clone()), ..reject }));
        }
    }

    /// Moves the key of the last row to the deletions.
    fn delete_row(&mut self, row: usize, batch: &mut Batch) {
        let key = self.schema.key();
        for (deleted, key) in batch.deleted.iter_mut().zip(key) {
            deleted.push_from(&batch.columns[*key], row);
        }
        let values = batch.deleted.iter().map(|column| column.value(column.len() - 1));
        batch.deleted_keys.push(Schema::key_hash(values, &mut self.key_buffer));
        let position = i64::try_from(batch.deleted_keys.len() - 1).expect("a page has less than 2⁶³ rows");
        batch.order.push(!position);
        truncate(batch, row);
    }
}

fn envelope(schema: &Schema) -> Envelope {
    let table = schema.table();
    let (cursor, total) = match table.paging {
        TablePaging::Cursor { field, .. } => (Some(field), None),
        TablePaging::Page { total, .. } | TablePaging::Offset { total, .. } => (None, total),
        TablePaging::Single => (None, None),
    };
    let mode = match table.changes {
        ChangeDetection::ModifiedSince { mode, .. } => mode,
        _ => None,
    };
    Envelope { rows: table.rows, cursor, total, mode }
}

fn truncate(batch: &mut Batch, rows: usize) {
    columns(batch).for_each(|column| column.truncate(rows));
}

/// Returns the columns of the rows, and that of the other fields.
fn columns(batch: &mut Batch) -> impl Iterator<Item = &mut ColumnData> {
    batch.columns.iter_mut().chain([&mut batch.extra])
}

fn reject_row(batch: &mut Batch, json: &str, expected: &'static str) {
    batch.unidentified += 1;
    batch.rejects.push(Reject { key: None, field: "", expected, raw: json.to_owned() });
}

#[cfg(test)]
mod tests;
