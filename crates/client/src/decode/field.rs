//! Fields whose type expresses their presence: options, lists, maps and patches.
//!
//! compile-time: `encode` is not inlined, because its code in each field of each struct made the crate of ItemPath 12,400
//! lines of LLVM IR larger (7 %).

use std::collections::BTreeMap;

use super::{
    collections::{ErasedSequence, decode_list_field, original_list},
    reader::{ErasedReader, Failed},
    value::{WireValue, decode_option},
};
use crate::{
    encode::{self, Encode, FieldWriter},
    types::patch::Patch,
    wire_form::{FormRecorder, WireForm},
};

/// A field of a struct.
pub trait WireField {
    /// Decodes the next value into the field.
    ///
    /// # Errors
    ///
    /// Fails if the value does not have the type of the field.
    fn decode(&mut self, reader: &mut dyn ErasedReader<'_>, form: &mut FormRecorder) -> Result<(), Failed>;

    /// Writes the field, unless it is absent; unchanged values are written as received.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    fn encode(&self, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed>;
}

impl<T: WireValue> WireField for Option<T> {
    fn decode(&mut self, reader: &mut dyn ErasedReader<'_>, form: &mut FormRecorder) -> Result<(), Failed> {
        T::decode(self, reader, form)
    }

    #[inline(never)]
    fn encode(&self, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        encode_option(self.as_ref(), writer)
    }
}

/// An empty list is an absent field.
impl<T: WireValue> WireField for Vec<T> {
    fn decode(&mut self, reader: &mut dyn ErasedReader<'_>, form: &mut FormRecorder) -> Result<(), Failed> {
        *self = Self::new();
        decode_list_field(self, reader, form)
    }

    #[inline(never)]
    fn encode(&self, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        encode_list(self, if self.is_empty() { None } else { Some(self) }, writer)
    }
}

/// An empty map is an absent field.
impl<T: WireValue> WireField for BTreeMap<String, T> {
    fn decode(&mut self, reader: &mut dyn ErasedReader<'_>, form: &mut FormRecorder) -> Result<(), Failed> {
        *self = decode_option::<Self>(reader, form)?.unwrap_or_default();
        if self.is_empty() && form.is_canonical() {
            form.set(WireForm::Empty);
        }
        Ok(())
    }

    #[inline(never)]
    fn encode(&self, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        encode_option(if self.is_empty() { None } else { Some(self) }, writer)
    }
}

impl<T: WireValue> WireField for Patch<T> {
    fn decode(&mut self, reader: &mut dyn ErasedReader<'_>, form: &mut FormRecorder) -> Result<(), Failed> {
        *self = match decode_option(reader, form)? {
            Some(value) => Self::Value(value),
            None if reader.undecoded().is_some() => Self::Absent,
            None => Self::Null,
        };
        Ok(())
    }

    #[inline(never)]
    fn encode(&self, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        match self {
            Self::Absent => writer.undecoded(),
            Self::Null => match T::original(None, writer.form()) {
                Some(json) => writer.json(&json),
                None => writer.null(),
            },
            Self::Value(value) => encode_option(Some(value), writer),
        }
    }
}

/// Writes a value, as received if it has not changed; omits `None`.
#[inline(never)]
pub(super) fn encode_option<T: WireValue>(
    value: Option<&T>,
    writer: &mut FieldWriter<'_>,
) -> Result<(), encode::Failed> {
    let erased = value.map(|value| value as &dyn Encode);
    if writer.has_canonical_form() {
        return writer.value(erased);
    }
    writer.original_or(T::original(value, writer.form()), erased)
}

/// Writes a list, as received if it has not changed; `value` is the list unless it is empty.
fn encode_list(
    list: &dyn ErasedSequence,
    value: Option<&dyn Encode>,
    writer: &mut FieldWriter<'_>,
) -> Result<(), encode::Failed> {
    if writer.has_canonical_form() {
        return writer.value(value);
    }
    writer.original_or(original_list(list, writer.form(), value.is_none()), value)
}
