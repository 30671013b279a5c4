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

    /// Writes the field as received if its value has not changed, and else in canonical form; omits `None`.
    ///
    /// `original` is [`WireValue::original`](crate::decode::WireValue::original) of the value.
    pub(crate) fn value(
        &mut self,
        value: Option<&dyn Encode>,
        original: &dyn for<'f> Fn(OriginalForm<'f>) -> Option<Cow<'f, Json>>,
    ) -> Result<(), Failed> {
        match (value, self.form.form) {
            (None, WireForm::Canonical) => Ok(()),
            (None, WireForm::Null) => self.null(),
            (Some(value), WireForm::Canonical) => self.object.member(self.key, value),
            (value, _) => match (original(self.form), value) {
                (Some(json), _) => self.json(&json),
                (None, Some(value)) => self.object.member(self.key, value),
                (None, None) => Ok(()),
            },
        }
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
