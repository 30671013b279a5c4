//! Generated structs, read and written without serde's derives.
//!
//! A derive writes a visitor, an enumeration of fields and a wrapper per field, for every struct and every deserializer;
//! that was more than half of the compile time of a generated crate. Here a struct is one `match` on its keys, and what
//! fields have in common is compiled once per type of field. A field that is `null` is as good as absent, an unknown one
//! is skipped or kept, and the place of a value that cannot be read is noted on the way out.

mod fields;
pub(crate) mod trace;
mod values;

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serializer,
    de::{self, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};

pub use self::{fields::Field, values::Value};
use crate::Extra;

/// A struct whose fields may all be absent; [`record!`](crate::record) implements it.
pub trait Record: Default {
    /// The names of its fields, as on the wire and in the order of the description.
    const FIELDS: &'static [&'static str];

    /// Reads the value that comes next into the field that `key` names; false if there is none.
    ///
    /// # Errors
    ///
    /// If the value is not what the field takes.
    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error>;

    /// Where unknown fields are kept, if they are.
    fn extra(&mut self) -> Option<&mut Extra> {
        None
    }

    /// Writes the fields that are there.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// Reads a record.
///
/// # Errors
///
/// If there is no object, or a field holds what it cannot take.
pub fn deserialize<'de, R: Record, D: Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
    deserializer.deserialize_map(RecordVisitor(PhantomData))
}

/// Writes a record.
///
/// # Errors
///
/// Only the serializer's own.
pub fn serialize<R: Record, S: Serializer>(record: &R, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    record.write(&mut map)?;
    map.end()
}

/// Writes what [`Record::extra`] holds.
///
/// # Errors
///
/// Only the serializer's own.
pub fn write_extra<M: SerializeMap>(extra: &Extra, map: &mut M) -> Result<(), M::Error> {
    extra.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))
}

/// A list as the whole of an answer; nothing is the empty list.
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<'de, T: Value> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(<Vec<T> as Value>::read(deserializer)?.unwrap_or_default()))
    }
}

struct RecordVisitor<R>(PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for RecordVisitor<R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<R, A::Error> {
        let mut record = R::default();
        while let Some(Key(key)) = map.next_key()? {
            let read = match record.read(&key, &mut map) {
                Ok(false) => match record.extra() {
                    Some(extra) => map.next_value().map(|value| drop(extra.insert(key.to_string(), value))),
                    None => map.next_value::<IgnoredAny>().map(drop),
                },
                read => read.map(drop),
            };
            read.inspect_err(|_| trace::key(&key))?;
        }
        Ok(record)
    }
}

/// A key; borrowed from the input if it stands there as it is.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: de::Error>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Key<'de>, E> {
        self.visit_string(key.to_owned())
    }

    fn visit_string<E: de::Error>(self, key: String) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(key)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::{NumberOrString, Patch, Timestamp};

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Row {
        id: Option<i64>,
        name: Option<String>,
        hours: Option<f64>,
        done: Option<bool>,
        at: Option<Timestamp>,
        number: Option<NumberOrString>,
        any: Option<serde_json::Value>,
        tags: Vec<String>,
        weights: Vec<f64>,
        names: BTreeMap<String, String>,
        nested: Vec<Vec<i64>>,
        parent: Option<Box<Row>>,
        rows: Vec<Row>,
        extra: Extra,
    }

    crate::record!(Row {
        id => "id", name => "name", hours => "hours", done => "done", at => "at", number => "number", any => "any",
        tags => "tags", weights => "weights", names => "names", nested => "nested", parent => "parent", rows => "rows"
    } extra);

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Change {
        name: Patch<String>,
        tags: Option<Vec<String>>,
    }

    crate::record!(Change { name => "name", tags => "tags" });

    fn read(value: &serde_json::Value) -> Row {
        let row: Row = serde_json::from_str(&value.to_string()).unwrap();
        assert_eq!(serde_json::from_value::<Row>(value.clone()).unwrap(), row, "from text and from a value");
        row
    }

    #[test]
    fn loose_values_are_read_and_written_strictly() {
        let row = read(&json!({
            "id": "5", "name": 7, "hours": "7.50", "done": 1, "at": "", "number": "007", "any": null,
            "tags": [1, null, "x"], "weights": [1, "2.5"], "names": {"de": 1, "en": null}, "nested": [["1"], null],
            "parent": {"id": 1.0, "hours": 2}, "rows": [null, {}], "other": {"kept": [1]}
        }));
        assert_eq!(
            serde_json::to_value(&row).unwrap(),
            json!({
                "id": 5, "name": "7", "hours": 7.5, "done": true, "number": "007", "tags": ["1", "x"],
                "weights": [1, 2.5], "names": {"de": "1"}, "nested": [[1]], "parent": {"id": 1, "hours": 2},
                "rows": [{}], "other": {"kept": [1]}
            })
        );
    }

    #[test]
    fn null_is_as_good_as_absent_in_every_field() {
        let nulls = json!({
            "id": null, "name": null, "hours": null, "done": null, "at": null, "number": null, "any": null, "tags": null,
            "weights": null, "names": null, "nested": null, "parent": null, "rows": null
        });
        assert_eq!(read(&nulls), Row::default());
        assert_eq!(read(&json!({})), Row::default());
        assert_eq!(serde_json::to_string(&Row::default()).unwrap(), "{}");
    }

    #[test]
    fn escaped_and_repeated_keys_are_keys() {
        let row: Row = serde_json::from_str(r#"{"\u0069d": 1, "id": 2, "\"": 3}"#).unwrap();
        assert_eq!((row.id, row.extra.get("\"")), (Some(2), Some(&json!(3))));
    }

    #[test]
    fn unknown_fields_are_skipped_where_they_are_not_kept() {
        let change: Change = serde_json::from_value(json!({"x": {"y": [1, {}]}, "name": "n"})).unwrap();
        assert_eq!(serde_json::to_value(&change).unwrap(), json!({"name": "n"}));
    }

    #[test]
    fn a_change_tells_absent_null_and_empty_apart() {
        for text in ["{}", r#"{"name":null}"#, r#"{"name":"n","tags":[]}"#] {
            let change: Change = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&change).unwrap(), text);
        }
    }

    #[test]
    fn the_place_of_a_value_that_cannot_be_read_is_noted() {
        #[track_caller]
        fn check(text: &str, path: &str, expected: &str) {
            trace::clear();
            let error = serde_json::from_str::<Row>(text).unwrap_err().to_string();
            assert_eq!(trace::take(), path);
            assert!(error.contains(expected), "{error}");
        }
        check(r#"{"rows": [{}, null, {"parent": {"hours": "x"}}]}"#, "rows[2].parent.hours", "expected a number");
        check(r#"{"tags": "x"}"#, "tags", "expected a list");
        check(r#"{"nested": [[1], [1, {}]]}"#, "nested[1][1]", "expected an integer");
        check(r#"{"names": {"de": []}}"#, "names.de", "expected a string");
        check("[]", "", "expected an object");
    }
}
