//! The channels that a publication is shown on: `placements` of a job publication.

use serde_json::{Map, Value, json};

use super::instants;
use super::reply::Errors;
use super::store::{Key, Store};
use super::table::{Table, number};

/// Reads placements; each names its channel by number or by internal name, and keeps the one that was sent.
pub(super) fn read(store: &Store, path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let Some(items) = value.as_array() else {
        errors.mismatch(path);
        return None;
    };
    let mut showings = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let at = format!("{path}.{index}");
        let given = |name: &str| item.get(name).filter(|value| !value.is_null());
        let mut showing = Map::new();
        match (given("channelId"), given("internalName")) {
            (Some(channel), _) if !store.rows(Table::Channels).any(|row| row["_number"] == *channel) => {
                errors.not_permitted(format!("{at}.channelId"), channel);
            }
            (Some(channel), _) => {
                showing.insert("channelId".to_owned(), channel.clone());
            }
            (None, Some(name)) => {
                let key = Key::of(Table::Channels, name);
                if key.is_none_or(|key| store.row(Table::Channels, &key).is_none()) {
                    errors.not_permitted(format!("{at}.internalName"), name);
                }
                showing.insert("internalName".to_owned(), name.clone());
            }
            (None, None) => errors.add(&at, "channelIdOrInternalNeeded"),
        }
        for name in ["startDate", "endDate"] {
            let instant = given(name).map(|sent| sent.as_str().and_then(instants::with_offset));
            if instant == Some(None) {
                errors.mismatch(format!("{at}.{name}"));
            }
            let instant = json!(instant.flatten());
            showing.insert(name.to_owned(), instant);
        }
        showings.push(Value::Object(showing));
    }
    Some(json!(showings))
}

/// Whether a placement is on a channel.
pub(super) fn is_on(store: &Store, showing: &Map<String, Value>, channel: &str) -> bool {
    if let Some(name) = showing.get("internalName").and_then(Value::as_str) {
        return name == channel;
    }
    let row = store.row(Table::Channels, &Key::Name(channel.to_owned()));
    row.and_then(|row| number(row, "_number")) == number(showing, "channelId")
}
