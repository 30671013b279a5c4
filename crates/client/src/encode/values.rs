//! Implementations of [`Encode`] for scalars, JSON, options and collections.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value as Json;

use super::writer::{Encode, EncodeMembers, EncodeSequence, ErasedObject, ErasedWriter, Failed};
use crate::types::{number_or_string::NumberOrString, timestamp::Timestamp};

macro_rules! encode_by {
    ($($type:ty: $write:expr;)*) => {
        $(impl Encode for $type {
            fn encode(&self, writer: &mut dyn ErasedWriter) -> Result<(), Failed> {
                let write: fn(&mut dyn ErasedWriter, &$type) -> Result<(), Failed> = $write;
                write(writer, self)
            }
        })*
    };
}

encode_by! {
    String: |writer, value| writer.string(value);
    i64: |writer, value| writer.integer(*value);
    f64: |writer, value| writer.number(*value);
    bool: |writer, value| writer.boolean(*value);
    Timestamp: |writer, value| writer.display(value);
    NaiveDate: |writer, value| writer.display(value);
    NumberOrString: |writer, value| match value {
        NumberOrString::Integer(value) => writer.integer(*value),
        NumberOrString::Number(value) => writer.number(*value),
        NumberOrString::String(value) => writer.string(value),
    };
    Json: |writer, value| writer.json(value);
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, writer: &mut dyn ErasedWriter) -> Result<(), Failed> {
        match self {
            Some(value) => value.encode(writer),
            None => writer.null(),
        }
    }
}

impl<T: Encode> Encode for Box<T> {
    fn encode(&self, writer: &mut dyn ErasedWriter) -> Result<(), Failed> {
        T::encode(self, writer)
    }
}

impl<T: Encode> Encode for &T {
    fn encode(&self, writer: &mut dyn ErasedWriter) -> Result<(), Failed> {
        T::encode(self, writer)
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, writer: &mut dyn ErasedWriter) -> Result<(), Failed> {
        writer.sequence(self)
    }
}

impl<T: Encode> EncodeSequence for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn element(&self, index: usize) -> &dyn Encode {
        &self[index]
    }
}

impl<T: Encode> Encode for BTreeMap<String, T> {
    fn encode(&self, writer: &mut dyn ErasedWriter) -> Result<(), Failed> {
        writer.object(self)
    }
}

impl<T: Encode> EncodeMembers for BTreeMap<String, T> {
    fn encode_members(&self, object: &mut dyn ErasedObject) -> Result<(), Failed> {
        self.iter().try_for_each(|(key, value)| object.member(key, value))
    }
}
