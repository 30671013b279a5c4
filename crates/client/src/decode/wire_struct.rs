//! Decoding and encoding of structs.

use serde::Deserializer;
use serde_json::Value as Json;

use super::{
    error::{DecodeTrace, Expected},
    reader::{ErasedReader, Failed, WireStruct},
    serde_reader::{from_deserializer, from_text},
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

/// Decodes JSON into a struct.
///
/// # Errors
///
/// Fails if the JSON is not an object, or a field does not have its type.
pub fn decode_json(json: &Json, target: &mut dyn WireStruct) -> Result<(), Failed> {
    // compile-time: decoding from the text avoids compiling a second deserializer, and decoding from `Json` is rare.
    from_text(&json.to_string(), &mut DecodeTrace::default(), &mut |reader| decode_object(target, reader))
        .map_err(|_| Failed)
}

/// Writes a struct as an object.
///
/// # Errors
///
/// Fails if the serializer fails.
pub fn encode_struct(value: &dyn WireStruct, writer: &mut dyn ErasedWriter) -> Result<(), encode::Failed> {
    writer.object(&Fields(value))
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
