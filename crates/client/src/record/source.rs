//! What values are read from, whatever the deserializer: what a type does to be read is compiled once, here, and not
//! again for each type and each deserializer.

use std::{borrow::Cow, fmt};

use chrono::NaiveDate;
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value as Json;

use super::{
    Record,
    forms::{Form, Note},
    trace,
};
use crate::{
    NumberOrString, Timestamp,
    wire::lenient::{Lenient, Scalar, ScalarVisitor, Slot, Word},
};

/// The value cannot be read or written; what it was read from or written to has the reason.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

/// Reads what a list or a map holds, one element after the other. The text is its key, if it has one.
pub type Element<'a, 'de> = &'a mut dyn FnMut(&str, &mut dyn Source<'de>) -> Result<(), Failed>;

/// One value that has not been read. It is read once, by one of these; a form that is not the usual one is noted.
pub trait Source<'de> {
    /// Reads a text, a number or a truth value.
    fn scalar(&mut self, scalar: &mut dyn Scalar<'de>) -> Result<(), Failed>;
    /// Reads any JSON, or nothing.
    fn json(&mut self, note: &mut Note) -> Result<Option<Json>, Failed>;
    /// Reads an object into a record and says whether there was one; else there is nothing.
    fn record(&mut self, record: &mut dyn Record, note: &mut Note) -> Result<bool, Failed>;
    /// Reads a list and says whether there was one; else there is nothing.
    fn list(&mut self, element: Element<'_, 'de>, note: &mut Note) -> Result<bool, Failed>;
    /// Reads an object with any keys and says whether there was one; else there is nothing.
    fn map(&mut self, element: Element<'_, 'de>, note: &mut Note) -> Result<bool, Failed>;
    /// Says why what was read will not do.
    fn refuse(&mut self, why: &str) -> Failed;
}

impl<'de> dyn Source<'de> + '_ {
    fn lenient<T: Lenient>(&mut self, note: &mut Note) -> Result<Option<T>, Failed> {
        let mut slot = Slot::new(note);
        self.scalar(&mut slot)?;
        Ok(slot.value)
    }

    /// Reads a text, or nothing.
    pub fn text(&mut self, note: &mut Note) -> Result<Option<String>, Failed> {
        self.lenient(note)
    }

    /// Reads a text, or nothing; borrowed if it stands in the input as it is.
    pub fn word(&mut self, note: &mut Note) -> Result<Option<Cow<'de, str>>, Failed> {
        let mut word = Word::new(note);
        self.scalar(&mut word)?;
        Ok(word.word)
    }

    /// Reads an integer, or nothing.
    pub fn integer(&mut self, note: &mut Note) -> Result<Option<i64>, Failed> {
        self.lenient(note)
    }

    /// Reads a number, or nothing.
    pub fn number(&mut self, note: &mut Note) -> Result<Option<f64>, Failed> {
        self.lenient(note)
    }

    /// Reads a truth value, or nothing.
    pub fn truth(&mut self, note: &mut Note) -> Result<Option<bool>, Failed> {
        self.lenient(note)
    }

    /// Reads a point in time, or nothing.
    pub fn time(&mut self, note: &mut Note) -> Result<Option<Timestamp>, Failed> {
        self.lenient(note)
    }

    /// Reads a day, or nothing.
    pub fn day(&mut self, note: &mut Note) -> Result<Option<NaiveDate>, Failed> {
        self.lenient(note)
    }

    /// Reads a number or a text, or nothing.
    pub fn number_or_string(&mut self, note: &mut Note) -> Result<Option<NumberOrString>, Failed> {
        self.lenient(note)
    }
}

/// Reads from a deserializer.
///
/// # Errors
///
/// If `read` fails.
pub(crate) fn from<'de, D: Deserializer<'de>>(
    deserializer: D,
    read: &mut dyn FnMut(&mut dyn Source<'de>) -> Result<(), Failed>,
) -> Result<(), D::Error> {
    let mut source = Unread { deserializer: Some(deserializer), error: None };
    read(&mut source).map_err(|Failed| source.error.unwrap_or_else(|| D::Error::custom("expected a value")))
}

/// What is behind every [`Source`].
struct Unread<D, E> {
    deserializer: Option<D>,
    error: Option<E>,
}

impl<'de, D: Deserializer<'de>> Unread<D, D::Error> {
    fn read<T>(&mut self, read: impl FnOnce(D) -> Result<T, D::Error>) -> Result<T, Failed> {
        let deserializer = self.deserializer.take().expect("a value is read once");
        read(deserializer).map_err(|error| {
            self.error = Some(error);
            Failed
        })
    }

    /// Reads what this visitor takes, unless there is nothing.
    fn nested(&mut self, nested: Nested<'_, 'de>, note: &mut Note) -> Result<bool, Failed> {
        let there = self.read(|deserializer| deserializer.deserialize_option(nested))?;
        if !there {
            note.set(Form::Null);
        }
        Ok(there)
    }
}

impl<'de, D: Deserializer<'de>> Source<'de> for Unread<D, D::Error> {
    fn scalar(&mut self, scalar: &mut dyn Scalar<'de>) -> Result<(), Failed> {
        self.read(|deserializer| deserializer.deserialize_any(ScalarVisitor(scalar)))
    }

    fn json(&mut self, note: &mut Note) -> Result<Option<Json>, Failed> {
        let json = self.read(Option::deserialize)?;
        if json.is_none() {
            note.set(Form::Null);
        }
        Ok(json)
    }

    fn record(&mut self, record: &mut dyn Record, note: &mut Note) -> Result<bool, Failed> {
        self.nested(Nested::Record(record), note)
    }

    fn list(&mut self, element: Element<'_, 'de>, note: &mut Note) -> Result<bool, Failed> {
        self.nested(Nested::List(element), note)
    }

    fn map(&mut self, element: Element<'_, 'de>, note: &mut Note) -> Result<bool, Failed> {
        self.nested(Nested::Map(element), note)
    }

    fn refuse(&mut self, why: &str) -> Failed {
        self.error = Some(D::Error::custom(why));
        Failed
    }
}

/// What holds other values, and where they go. As a visitor, it says whether it was there.
enum Nested<'a, 'de> {
    Record(&'a mut dyn Record),
    List(Element<'a, 'de>),
    Map(Element<'a, 'de>),
}

impl<'de> Visitor<'de> for Nested<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::List(_)) { "a list" } else { "an object" })
    }

    fn visit_unit<E: de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_none<E: de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        match self {
            Self::List(_) => deserializer.deserialize_seq(self),
            Self::Record(_) | Self::Map(_) => deserializer.deserialize_map(self),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<bool, A::Error> {
        let Self::List(element) = self else { return Err(A::Error::invalid_type(de::Unexpected::Seq, &self)) };
        for index in 0.. {
            match sequence.next_element_seed(Seed(|source: &mut dyn Source<'de>| element("", source))) {
                Ok(Some(())) => {}
                Ok(None) => break,
                Err(error) => {
                    trace::index(index);
                    return Err(error);
                }
            }
        }
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<bool, A::Error> {
        match self {
            Self::List(_) => return Err(A::Error::invalid_type(de::Unexpected::Map, &self)),
            Self::Record(record) => fields(record, &mut entries)?,
            Self::Map(element) => {
                while let Some(Key(key)) = entries.next_key()? {
                    entries
                        .next_value_seed(Seed(|source: &mut dyn Source<'de>| element(&key, source)))
                        .inspect_err(|_| trace::key(&key))?;
                }
            }
        }
        Ok(true)
    }
}

/// Reads the fields of a record.
fn fields<'de, A: MapAccess<'de>>(record: &mut dyn Record, entries: &mut A) -> Result<(), A::Error> {
    let keys = record.fields();
    let mut missing = record.needed();
    let mut note = Note::default();
    let mut expected = 0;
    while let Some(Key(key)) = entries.next_key()? {
        let read = match (find(keys, &key, &mut expected), record.extra_mut()) {
            (None, Some(extra)) => entries.next_value().map(|value| drop(extra.insert(key.to_string(), value))),
            (None, None) => entries.next_value::<IgnoredAny>().map(drop),
            (Some(index), _) => {
                missing &= !(1 << (index % 64));
                entries.next_value_seed(Seed(|source: &mut dyn Source<'de>| record.read(index, source, &mut note)))
            }
        };
        read.inspect_err(|_| trace::key(&key))?;
        if !note.is_plain() {
            record.note(expected - 1, &mut note);
        }
    }
    match missing {
        0 => Ok(()),
        missing => Err(A::Error::missing_field(keys[missing.trailing_zeros() as usize])),
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

/// One element, read as this says.
struct Seed<F>(F);

impl<'de, F: FnMut(&mut dyn Source<'de>) -> Result<(), Failed>> DeserializeSeed<'de> for Seed<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        from(deserializer, &mut self.0)
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
