//! Decoding and encoding of structs.

use serde::Deserializer;
use serde_json::Value as Json;

use super::{
    error::{DecodeTrace, Expected},
    reader::{ErasedReader, Failed, WireStruct},
    recovering_reader::{Requirement, recover},
    serde_reader::from_deserializer,
};
use crate::{
    encode::{self, EncodeMembers, ErasedObject, ErasedWriter, FieldWriter},
    wire_form::{FormRecorder, OriginalForm},
};

/// Deserializes a struct.
///
/// # Errors
///
/// Fails if the value is not an object, or a field does not have its type.
pub fn deserialize<'de, S: WireStruct, D: Deserializer<'de>>(deserializer: D) -> Result<S, D::Error> {
    let mut target = S::empty();
    from_deserializer(deserializer, &mut DecodeTrace::default(), &mut |reader| decode_object(&mut target, reader))?;
    Ok(target)
}

/// Decodes an object that must be present.
pub(super) fn decode_object(target: &mut dyn WireStruct, reader: &mut dyn ErasedReader<'_>) -> Result<(), Failed> {
    let present = reader.wire_struct(target, &mut FormRecorder::default())?;
    if present { Ok(()) } else { Err(reader.fail(Expected::Object)) }
}

/// Decodes an object or `null` into a slot. After a failure, the contents of the slot are unspecified.
///
/// # Errors
///
/// Fails if the value is neither an object nor `null`, or a field does not have its type.
pub fn decode_into(
    slot: &mut dyn Slot,
    reader: &mut dyn ErasedReader<'_>,
    form: &mut FormRecorder,
) -> Result<(), Failed> {
    let present = reader.wire_struct(slot.fill(), form)?;
    if !present {
        slot.clear();
    }
    Ok(())
}

/// Destination of a struct, independent of its type.
pub trait Slot {
    /// Fills the slot with an empty struct to decode into.
    fn fill(&mut self) -> &mut dyn WireStruct;

    /// Empties the slot.
    fn clear(&mut self);
}

impl<S: WireStruct> Slot for Option<S> {
    fn fill(&mut self) -> &mut dyn WireStruct {
        // compile-time: `Option::insert` would be compiled for every struct.
        *self = Some(S::empty());
        self.as_mut().expect("the slot was filled")
    }

    fn clear(&mut self) {
        *self = None;
    }
}

/// Decodes JSON into a struct. A field whose value does not have its type is absent, a required one empty; either retains
/// the value.
///
/// # Errors
///
/// Fails if the JSON is not an object.
pub fn decode_json(json: &Json, target: &mut dyn WireStruct) -> Result<(), Failed> {
    // compile-time: decoding from the text avoids compiling a second deserializer, and decoding from `Json` is rare.
    let decoded =
        recover(&json.to_string(), Requirement::Waived, u64::MAX, &mut |reader| decode_object(target, reader));
    decoded.map(drop).map_err(|_| Failed)
}

/// Decodes JSON that was received outside of a response, such as a webhook's delivery, into an empty struct. Values of an
/// unexpected type are treated as in a response.
///
/// # Errors
///
/// Fails if the text is not a JSON object, or a required or strict field does not have its type.
pub fn decode_slice(json: &[u8], target: &mut dyn WireStruct) -> Result<(), Failed> {
    let text = std::str::from_utf8(json).map_err(|_| Failed)?;
    let decoded = recover(text, Requirement::Enforced, u64::MAX, &mut |reader| decode_object(target, reader));
    decoded.map(drop).map_err(|_| Failed)
}

/// Writes a struct as an object.
///
/// # Errors
///
/// Fails if the serializer fails.
pub fn encode_struct(value: &dyn WireStruct, writer: &mut dyn ErasedWriter) -> Result<(), encode::Failed> {
    writer.object(&Fields(value))
}

/// Returns the fields whose values could not be decoded, with the JSON received. Nested structs are not searched.
#[must_use]
pub fn undecoded_fields(value: &dyn WireStruct) -> Vec<(&'static str, &Json)> {
    let fields = value.field_names().iter().enumerate();
    fields.filter_map(|(index, name)| Some((*name, value.original_form(index).undecoded()?))).collect()
}

/// The fields of a struct, as members of an object.
struct Fields<'a>(&'a dyn WireStruct);

impl EncodeMembers for Fields<'_> {
    fn encode_members(&self, object: &mut dyn ErasedObject) -> Result<(), encode::Failed> {
        let canonical = object.is_canonical();
        for (index, name) in self.0.field_names().iter().enumerate() {
            let form = if canonical { OriginalForm::default() } else { self.0.original_form(index) };
            self.0.encode_field(index, &mut FieldWriter::new(name, form, object))?;
        }
        for (key, value) in self.0.extra().into_iter().flatten() {
            object.member(key, value)?;
        }
        Ok(())
    }
}
