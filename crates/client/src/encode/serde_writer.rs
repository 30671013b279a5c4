//! The implementation of the type-erased writer over any serde serializer.

use std::fmt;

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};
use serde_json::Value as Json;

use super::{
    number::write_number,
    writer::{Encode, EncodeMembers, EncodeSequence, ErasedObject, ErasedWriter, Failed},
};

/// Adapter that serializes a value by its [`Encode`] implementation.
pub(crate) struct Encoded<'a> {
    pub(crate) value: &'a dyn Encode,
    /// Ignores the forms in which values were received.
    pub(crate) canonical: bool,
}

impl<'a> Encoded<'a> {
    /// Returns an adapter that restores the forms in which values were received.
    pub(crate) fn new(value: &'a dyn Encode) -> Self {
        Self { value, canonical: false }
    }
}

impl Serialize for Encoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut writer = SerdeWriter { serializer: Some(serializer), result: None, canonical: self.canonical };
        let _ = self.value.encode(&mut writer);
        writer.result.unwrap_or_else(|| Err(S::Error::custom("a value was not written")))
    }
}

/// Serializes a value; values that have not changed since they were decoded are written as received.
///
/// # Errors
///
/// Returns the serializer's errors.
pub fn serialize<S: Serializer>(value: &dyn Encode, serializer: S) -> Result<S::Ok, S::Error> {
    Encoded::new(value).serialize(serializer)
}

/// Returns the JSON of a value, `null` for `None`.
#[must_use]
pub fn to_json(value: Option<&dyn Encode>) -> Option<Json> {
    serde_json::to_value(value.map(Encoded::new)).ok()
}

/// The [`ErasedWriter`] of a serializer.
struct SerdeWriter<S: Serializer> {
    /// `None` once a value was written.
    serializer: Option<S>,
    result: Option<Result<S::Ok, S::Error>>,
    canonical: bool,
}

impl<S: Serializer> SerdeWriter<S> {
    fn write(&mut self, write: impl FnOnce(S) -> Result<S::Ok, S::Error>) -> Result<(), Failed> {
        let serializer = self.serializer.take().expect("a value is written once");
        self.result.insert(write(serializer)).as_ref().map(drop).map_err(|_| Failed)
    }
}

impl<S: Serializer> ErasedWriter for SerdeWriter<S> {
    fn null(&mut self) -> Result<(), Failed> {
        // Form serializers omit `None` but reject a unit.
        self.write(S::serialize_none)
    }

    fn boolean(&mut self, value: bool) -> Result<(), Failed> {
        self.write(|serializer| serializer.serialize_bool(value))
    }

    fn integer(&mut self, value: i64) -> Result<(), Failed> {
        self.write(|serializer| serializer.serialize_i64(value))
    }

    fn number(&mut self, value: f64) -> Result<(), Failed> {
        self.write(|serializer| write_number(value, serializer))
    }

    fn string(&mut self, value: &str) -> Result<(), Failed> {
        self.write(|serializer| serializer.serialize_str(value))
    }

    fn display(&mut self, value: &dyn fmt::Display) -> Result<(), Failed> {
        self.write(|serializer| serializer.collect_str(value))
    }

    fn json(&mut self, value: &Json) -> Result<(), Failed> {
        self.write(|serializer| value.serialize(serializer))
    }

    fn sequence(&mut self, elements: &dyn EncodeSequence) -> Result<(), Failed> {
        let canonical = self.canonical;
        let encoded = |index| Encoded { value: elements.element(index), canonical };
        self.write(|serializer| serializer.collect_seq((0..elements.count()).map(encoded)))
    }

    fn object(&mut self, members: &dyn EncodeMembers) -> Result<(), Failed> {
        let canonical = self.canonical;
        self.write(|serializer| {
            let mut object = SerdeObject { map: serializer.serialize_map(None)?, error: None, canonical };
            match members.encode_members(&mut object) {
                Ok(()) => object.map.end(),
                Err(Failed) => Err(object.error.unwrap_or_else(|| S::Error::custom("a member was not written"))),
            }
        })
    }
}

/// The [`ErasedObject`] of a serializer.
struct SerdeObject<M: SerializeMap> {
    map: M,
    error: Option<M::Error>,
    canonical: bool,
}

impl<M: SerializeMap> ErasedObject for SerdeObject<M> {
    fn member(&mut self, key: &str, value: &dyn Encode) -> Result<(), Failed> {
        self.map.serialize_entry(key, &Encoded { value, canonical: self.canonical }).map_err(|error| {
            self.error = Some(error);
            Failed
        })
    }

    fn is_canonical(&self) -> bool {
        self.canonical
    }
}
