//! Channels that a job publication is published on: its member `placements`.

use serde_json::{Map, Value, json};

use crate::dvinci::api_error::FieldErrors;
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::number;
use crate::dvinci::store::table::Table;
use crate::dvinci::time;

/// Decodes placements. Each names its channel by number or by internal name, and is returned in the same form.
pub(in crate::dvinci) fn decode(store: &Store, path: &str, value: &Value, errors: &mut FieldErrors) -> Option<Value> {
    let Some(items) = value.as_array() else {
        errors.add_type_mismatch(path);
        return None;
    };
    let mut placements = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let item_path = format!("{path}.{index}");
        let member = |name: &str| item.get(name).filter(|value| !value.is_null());
        let mut placement = Map::new();
        match (member("channelId"), member("internalName")) {
            (Some(channel), _) if !store.rows(Table::Channels).any(|row| row["_number"] == *channel) => {
                errors.add_not_permitted(format!("{item_path}.channelId"), channel);
            }
            (Some(channel), _) => {
                placement.insert("channelId".to_owned(), channel.clone());
            }
            (None, Some(name)) => {
                let key = Key::from_value(Table::Channels, name);
                if key.is_none_or(|key| store.row(Table::Channels, &key).is_none()) {
                    errors.add_not_permitted(format!("{item_path}.internalName"), name);
                }
                placement.insert("internalName".to_owned(), name.clone());
            }
            (None, None) => errors.add(&item_path, "channelIdOrInternalNeeded"),
        }
        for name in ["startDate", "endDate"] {
            let timestamp = member(name).map(|sent| sent.as_str().and_then(time::normalize_offset));
            if timestamp == Some(None) {
                errors.add_type_mismatch(format!("{item_path}.{name}"));
            }
            let timestamp = json!(timestamp.flatten());
            placement.insert(name.to_owned(), timestamp);
        }
        placements.push(Value::Object(placement));
    }
    Some(json!(placements))
}

/// Returns whether a placement is on a channel.
pub(in crate::dvinci) fn is_on(store: &Store, placement: &Map<String, Value>, channel: &str) -> bool {
    if let Some(name) = placement.get("internalName").and_then(Value::as_str) {
        return name == channel;
    }
    let row = store.row(Table::Channels, &Key::Name(channel.to_owned()));
    row.and_then(|row| number(row, "_number")) == number(placement, "channelId")
}
