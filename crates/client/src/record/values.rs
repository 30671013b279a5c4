//! What stands in fields, lists and maps of records.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Deserializer;
use serde_json::Value as Json;

use super::{
    Record,
    forms::{Form, Note, Seen},
    sink::{Sink, Write, to_json},
    source::{self, Failed, Source},
};
use crate::{
    NumberOrString, Timestamp,
    wire::lenient::{self, Lenient},
};

/// Why nothing will not do.
pub(super) const MISSING: &str = "expected a value";

/// A value that is read leniently; `null` is nothing.
pub trait Value: Write + Sized {
    /// Reads a value, or nothing, into its place, and notes its form if it is not the one that is written.
    ///
    /// # Errors
    ///
    /// If there is something else. What is in the place then is of no use.
    fn read(place: &mut Option<Self>, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed>;

    /// What nothing stands for, if a value has to be there.
    #[must_use]
    fn nothing() -> Option<Self> {
        None
    }

    /// The value of a field that has to be there, before it is read.
    fn blank() -> Self;

    /// What [`Form::Empty`], [`Form::Other`] or [`Form::Text`] stands for.
    #[must_use]
    fn other(_: Option<&Self>, _: Form) -> Option<Json> {
        None
    }

    /// Whether this JSON is read as the value. Records never say so: they know their own forms.
    #[must_use]
    fn is(json: &Json, value: Option<&Self>) -> bool {
        json.is_null() && value.is_none()
    }

    /// The JSON that the value came as, if it is more than a record.
    #[must_use]
    fn json(_: Option<&Self>, _: Seen<'_>) -> Option<Json> {
        None
    }
}

/// A value or nothing, of whatever type.
pub(super) trait Holding {
    fn value(&self) -> Option<&dyn Write>;
    fn other(&self, form: Form) -> Option<Json>;
    fn is(&self, json: &Json) -> bool;
}

impl<T: Value> Holding for Option<T> {
    fn value(&self) -> Option<&dyn Write> {
        match self {
            Some(value) => Some(value),
            None => None,
        }
    }

    fn other(&self, form: Form) -> Option<Json> {
        T::other(self.as_ref(), form)
    }

    fn is(&self, json: &Json) -> bool {
        T::is(json, self.as_ref())
    }
}

/// A value that is there.
pub(super) struct Held<'a, T>(pub(super) &'a T);

impl<T: Value> Holding for Held<'_, T> {
    fn value(&self) -> Option<&dyn Write> {
        Some(self.0)
    }

    fn other(&self, form: Form) -> Option<Json> {
        T::other(Some(self.0), form)
    }

    fn is(&self, json: &Json) -> bool {
        T::is(json, Some(self.0))
    }
}

/// The JSON that was seen, unless it has become another value since.
pub(super) fn original<'a>(held: &dyn Holding, seen: Seen<'a>) -> Option<Cow<'a, Json>> {
    let json = match (seen.form, seen.kept) {
        (Form::Plain, _) => return None,
        (Form::Null, _) => Cow::Owned(Json::Null),
        (_, Some(json)) => Cow::Borrowed(json),
        (form, None) => Cow::Owned(held.other(form)?),
    };
    held.is(&json).then_some(json)
}

/// [`Value::json`] of what is more than a record.
pub(super) fn json<T: Value>(value: Option<&T>, seen: Seen<'_>) -> Option<Json> {
    match value {
        Some(value) => any_json(&Held(value), seen),
        None => any_json(&None::<T>, seen),
    }
}

fn any_json(held: &dyn Holding, seen: Seen<'_>) -> Option<Json> {
    match original(held, seen) {
        Some(json) => Some(json.into_owned()),
        None => to_json(held.value()),
    }
}

/// Implements [`Value`] for types that are read from more forms than their own.
macro_rules! lenient {
    ($($type:ty: $read:ident, $write:expr;)*) => {
        $(impl Write for $type {
            fn write(&self, sink: &mut dyn Sink) -> Result<(), Failed> {
                ($write)(sink, self)
            }
        }

        impl Value for $type {
            fn read(place: &mut Option<Self>, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
                *place = source.$read(note)?;
                Ok(())
            }

            fn blank() -> Self {
                Lenient::blank()
            }

            fn other(value: Option<&Self>, form: Form) -> Option<Json> {
                Lenient::other(value, form)
            }

            fn is(json: &Json, value: Option<&Self>) -> bool {
                lenient::from_json::<Self>(json).is_ok_and(|read| read.as_ref() == value)
            }

            fn json(value: Option<&Self>, seen: Seen<'_>) -> Option<Json> {
                json(value, seen)
            }
        })*
    };
}

lenient! {
    String: text, |sink: &mut dyn Sink, text| sink.text(text);
    i64: integer, |sink: &mut dyn Sink, number: &i64| sink.integer(*number);
    f64: number, |sink: &mut dyn Sink, number: &f64| sink.number(*number);
    bool: truth, |sink: &mut dyn Sink, truth: &bool| sink.truth(*truth);
    Timestamp: time, |sink: &mut dyn Sink, time| sink.shown(time);
    NaiveDate: day, |sink: &mut dyn Sink, day| sink.shown(day);
    NumberOrString: number_or_string, |sink: &mut dyn Sink, value: &NumberOrString| match value {
        NumberOrString::Integer(value) => sink.integer(*value),
        NumberOrString::Number(value) => sink.number(*value),
        NumberOrString::String(value) => sink.text(value),
    };
}

impl Write for Json {
    fn write(&self, sink: &mut dyn Sink) -> Result<(), Failed> {
        sink.json(self)
    }
}

impl Value for Json {
    fn read(place: &mut Option<Self>, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        *place = source.json(note)?;
        Ok(())
    }

    fn nothing() -> Option<Self> {
        Some(Self::Null)
    }

    fn blank() -> Self {
        Self::Null
    }

    fn json(value: Option<&Self>, _: Seen<'_>) -> Option<Json> {
        Some(value.cloned().unwrap_or_default())
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, sink: &mut dyn Sink) -> Result<(), Failed> {
        match self {
            Some(value) => value.write(sink),
            None => sink.null(),
        }
    }
}

impl<T: Write> Write for Box<T> {
    fn write(&self, sink: &mut dyn Sink) -> Result<(), Failed> {
        T::write(self, sink)
    }
}

impl<T: Value> Value for Box<T> {
    fn read(place: &mut Option<Self>, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        *place = read_value::<T>(source, note)?.map(Self::new);
        Ok(())
    }

    fn blank() -> Self {
        Self::new(T::blank())
    }
}

/// Reads a value that has to be there.
///
/// # Errors
///
/// If there is something else, or nothing.
pub fn required<'de, T: Value, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = None;
    source::from(deserializer, &mut |source| whole(&mut value, source))?;
    value.ok_or_else(|| serde::de::Error::custom(MISSING))
}

/// Reads a value, or nothing, that has no place yet.
pub(super) fn read_value<T: Value>(source: &mut dyn Source<'_>, note: &mut Note) -> Result<Option<T>, Failed> {
    let mut value = None;
    T::read(&mut value, source, note)?;
    Ok(value)
}

/// Reads a value, or what nothing stands for, into its place.
pub(crate) fn whole<T: Value>(place: &mut Option<T>, source: &mut dyn Source<'_>) -> Result<(), Failed> {
    T::read(place, source, &mut Note::default())?;
    if place.is_none() {
        *place = T::nothing();
    }
    if place.is_some() { Ok(()) } else { Err(source.refuse(MISSING)) }
}

/// Reads JSON that is there as text.
pub(super) fn read_text<T: Value>(json: &str, note: &mut Note) -> Result<Option<T>, Failed> {
    let mut value = None;
    from_text(json, &mut |source| T::read(&mut value, source, note))?;
    Ok(value)
}

/// Reads a record from JSON that is there already.
///
/// # Errors
///
/// If it is no object, or a field holds what it cannot take.
pub fn read_record(json: &Json, record: &mut dyn Record) -> Result<(), Failed> {
    let record = &mut |source: &mut dyn Source<'_>| {
        if source.record(record, &mut Note::default())? { Ok(()) } else { Err(Failed) }
    };
    from_text(&json.to_string(), record)
}

/// Values that are JSON already are written and read again: that is seldom, and another deserializer would be compiled
/// with all that reads from it.
fn from_text(json: &str, read: &mut dyn FnMut(&mut dyn Source<'_>) -> Result<(), Failed>) -> Result<(), Failed> {
    let mut json = serde_json::Deserializer::from_str(json);
    source::from(&mut json, read).and_then(|()| json.end()).map_err(|_| Failed)
}
