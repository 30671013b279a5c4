//! Fields whose presence their type does not express: required fields, and JSON that is sent as text.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::{
    error::{DecodeTrace, Expected},
    reader::{ErasedReader, Failed},
    serde_reader::from_text,
    value::{WireValue, decode_option},
};
use crate::{
    encode::{self, Encode, Encoded, FieldWriter},
    wire_form::FormRecorder,
};

/// A field that is always written; absent and `null` decode to its empty value.
pub mod required_or_default {
    use super::{ErasedReader, Failed, FieldWriter, FormRecorder, WireValue, decode_option, encode};
    use crate::decode::field::encode_option;

    /// Decodes the next value into the field.
    ///
    /// # Errors
    ///
    /// Fails if the value does not have the type of the field.
    pub fn decode<T: WireValue>(
        field: &mut T,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        *field = match decode_option(reader, form)? {
            Some(value) => value,
            // The empty value would hide that the field could not be decoded.
            None if reader.undecoded().is_some() => return Err(Failed),
            None => T::empty(),
        };
        Ok(())
    }

    /// Writes the field.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    pub fn encode<T: WireValue>(field: &T, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        encode_option(Some(field), writer)
    }
}

/// A field that is always written and must be present.
pub mod required {
    pub use super::required_or_default::encode;
    use super::{ErasedReader, Expected, Failed, FormRecorder, WireValue, decode_option};

    /// Decodes the next value into the field.
    ///
    /// # Errors
    ///
    /// Fails if the value is `null` or does not have the type of the field.
    pub fn decode<T: WireValue>(
        field: &mut T,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        *field = decode_option(reader, form)?.ok_or_else(|| reader.fail(Expected::Value))?;
        Ok(())
    }
}

/// A field that is always written, as `null` if it has no value.
pub mod nullable {
    use super::{ErasedReader, Failed, FieldWriter, FormRecorder, WireValue, encode};
    use crate::{decode::field::encode_option, wire_form::WireForm};

    /// Decodes the next value into the field.
    ///
    /// # Errors
    ///
    /// Fails if the value does not have the type of the field.
    pub fn decode<T: WireValue>(
        field: &mut Option<T>,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        T::decode(field, reader, form)
    }

    /// Writes the field.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    pub fn encode<T: WireValue>(field: &Option<T>, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        match field {
            None if writer.form().form == WireForm::Canonical => writer.null(),
            field => encode_option(field.as_ref(), writer),
        }
    }
}

/// A required field whose JSON is sent as one string: `{"metaData": "{\"a\":1}"}`.
pub mod json_text {
    use super::{
        ErasedReader, Expected, Failed, FieldWriter, FormRecorder, WireValue, decode_text, encode, encode_text,
    };

    /// Decodes the field from a string that contains JSON, or from the JSON itself.
    ///
    /// # Errors
    ///
    /// Fails if the value is a string without valid JSON, is empty, or does not have the type of the field.
    pub fn decode<T: WireValue>(
        field: &mut T,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        let json = reader.json(&mut FormRecorder::default())?.unwrap_or_default();
        *field = decode_text(&json, reader)?.ok_or_else(|| reader.fail(Expected::Value))?;
        form.retain(json);
        Ok(())
    }

    /// Writes the JSON of the field as one string.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    pub fn encode<T: WireValue + PartialEq>(field: &T, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
        encode_text(field, writer)
    }
}

/// An optional field whose JSON is sent as one string.
pub mod optional_json_text {
    use super::{
        ErasedReader, Failed, FieldWriter, FormRecorder, WireValue, decode_text, encode, encode_text, is_decoded_from,
    };

    /// Decodes the field from a string that contains JSON, or from the JSON itself; `null` and a blank string decode to
    /// `None`.
    ///
    /// # Errors
    ///
    /// Fails if the value is a string without valid JSON, or does not have the type of the field.
    pub fn decode<T: WireValue>(
        field: &mut Option<T>,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        let json = reader.json(&mut FormRecorder::default())?.unwrap_or_default();
        *field = decode_text(&json, reader)?;
        form.retain(json);
        Ok(())
    }

    /// Writes the JSON of the field as one string; omits `None`.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    pub fn encode<T: WireValue + PartialEq>(
        field: &Option<T>,
        writer: &mut FieldWriter<'_>,
    ) -> Result<(), encode::Failed> {
        match (field, writer.form().raw) {
            (Some(value), _) => encode_text(value, writer),
            (None, Some(json)) if is_decoded_from::<T>(json, None) => writer.json(json),
            (None, _) => Ok(()),
        }
    }
}

/// Returns the JSON text inside a string, or the text of any other JSON; `None` for a blank string.
fn text_of(json: &Json) -> Option<Cow<'_, str>> {
    match json {
        Json::String(text) if text.trim().is_empty() => None,
        Json::String(text) => Some(Cow::Borrowed(text)),
        json => Some(Cow::Owned(json.to_string())),
    }
}

fn decode_text<T: WireValue>(json: &Json, reader: &mut dyn ErasedReader<'_>) -> Result<Option<T>, Failed> {
    let mut value = None;
    if let Some(text) = text_of(json) {
        reader.json_text(&text, &mut |reader| T::decode(&mut value, reader, &mut FormRecorder::default()))?;
    }
    Ok(value)
}

/// Returns `true` if the JSON decodes to the value, or cannot be decoded and the value is absent.
fn is_decoded_from<T: WireValue + PartialEq>(json: &Json, value: Option<&T>) -> bool {
    let Some(text) = text_of(json) else { return value.is_none() };
    let mut decoded = None;
    from_text(&text, &mut DecodeTrace::default(), &mut |reader| {
        T::decode(&mut decoded, reader, &mut FormRecorder::default())
    })
    .map_or(value.is_none(), |()| decoded.as_ref() == value)
}

fn encode_text<T: WireValue + PartialEq>(value: &T, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
    if let Some(json) = writer.form().raw
        && is_decoded_from(json, Some(value))
    {
        return writer.json(json);
    }
    encode_as_text(value, writer)
}

/// The part of [`encode_text`] that does not depend on the type.
fn encode_as_text(value: &dyn Encode, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed> {
    let encoded = Encoded { value, canonical: writer.is_canonical() };
    let text = serde_json::to_string(&encoded).map_err(|_| encode::Failed)?;
    writer.json(&Json::String(text))
}
