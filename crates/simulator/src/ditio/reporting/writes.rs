//! Writing to a table: what tests do, since the API itself only reads.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::overlay::{Entry, Overlay};
use super::row::Row;
use super::store::{Store, Table};
use super::table::{DitioTable, Order, Tombstone};
use super::times::{UNSET, naive, utc};

impl Store {
    /// Inserts rows, or replaces those whose id is given and known, all at one time. Gives their ids.
    pub(super) fn insert(&self, kind: DitioTable, rows: Vec<Map<String, Value>>, at: DateTime<Utc>) -> Vec<String> {
        let table = self.table(kind);
        let mut overlay = table.write();
        let at = at.timestamp_millis();
        let mut ids = Vec::new();
        for row in rows {
            let mut row = Row::from_map(row);
            let id = if let Some(id) = row.text("id") {
                id.to_owned()
            } else {
                overlay.made += 1;
                // The seeded deletions have the first three numbers after the computed rows.
                table.layout.id(table.count() + 2 + overlay.made)
            };
            row.set("id", id.as_str());
            row.set("modifiedDateTime", utc(at));
            row.set("isDeleted", false);
            for (member, text) in [(Some(kind.created_member()), utc(at)), (time_member(kind), naive(at))] {
                if let Some(member) = member.filter(|member| row.get(member).is_none()) {
                    row.set(member, text);
                }
            }
            overlay.put(&id, table.index_of(&id), live(table, &id, row, at));
            ids.push(id);
        }
        ids
    }

    /// Changes members of rows, all at one time. Gives how many of the ids were rows.
    pub(super) fn update(
        &self,
        kind: DitioTable,
        ids: &[String],
        set: &Map<String, Value>,
        at: DateTime<Utc>,
    ) -> usize {
        let table = self.table(kind);
        let at = at.timestamp_millis();
        let mut overlay = table.write();
        let mut changed = 0;
        for id in ids {
            let Some(mut row) = self.current(table, &overlay, id) else { continue };
            for (member, value) in set.iter().filter(|(member, _)| *member != "id") {
                row.set(member.clone(), value.clone());
            }
            row.set("modifiedDateTime", utc(at));
            overlay.put(id, table.index_of(id), live(table, id, row, at));
            changed += 1;
        }
        changed
    }

    /// Deletes rows, all at one time. Gives how many of the ids were rows.
    pub(super) fn delete(&self, kind: DitioTable, ids: &[String], at: DateTime<Utc>) -> usize {
        let table = self.table(kind);
        let at = at.timestamp_millis();
        let mut overlay = table.write();
        let mut deleted = 0;
        for id in ids {
            let Some(row) = self.current(table, &overlay, id) else { continue };
            let entry = Entry {
                shown: buried(kind, &row, at),
                key: table.key(id, &row),
                facts: row,
                deleted: true,
                changed: at,
            };
            overlay.put(id, table.index_of(id), entry);
            deleted += 1;
        }
        deleted
    }

    /// Whether there is or was a row with this id.
    pub(super) fn knows(&self, kind: DitioTable, id: &str) -> bool {
        let table = self.table(kind);
        table.index_of(id).is_some() || table.read().get(id).is_some()
    }

    /// The row with this id, unless it is deleted or never was.
    pub(super) fn find(&self, kind: DitioTable, id: &str) -> Option<Row> {
        let table = self.table(kind);
        let overlay = table.read();
        self.current(table, &overlay, id)
    }

    fn current(&self, table: &Table, overlay: &Overlay, id: &str) -> Option<Row> {
        if let Some(entry) = overlay.get(id) {
            return (!entry.deleted).then(|| entry.shown.clone());
        }
        table.index_of(id).map(|i| table.row(&self.context, i))
    }
}

fn live(table: &Table, id: &str, row: Row, at: i64) -> Entry {
    Entry { key: table.key(id, &row), facts: row.clone(), shown: row, deleted: false, changed: at }
}

fn time_member(kind: DitioTable) -> Option<&'static str> {
    match kind.order() {
        Order::Id => None,
        Order::Time(member) => Some(member),
    }
}

/// What an incremental extraction shows of a row that was deleted.
pub(super) fn buried(kind: DitioTable, row: &Row, at: i64) -> Row {
    let form = kind.tombstone();
    let mut left = match form {
        Tombstone::LastVersion | Tombstone::Whole => row.clone(),
        Tombstone::Bare => Row::default(),
        Tombstone::Nulls => Row::of(row.members().map(|(name, _)| (name.to_owned().into(), Value::Null)).collect()),
        Tombstone::Defaults => {
            Row::of(row.members().map(|(name, old)| (name.to_owned().into(), nothing(name, old))).collect())
        }
    };
    left.set("id", row.get("id").cloned().unwrap_or_default());
    left.set("isDeleted", true);
    left.set("deletedDateTime", utc(at));
    if form != Tombstone::LastVersion {
        left.set("modifiedDateTime", utc(at));
    }
    left
}

/// What the vendor's language has for nothing.
fn nothing(name: &str, old: &Value) -> Value {
    match old {
        Value::Number(_) => 0.into(),
        Value::Bool(_) => false.into(),
        _ if name.ends_with("DateTime") || name.ends_with("At") => UNSET.into(),
        _ => Value::Null,
    }
}
