//! The kinds of fields that a record has: what is written, and what an absent one is.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    forms::{Form, Note, Seen},
    lists,
    sink::{Members, Sink, Write},
    source::{Failed, Source},
    values::{Held, Holding, Value, original, read_value},
};
use crate::Patch;

/// A field of a record.
pub trait Field {
    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// If it is not what the field takes.
    fn read(&mut self, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed>;

    /// Writes the field as it was seen, unless it is absent.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn write(&self, entry: &mut Entry<'_>) -> Result<(), Failed>;
}

/// Where a field is written.
pub struct Entry<'a> {
    pub(super) key: &'static str,
    pub(super) seen: Seen<'a>,
    pub(super) members: &'a mut dyn Members,
}

impl Entry<'_> {
    pub(super) fn put(&mut self, held: &dyn Holding) -> Result<(), Failed> {
        match (held.value(), self.seen.form) {
            (None, Form::Plain) => Ok(()),
            (None, Form::Null) => self.null(),
            (Some(value), Form::Plain) => self.members.member(self.key, value),
            (value, _) => match (original(held, self.seen), value) {
                (Some(json), _) => self.json(&json),
                (None, Some(value)) => self.members.member(self.key, value),
                (None, None) => Ok(()),
            },
        }
    }

    pub(super) fn json(&mut self, json: &Json) -> Result<(), Failed> {
        self.members.member(self.key, json)
    }

    pub(super) fn null(&mut self) -> Result<(), Failed> {
        self.members.member(self.key, &Null)
    }
}

/// `null`, written as what is not there.
struct Null;

impl Write for Null {
    fn write(&self, sink: &mut dyn Sink) -> Result<(), Failed> {
        sink.null()
    }
}

impl<T: Value> Field for Option<T> {
    fn read(&mut self, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        T::read(self, source, note)
    }

    fn write(&self, entry: &mut Entry<'_>) -> Result<(), Failed> {
        entry.put(self)
    }
}

impl<T: Value> Field for Vec<T> {
    fn read(&mut self, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        *self = Self::new();
        lists::read_field(self, source, note)
    }

    fn write(&self, entry: &mut Entry<'_>) -> Result<(), Failed> {
        entry.put(self)
    }
}

impl<T: Value> Field for BTreeMap<String, T> {
    fn read(&mut self, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        *self = read_value::<Self>(source, note)?.unwrap_or_default();
        if self.is_empty() && note.is_plain() {
            note.set(Form::Empty);
        }
        Ok(())
    }

    fn write(&self, entry: &mut Entry<'_>) -> Result<(), Failed> {
        entry.put(self)
    }
}

impl<T: Value> Field for Patch<T> {
    fn read(&mut self, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        *self = read_value(source, note)?.map_or(Self::Null, Self::Value);
        Ok(())
    }

    fn write(&self, entry: &mut Entry<'_>) -> Result<(), Failed> {
        match self {
            Self::Absent => Ok(()),
            Self::Null => match original(&None::<T>, entry.seen) {
                Some(json) => entry.json(&json),
                None => entry.null(),
            },
            Self::Value(value) => entry.put(&Held(value)),
        }
    }
}
