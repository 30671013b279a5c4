//! The kinds of fields that a record has: what is written, and what an absent one is.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, de::MapAccess, ser::SerializeMap};
use serde_json::Value as Json;

use super::{
    forms::{Form, Note, Seen},
    values::{Seed, Value, original},
};
use crate::Patch;

/// A field of a record.
pub trait Field {
    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// If it is not what the field takes.
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A, note: &mut Note) -> Result<(), A::Error>;

    /// Writes the field as it was seen, unless it is absent.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn write<M: SerializeMap>(&self, entry: Entry<'_, M>) -> Result<(), M::Error>;
}

/// Where a field is written.
#[derive(Debug)]
pub struct Entry<'a, M> {
    pub(super) key: &'static str,
    pub(super) seen: Seen<'a>,
    pub(super) map: &'a mut M,
}

impl<M: SerializeMap> Entry<'_, M> {
    pub(super) fn put<T: Value>(self, value: Option<&T>) -> Result<(), M::Error> {
        match (value, self.seen.form) {
            (None, Form::Plain) => Ok(()),
            (None, Form::Null) => self.null(),
            (Some(value), Form::Plain) => self.plain(value),
            _ => match (original(value, self.seen), value) {
                (Some(json), _) => self.json(&json),
                (None, Some(value)) => self.plain(value),
                (None, None) => Ok(()),
            },
        }
    }

    fn plain<T: Value>(self, value: &T) -> Result<(), M::Error> {
        self.map.serialize_entry(self.key, &Written(value))
    }

    pub(super) fn json(self, json: &Json) -> Result<(), M::Error> {
        self.map.serialize_entry(self.key, json)
    }

    // Forms, which know no null, leave out what is `None`; they refuse a unit.
    pub(super) fn null(self) -> Result<(), M::Error> {
        self.map.serialize_entry(self.key, &None::<()>)
    }
}

impl<T: Value> Field for Option<T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A, note: &mut Note) -> Result<(), A::Error> {
        *self = map.next_value_seed(Seed::new(note))?;
        Ok(())
    }

    fn write<M: SerializeMap>(&self, entry: Entry<'_, M>) -> Result<(), M::Error> {
        entry.put(self.as_ref())
    }
}

impl<T: Value> Field for Vec<T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A, note: &mut Note) -> Result<(), A::Error> {
        *self = map.next_value_seed(Seed::new(note))?.unwrap_or_default();
        if self.is_empty() && note.is_plain() {
            note.set(Form::Empty);
        }
        Ok(())
    }

    fn write<M: SerializeMap>(&self, entry: Entry<'_, M>) -> Result<(), M::Error> {
        entry.put(Some(self).filter(|list| !list.is_empty()))
    }
}

impl<T: Value> Field for BTreeMap<String, T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A, note: &mut Note) -> Result<(), A::Error> {
        *self = map.next_value_seed(Seed::new(note))?.unwrap_or_default();
        if self.is_empty() && note.is_plain() {
            note.set(Form::Empty);
        }
        Ok(())
    }

    fn write<M: SerializeMap>(&self, entry: Entry<'_, M>) -> Result<(), M::Error> {
        entry.put(Some(self).filter(|map| !map.is_empty()))
    }
}

impl<T: Value> Field for Patch<T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A, note: &mut Note) -> Result<(), A::Error> {
        *self = map.next_value_seed(Seed::new(note))?.map_or(Self::Null, Self::Value);
        Ok(())
    }

    fn write<M: SerializeMap>(&self, entry: Entry<'_, M>) -> Result<(), M::Error> {
        match self {
            Self::Absent => Ok(()),
            Self::Null => match original::<T>(None, entry.seen) {
                Some(json) => entry.json(&json),
                None => entry.null(),
            },
            Self::Value(value) => entry.put(Some(value)),
        }
    }
}

/// Serializes the way a [`Value`] is written.
pub(super) struct Written<'a, T>(pub(super) &'a T);

impl<T: Value> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}
