//! What values are written to, whatever the serializer: as [`Source`](super::Source) for reading.

use std::{cell::Cell, fmt};

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};
use serde_json::Value as Json;

use super::{Record, fields::Entry, forms::Seen, lists::Elements, source::Failed};
use crate::wire::write_number;

/// A value that can be written.
pub trait Write {
    /// Writes the value.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn write(&self, sink: &mut dyn Sink) -> Result<(), Failed>;
}

/// A place for one value, which is written once, by one of these.
pub trait Sink {
    /// Writes `null`.
    fn null(&mut self) -> Result<(), Failed>;
    /// Writes a truth value.
    fn truth(&mut self, value: bool) -> Result<(), Failed>;
    /// Writes an integer.
    fn integer(&mut self, value: i64) -> Result<(), Failed>;
    /// Writes a number.
    fn number(&mut self, value: f64) -> Result<(), Failed>;
    /// Writes a text.
    fn text(&mut self, value: &str) -> Result<(), Failed>;
    /// Writes what is shown, as a text.
    fn shown(&mut self, value: &dyn fmt::Display) -> Result<(), Failed>;
    /// Writes any JSON.
    fn json(&mut self, value: &Json) -> Result<(), Failed>;
    /// Writes an object with a record's fields.
    fn record(&mut self, value: &dyn Record) -> Result<(), Failed>;
    /// Writes a list.
    fn list(&mut self, values: &dyn Elements) -> Result<(), Failed>;
    /// Writes an object with any keys.
    fn map(&mut self, entries: &[(&str, &dyn Write)]) -> Result<(), Failed>;
}

/// An object that is being written.
pub trait Members {
    /// Writes one of its members.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn member(&mut self, key: &'static str, value: &dyn Write) -> Result<(), Failed>;
}

/// Serializes what can be written.
pub(crate) struct Written<'a>(pub(crate) &'a dyn Write);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sink = Unwritten { serializer: Some(serializer), done: None };
        let _ = self.0.write(&mut sink);
        sink.done.unwrap_or_else(|| Err(S::Error::custom("a value was not written")))
    }
}

/// The JSON of what can be written.
#[must_use]
pub fn to_json(value: Option<&dyn Write>) -> Option<Json> {
    serde_json::to_value(value.map(Written)).ok()
}

/// What is behind every [`Sink`].
struct Unwritten<S: Serializer> {
    serializer: Option<S>,
    done: Option<Result<S::Ok, S::Error>>,
}

impl<S: Serializer> Unwritten<S> {
    fn write(&mut self, write: impl FnOnce(S) -> Result<S::Ok, S::Error>) -> Result<(), Failed> {
        let serializer = self.serializer.take().expect("a value is written once");
        self.done.insert(write(serializer)).as_ref().map(drop).map_err(|_| Failed)
    }
}

impl<S: Serializer> Sink for Unwritten<S> {
    fn null(&mut self) -> Result<(), Failed> {
        // Forms, which know no null, leave out what is `None`; they refuse a unit.
        self.write(S::serialize_none)
    }

    fn truth(&mut self, value: bool) -> Result<(), Failed> {
        self.write(|serializer| serializer.serialize_bool(value))
    }

    fn integer(&mut self, value: i64) -> Result<(), Failed> {
        self.write(|serializer| serializer.serialize_i64(value))
    }

    fn number(&mut self, value: f64) -> Result<(), Failed> {
        self.write(|serializer| write_number(value, serializer))
    }

    fn text(&mut self, value: &str) -> Result<(), Failed> {
        self.write(|serializer| serializer.serialize_str(value))
    }

    fn shown(&mut self, value: &dyn fmt::Display) -> Result<(), Failed> {
        self.write(|serializer| serializer.collect_str(value))
    }

    fn json(&mut self, value: &Json) -> Result<(), Failed> {
        self.write(|serializer| value.serialize(serializer))
    }

    fn record(&mut self, record: &dyn Record) -> Result<(), Failed> {
        self.write(|serializer| {
            let mut object = Object { map: serializer.serialize_map(None)?, error: None };
            let plainly = PLAINLY.get();
            for (index, key) in record.fields().iter().enumerate() {
                let seen = if plainly { Seen::default() } else { record.seen(index) };
                if record.write(index, &mut Entry { key, seen, members: &mut object }).is_err() {
                    return Err(object.error.unwrap_or_else(|| S::Error::custom("a field was not written")));
                }
            }
            for (key, value) in record.extra().into_iter().flatten() {
                object.map.serialize_entry(key, value)?;
            }
            object.map.end()
        })
    }

    fn list(&mut self, values: &dyn Elements) -> Result<(), Failed> {
        self.write(|serializer| serializer.collect_seq((0..values.count()).map(|index| Written(values.at(index)))))
    }

    fn map(&mut self, entries: &[(&str, &dyn Write)]) -> Result<(), Failed> {
        self.write(|serializer| serializer.collect_map(entries.iter().map(|(key, value)| (key, Written(*value)))))
    }
}

/// What is behind every [`Members`].
struct Object<M: SerializeMap> {
    map: M,
    error: Option<M::Error>,
}

impl<M: SerializeMap> Members for Object<M> {
    fn member(&mut self, key: &'static str, value: &dyn Write) -> Result<(), Failed> {
        self.map.serialize_entry(key, &Written(value)).map_err(|error| {
            self.error = Some(error);
            Failed
        })
    }
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
