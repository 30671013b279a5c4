//! Generated structs, read and written without serde's derives.
//!
//! A derive writes a visitor, an enumeration of fields and a wrapper per field, for every struct and every deserializer;
//! that was more than half of the compile time of a generated crate. Here a struct is a table of keys and one `match` on
//! their numbers, and what reading and writing have in common is compiled once, behind [`Source`] and [`Sink`]: none of it
//! depends on a type and a deserializer together. A field that is `null` is as good as absent, an unknown one is skipped or
//! kept, the place of a value that cannot be read is noted on the way out, and so is every form that is not the one in
//! which the value would be written: what is sent back unchanged is as it came.

mod fields;
mod forms;
mod kinds;
mod lists;
mod open;
mod sink;
mod source;
#[cfg(test)]
mod tests;
pub(crate) mod trace;
mod values;

use std::fmt;

use serde::{Deserializer, Serialize as _, Serializer, de};
pub use serde_json::Value as Json;

pub use self::{
    fields::{Entry, Field},
    forms::{Form, Forms, Note, Seen},
    kinds::{given, needed, nullable, option_text, text},
    lists::Elements,
    open::{codes, words},
    sink::{Members, Sink, Write, plainly, to_json},
    source::{Element, Failed, Source},
    values::{Value, read_record, required},
};
pub(crate) use self::{sink::Written, source::from, values::whole};
use crate::Extra;
pub use crate::wire::lenient::{Mismatch, Scalar};

/// A struct that is an object on the wire; the macro `record!` implements it.
pub trait Record {
    /// The names of its fields, as on the wire and in the order of the description.
    fn fields(&self) -> &'static [&'static str];

    /// A bit for each field that has to be there; all of them are among the first 64.
    fn needed(&self) -> u64 {
        0
    }

    /// The record of which nothing has been read.
    fn blank() -> Self
    where
        Self: Sized;

    /// Reads the value that comes next into a field.
    ///
    /// # Errors
    ///
    /// If the value is not what the field takes.
    fn read(&mut self, index: usize, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed>;

    /// Writes a field, if it is there.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn write(&self, index: usize, entry: &mut Entry<'_>) -> Result<(), Failed>;

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
    let (mut record, mut there) = (R::blank(), false);
    from(deserializer, &mut |source| {
        there = source.record(&mut record, &mut Note::default())?;
        Ok(())
    })?;
    if there { Ok(record) } else { Err(de::Error::invalid_type(de::Unexpected::Unit, &"an object")) }
}

/// Reads a record, or nothing, into its place.
///
/// # Errors
///
/// If there is something else, or a field holds what it cannot take. What is in the place then is of no use.
pub fn read(place: &mut dyn Place, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
    let there = source.record(place.begin(), note)?;
    if !there {
        place.clear();
    }
    Ok(())
}

/// Where a record goes, of whatever type.
pub trait Place {
    /// Puts one there of which nothing has been read.
    fn begin(&mut self) -> &mut dyn Record;

    /// Takes it away.
    fn clear(&mut self);
}

impl<R: Record> Place for Option<R> {
    fn begin(&mut self) -> &mut dyn Record {
        *self = Some(R::blank());
        self.as_mut().expect("it was put there")
    }

    fn clear(&mut self) {
        *self = None;
    }
}

/// Writes a record.
///
/// # Errors
///
/// Only the serializer's own.
pub fn serialize<S: Serializer>(record: &dyn Write, serializer: S) -> Result<S::Ok, S::Error> {
    Written(record).serialize(serializer)
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
