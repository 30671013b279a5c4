//! Changes to tables, made by tests: the API itself is read-only.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::ditio::reporting::tables::overlay::{Entry, Overlay};
use crate::ditio::reporting::tables::row::Row;
use crate::ditio::reporting::tables::store::{Store, Table};
use crate::ditio::reporting::tables::table::{DitioTable, Order, TombstoneFormat};
use crate::ditio::reporting::times::{UNSET, naive, utc};

impl Store {
    /// Inserts rows, or replaces rows with a known id, all with the same time of change. Returns their ids.
    pub(in crate::ditio::reporting) fn insert(
        &self,
        kind: DitioTable,
        rows: Vec<Map<String, Value>>,
        time: DateTime<Utc>,
    ) -> Vec<String> {
        let table = self.table(kind);
        let mut overlay = table.write();
        let time = time.timestamp_millis();
        let mut ids = Vec::new();
        for row in rows {
            let mut row = Row::from_map(row);
            let id = if let Some(id) = row.text("id") {
                id.to_owned()
            } else {
                overlay.generated_ids += 1;
                // The seeded deletions use the first three indexes after the computed rows.
                table.layout.id(table.count() + 2 + overlay.generated_ids)
            };
            row.set("id", id.as_str());
            row.set("modifiedDateTime", utc(time));
            row.set("isDeleted", false);
            for (member, text) in [(Some(kind.created_member()), utc(time)), (time_member(kind), naive(time))] {
                if let Some(member) = member.filter(|member| row.get(member).is_none()) {
                    row.set(member, text);
                }
            }
            overlay.put(&id, table.index_of(&id), live_entry(table, &id, row, time));
            ids.push(id);
        }
        ids
    }

    /// Sets members of rows, all with the same time of change. Returns the number of ids found.
    pub(in crate::ditio::reporting) fn update(
        &self,
        kind: DitioTable,
        ids: &[String],
        set: &Map<String, Value>,
        time: DateTime<Utc>,
    ) -> usize {
        let table = self.table(kind);
        let time = time.timestamp_millis();
        let mut overlay = table.write();
        let mut changed = 0;
        for id in ids {
            let Some(mut row) = self.current(table, &overlay, id) else { continue };
            for (member, value) in set.iter().filter(|(member, _)| *member != "id") {
                row.set(member.clone(), value.clone());
            }
            row.set("modifiedDateTime", utc(time));
            overlay.put(id, table.index_of(id), live_entry(table, id, row, time));
            changed += 1;
        }
        changed
    }

    /// Deletes rows, all with the same time of change. Returns the number of ids found.
    pub(in crate::ditio::reporting) fn delete(&self, kind: DitioTable, ids: &[String], time: DateTime<Utc>) -> usize {
        let table = self.table(kind);
        let time = time.timestamp_millis();
        let mut overlay = table.write();
        let mut deleted = 0;
        for id in ids {
            let Some(row) = self.current(table, &overlay, id) else { continue };
            let entry = Entry {
                output: tombstone_row(kind, &row, time),
                key: table.key(id, &row),
                original: row,
                deleted: true,
                changed: time,
            };
            overlay.put(id, table.index_of(id), entry);
            deleted += 1;
        }
        deleted
    }

    /// Returns true if a row with the id exists or existed.
    pub(in crate::ditio::reporting) fn has_known_id(&self, kind: DitioTable, id: &str) -> bool {
        let table = self.table(kind);
        table.index_of(id).is_some() || table.read().get(id).is_some()
    }

    /// Returns the row with an id; `None` if it is deleted or unknown.
    pub(in crate::ditio::reporting) fn find(&self, kind: DitioTable, id: &str) -> Option<Row> {
        let table = self.table(kind);
        let overlay = table.read();
        self.current(table, &overlay, id)
    }

    fn current(&self, table: &Table, overlay: &Overlay, id: &str) -> Option<Row> {
        if let Some(entry) = overlay.get(id) {
            return (!entry.deleted).then(|| entry.output.clone());
        }
        table.index_of(id).map(|i| table.row(&self.context, i))
    }
}

fn live_entry(table: &Table, id: &str, row: Row, time: i64) -> Entry {
    Entry { key: table.key(id, &row), original: row.clone(), output: row, deleted: false, changed: time }
}

fn time_member(kind: DitioTable) -> Option<&'static str> {
    match kind.order() {
        Order::Id => None,
        Order::Time(member) => Some(member),
    }
}

/// Builds the tombstone of a deleted row, for incremental extractions.
pub(in crate::ditio::reporting) fn tombstone_row(kind: DitioTable, row: &Row, time: i64) -> Row {
    let format = kind.tombstone_format();
    let mut tombstone = match format {
        TombstoneFormat::LastVersion | TombstoneFormat::Complete => row.clone(),
        TombstoneFormat::FourMembers => Row::default(),
        TombstoneFormat::Nulls => {
            Row::of(row.members().map(|(name, _)| (name.to_owned().into(), Value::Null)).collect())
        }
        TombstoneFormat::Defaults => {
            Row::of(row.members().map(|(name, old)| (name.to_owned().into(), default_value(name, old))).collect())
        }
    };
    tombstone.set("id", row.get("id").cloned().unwrap_or_default());
    tombstone.set("isDeleted", true);
    tombstone.set("deletedDateTime", utc(time));
    if format != TombstoneFormat::LastVersion {
        tombstone.set("modifiedDateTime", utc(time));
    }
    tombstone
}

/// Returns the .NET default for the type of a value.
fn default_value(name: &str, old: &Value) -> Value {
    match old {
        Value::Number(_) => 0.into(),
        Value::Bool(_) => false.into(),
        _ if name.ends_with("DateTime") || name.ends_with("At") => UNSET.into(),
        _ => Value::Null,
    }
}
