//! Fields whose type expresses their presence: options, lists, maps and patches.

use std::collections::BTreeMap;

use super::{
    collections::{decode_list_field, original_list},
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

    fn encode(&self, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        let value: Option<&dyn Encode> = if self.is_empty() { None } else { Some(self) };
        writer.value(value, &|form| original_list(self, form, self.is_empty()))
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

    fn encode(&self, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        encode_option(if self.is_empty() { None } else { Some(self) }, writer)
    }
}

impl<T: WireValue> WireField for Patch<T> {
    fn decode(&mut self, reader: &mut dyn ErasedReader<'_>, form: &mut FormRecorder) -> Result<(), Failed> {
        *self = decode_option(reader, form)?.map_or(Self::Null, Self::Value);
        Ok(())
    }

    fn encode(&self, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        match self {
            Self::Absent => Ok(()),
            Self::Null => match T::original(None, writer.form()) {
                Some(json) => writer.json(&json),
                None => writer.null(),
            },
            Self::Value(value) => encode_option(Some(value), writer),
        }
    }
}

/// Writes a value as received if it has not changed; omits `None`.
pub(super) fn encode_option<T: WireValue>(
    value: Option<&T>,
    writer: &mut FieldWriter<'_>,
) -> Result<(), encode::Failed> {
    writer.value(value.map(|value| value as &dyn Encode), &|form| T::original(value, form))
}
