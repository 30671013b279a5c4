//! Writing of one field of a struct.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::writer::{Encode, ErasedObject, ErasedWriter, Failed};
use crate::wire_form::{OriginalForm, WireForm};

/// Destination of one field of a struct.
pub struct FieldWriter<'a> {
    key: &'static str,
    form: OriginalForm<'a>,
    object: &'a mut dyn ErasedObject,
}

impl<'a> FieldWriter<'a> {
    /// Returns the destination of the field `key`, which was received in `form`.
    pub(crate) fn new(key: &'static str, form: OriginalForm<'a>, object: &'a mut dyn ErasedObject) -> Self {
        Self { key, form, object }
    }

    /// Returns the form in which the field was received.
    pub(crate) fn form(&self) -> OriginalForm<'a> {
        self.form
    }

    /// Returns `true` if values are written in canonical form.
    pub(crate) fn is_canonical(&self) -> bool {
        self.object.is_canonical()
    }

    /// Returns `true` if the field was received in canonical form or is to be written in canonical form.
    pub(crate) fn has_canonical_form(&self) -> bool {
        self.form.form == WireForm::Canonical
    }

    /// Writes a value; omits `None`.
    pub(crate) fn value(&mut self, value: Option<&dyn Encode>) -> Result<(), Failed> {
        match value {
            Some(value) => self.object.member(self.key, value),
            None => Ok(()),
        }
    }

    /// Writes the original JSON of the field, or else the value. Omits `None`, unless it was received as `null`.
    ///
    /// `original` is [`WireValue::original`](crate::decode::WireValue::original) of the value.
    pub(crate) fn original_or(
        &mut self,
        original: Option<Cow<'_, Json>>,
        value: Option<&dyn Encode>,
    ) -> Result<(), Failed> {
        match (original, value) {
            (Some(json), _) => self.json(&json),
            (None, None) if self.form.form == WireForm::Null => self.null(),
            (None, value) => self.value(value),
        }
    }

    /// Writes the JSON of an absent field that could not be decoded, if there is any.
    pub(crate) fn undecoded(&mut self) -> Result<(), Failed> {
        self.form.undecoded().map_or(Ok(()), |json| self.json(json))
    }

    /// Writes JSON.
    pub(crate) fn json(&mut self, json: &Json) -> Result<(), Failed> {
        self.object.member(self.key, json)
    }

    /// Writes `null`.
    pub(crate) fn null(&mut self) -> Result<(), Failed> {
        self.object.member(self.key, &Null)
    }
}

/// `null`, written by [`ErasedWriter::null`], so that form serializers omit it.
struct Null;

impl Encode for Null {
    fn encode(&self, writer: &mut dyn ErasedWriter) -> Result<(), Failed> {
        writer.null()
    }
}
