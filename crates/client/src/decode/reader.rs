//! The type-erased reader and the structs that are decoded from it.
//!
//! Both traits are in one file, because each has methods that take the other.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde_json::Value as Json;

use super::{
    error::Expected,
    lenient::{CowStr, Lenient, Scalar, ScalarSlot},
};
use crate::{
    encode::{self, FieldWriter},
    types::{extra::Extra, number_or_string::NumberOrString, timestamp::Timestamp},
    wire_form::{FormRecorder, OriginalForm},
};

/// Marks a decoding failure; the reader retains the path, the expected type and the deserializer's error.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

/// Decodes one element of an array (the key is empty) or one member of an object.
pub type ElementDecoder<'a, 'de> = &'a mut dyn FnMut(&str, &mut dyn ErasedReader<'de>) -> Result<(), Failed>;

/// Source of one value, independent of the deserializer. At most one of the reading methods is called, and once.
///
/// The reading methods record the form of the value in `form` if it is not canonical. They fail if the value has
/// another type, or if the deserializer fails.
pub trait ErasedReader<'de> {
    /// Reads a string, a number, a boolean or `null`.
    fn scalar(&mut self, scalar: &mut dyn Scalar<'de>) -> Result<(), Failed>;
    /// Reads any JSON; returns `None` for `null`.
    fn json(&mut self, form: &mut FormRecorder) -> Result<Option<Json>, Failed>;
    /// Reads an object into a struct; returns `false` for `null`.
    fn wire_struct(&mut self, target: &mut dyn WireStruct, form: &mut FormRecorder) -> Result<bool, Failed>;
    /// Reads an array; returns `false` for `null`.
    fn list(&mut self, element: ElementDecoder<'_, 'de>, form: &mut FormRecorder) -> Result<bool, Failed>;
    /// Reads an object with arbitrary keys; returns `false` for `null`.
    fn map(&mut self, member: ElementDecoder<'_, 'de>, form: &mut FormRecorder) -> Result<bool, Failed>;
    /// Reads JSON from a text. A failure is recorded with its path and expected type in this reader.
    fn json_text(
        &mut self,
        text: &str,
        decode: &mut dyn for<'t> FnMut(&mut dyn ErasedReader<'t>) -> Result<(), Failed>,
    ) -> Result<(), Failed>;
    /// Records a failure for a value that was read and does not have the expected type.
    fn fail(&mut self, expected: Expected) -> Failed;

    /// Returns the JSON that could not be decoded, if this reader reads `null` in its place.
    fn undecoded(&self) -> Option<&Json> {
        None
    }
}

/// Typed scalars. `None` means `null` or a form without a value, such as an empty string where a number is expected.
impl<'de> dyn ErasedReader<'de> + '_ {
    fn lenient<T: Lenient>(&mut self, form: &mut FormRecorder) -> Result<Option<T>, Failed> {
        let mut slot = ScalarSlot::new(form);
        self.scalar(&mut slot)?;
        Ok(slot.value)
    }

    /// Reads a string.
    pub fn string(&mut self, form: &mut FormRecorder) -> Result<Option<String>, Failed> {
        self.lenient(form)
    }

    /// Reads a string, borrowed from the input where possible.
    pub fn cow_str(&mut self, form: &mut FormRecorder) -> Result<Option<Cow<'de, str>>, Failed> {
        let mut slot = CowStr::new(form);
        self.scalar(&mut slot)?;
        Ok(slot.value)
    }

    /// Reads an integer.
    pub fn integer(&mut self, form: &mut FormRecorder) -> Result<Option<i64>, Failed> {
        self.lenient(form)
    }

    /// Reads a number.
    pub fn number(&mut self, form: &mut FormRecorder) -> Result<Option<f64>, Failed> {
        self.lenient(form)
    }

    /// Reads a boolean.
    pub fn boolean(&mut self, form: &mut FormRecorder) -> Result<Option<bool>, Failed> {
        self.lenient(form)
    }

    /// Reads a date and time.
    pub fn date_time(&mut self, form: &mut FormRecorder) -> Result<Option<Timestamp>, Failed> {
        self.lenient(form)
    }

    /// Reads a date.
    pub fn date(&mut self, form: &mut FormRecorder) -> Result<Option<NaiveDate>, Failed> {
        self.lenient(form)
    }

    /// Reads a number or a string.
    pub fn number_or_string(&mut self, form: &mut FormRecorder) -> Result<Option<NumberOrString>, Failed> {
        self.lenient(form)
    }
}

/// A struct that is an object on the wire; implemented by the macro `wire_struct!`.
pub trait WireStruct {
    /// Returns the names of the fields on the wire, in the order of the API's description.
    fn field_names(&self) -> &'static [&'static str];

    /// Returns a bit set of the fields that must be present. All of them are among the first 64 fields.
    fn required_fields(&self) -> u64 {
        0
    }

    /// Returns a bit set of the fields whose values must have their types in a response or a row of a listing: cursors,
    /// totals, keys, marks of deletions. All of them are among the first 64 fields.
    fn strict_fields(&self) -> u64 {
        0
    }

    /// Returns an empty value to decode into.
    fn empty() -> Self
    where
        Self: Sized;

    /// Decodes the next value into a field. `index` is less than the number of fields.
    ///
    /// # Errors
    ///
    /// Fails if the value does not have the type of the field.
    fn decode_field(
        &mut self,
        index: usize,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed>;

    /// Writes a field, unless it is absent.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    fn encode_field(&self, index: usize, writer: &mut FieldWriter<'_>) -> Result<(), encode::Failed>;

    /// Returns the form in which a field was received.
    fn original_form(&self, index: usize) -> OriginalForm<'_>;

    /// Stores the form in which a field was received.
    fn record_form(&mut self, index: usize, form: &mut FormRecorder);

    /// Returns the retained unknown properties; `None` if the struct does not retain any.
    fn extra(&self) -> Option<&Extra> {
        None
    }

    /// Returns the destination of unknown properties; `None` if they are skipped.
    fn extra_mut(&mut self) -> Option<&mut Extra> {
        None
    }
}
