//! Generated structs, read and written without serde's derives.
//!
//! A derive writes a visitor, an enumeration of fields and a wrapper per field, for every struct and every deserializer;
//! that was more than half of the compile time of a generated crate. Here a struct is a table of keys and one `match` on
//! their numbers, and what fields have in common is compiled once per type of field. A field that is `null` is as good as
//! absent, an unknown one is skipped or kept, the place of a value that cannot be read is noted on the way out, and so is
//! every form that is not the one in which the value would be written: what is sent back unchanged is as it came.

mod fields;
mod forms;
mod kinds;
mod lists;
#[cfg(test)]
mod tests;
pub(crate) mod trace;
mod values;

use std::{borrow::Cow, cell::Cell, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serializer,
    de::{self, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};
pub use serde_json::Value as Json;

pub use self::{
    fields::{Entry, Field},
    forms::{Form, Forms, Note, Seen},
    kinds::{given, needed, nullable, option_text, text},
    values::{Value, open_text, required},
};
use crate::Extra;

/// A struct that is an object on the wire; the macro `record!` implements it.
pub trait Record: Sized {
    /// The names of its fields, as on the wire and in the order of the description.
    const FIELDS: &'static [&'static str];

    /// A bit for each field that has to be there; all of them are among the first 64.
    const NEEDED: u64 = 0;

    /// The record of which nothing has been read.
    fn blank() -> Self;

    /// Reads the value that comes next into a field.
    ///
    /// # Errors
    ///
    /// If the value is not what the field takes.
    fn read<'de, A: MapAccess<'de>>(&mut self, index: usize, map: &mut A, note: &mut Note) -> Result<(), A::Error>;

    /// Writes a field, if it is there.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn write<M: SerializeMap>(&self, index: usize, entry: Entry<'_, M>) -> Result<(), M::Error>;

    /// The form in which a field came.
    fn seen(&self, index: usize) -> Seen<'_>;

    /// Stores the form in which a field came.
    fn note(&mut self, index: usize, note: &mut Note);

    /// The unknown fields, if they are kept.
    fn extra(&self) -> Option<&Extra> {
        None
    }

    /// Where unknown fields are kept, if they are.
    fn extra_mut(&mut self) -> Option<&mut Extra> {
        None
    }
}

/// Reads a record.
///
/// # Errors
///
/// If there is no object, or a field holds what it cannot take.
pub fn deserialize<'de, R: Record, D: Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
    let record = read(deserializer, &mut Note::default())?;
    record.ok_or_else(|| de::Error::invalid_type(de::Unexpected::Unit, &"an object"))
}

/// Reads a record, or nothing.
///
/// # Errors
///
/// If there is something else, or a field holds what it cannot take.
pub fn read<'de, R: Record, D: Deserializer<'de>>(deserializer: D, note: &mut Note) -> Result<Option<R>, D::Error> {
    deserializer.deserialize_any(RecordVisitor(note, PhantomData))
}

/// Writes a record.
///
/// # Errors
///
/// Only the serializer's own.
pub fn serialize<R: Record, S: Serializer>(record: &R, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    let plainly = PLAINLY.get();
    for (index, key) in R::FIELDS.iter().enumerate() {
        let seen = if plainly { Seen::default() } else { record.seen(index) };
        record.write(index, Entry { key, seen, map: &mut map })?;
    }
    for (key, value) in record.extra().into_iter().flatten() {
        map.serialize_entry(key, value)?;
    }
    map.end()
}

thread_local! {
    static PLAINLY: Cell<bool> = const { Cell::new(false) };
}

/// Serializes what was read as if it had been set: numbers are numbers, whatever they came as, and what is empty is left
/// out. Without it, what was read is written as it came.
///
/// ```
/// # fn example(row: impl serde::Serialize) -> serde_json::Result<String> {
/// keyfob_client::plainly(|| serde_json::to_string(&row))
/// # }
/// ```
pub fn plainly<T>(serialize: impl FnOnce() -> T) -> T {
    struct Reset(bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            PLAINLY.set(self.0);
        }
    }
    let _reset = Reset(PLAINLY.replace(true));
    serialize()
}

/// Shows a record as `#[derive(Debug)]` does.
///
/// # Errors
///
/// Only the formatter's own.
pub fn debug(f: &mut fmt::Formatter<'_>, name: &str, fields: &[(&str, &dyn fmt::Debug)]) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    for (name, value) in fields {
        shown.field(name.trim_start_matches("r#"), value);
    }
    shown.finish()
}

/// A list as the whole of an answer; nothing is the empty list.
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<'de, T: Value> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(<Vec<T> as Value>::read(deserializer, &mut Note::default())?.unwrap_or_default()))
    }
}

struct RecordVisitor<'n, R>(&'n mut Note, PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for RecordVisitor<'_, R> {
    type Value = Option<R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<R>, E> {
        self.0.set(Form::Null);
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<R>, A::Error> {
        let mut record = R::blank();
        let mut note = Note::default();
        let mut expected = 0;
        let mut missing = R::NEEDED;
        while let Some(Key(key)) = map.next_key()? {
            let read = match (find(R::FIELDS, &key, &mut expected), record.extra_mut()) {
                (None, Some(extra)) => map.next_value().map(|value| drop(extra.insert(key.to_string(), value))),
                (None, None) => map.next_value::<IgnoredAny>().map(drop),
                (Some(index), _) => {
                    missing &= !(1 << (index % 64));
                    record.read(index, &mut map, &mut note)
                }
            };
            read.inspect_err(|_| trace::key(&key))?;
            if !note.is_plain() {
                record.note(expected - 1, &mut note);
            }
        }
        if missing != 0 {
            return Err(de::Error::missing_field(R::FIELDS[missing.trailing_zeros() as usize]));
        }
        Ok(Some(record))
    }
}

/// The number of a key. Keys mostly come in one order, so the search begins behind the one that was found before.
fn find(keys: &[&str], key: &str, expected: &mut usize) -> Option<usize> {
    let (before, after) = keys.split_at(*expected);
    let index = match after.iter().position(|known| *known == key) {
        Some(index) => index + before.len(),
        None => before.iter().position(|known| *known == key)?,
    };
    *expected = index + 1;
    Some(index)
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
