//! The implementation of the type-erased reader over any serde deserializer.
//!
//! compile-time: decoding code is compiled once here, and not again for each pair of type and deserializer.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value as Json;

use super::{
    any_json::{AnyJson, allocate, allocate_element, allocate_member},
    error::{DecodeTrace, Expected, Problem},
    key::Key,
    lenient::{Scalar, ScalarVisitor},
    reader::{ElementDecoder, ErasedReader, Failed, WireStruct},
};
use crate::wire_form::{FormRecorder, WireForm};

/// Decodes from a deserializer. A failure is also recorded in `trace`.
///
/// # Errors
///
/// Fails if `decode` fails.
pub(super) fn from_deserializer<'de, D: Deserializer<'de>>(
    deserializer: D,
    trace: &mut DecodeTrace,
    decode: &mut dyn FnMut(&mut dyn ErasedReader<'de>) -> Result<(), Failed>,
) -> Result<(), D::Error> {
    let mut reader = SerdeReader { deserializer: Some(deserializer), error: None, trace };
    decode(&mut reader).map_err(|Failed| reader.error.unwrap_or_else(|| Expected::Value.into_error()))
}

/// Decodes from a JSON text.
///
/// # Errors
///
/// Fails if `decode` fails, the text is not JSON, or more text follows.
pub(super) fn from_text<'de>(
    text: &'de str,
    trace: &mut DecodeTrace,
    decode: &mut dyn FnMut(&mut dyn ErasedReader<'de>) -> Result<(), Failed>,
) -> Result<(), Option<Problem>> {
    let mut json = serde_json::Deserializer::from_str(text);
    from_deserializer(&mut json, trace, decode).map_err(|error| Problem::of_syntax(&error))?;
    json.end().map_err(|_| Some(Problem::TrailingText))
}

/// The [`ErasedReader`] of a deserializer.
struct SerdeReader<'t, D, E> {
    /// `None` once a value was read.
    deserializer: Option<D>,
    error: Option<E>,
    trace: &'t mut DecodeTrace,
}

impl<'de, D: Deserializer<'de>> SerdeReader<'_, D, D::Error> {
    fn read<T>(&mut self, read: impl FnOnce(D, &mut DecodeTrace) -> Result<T, D::Error>) -> Result<T, Failed> {
        let deserializer = self.deserializer.take().expect("a value is read once");
        read(deserializer, self.trace).map_err(|error| {
            self.error = Some(error);
            Failed
        })
    }

    /// Reads a container; returns `false` for `null`.
    fn nested(&mut self, container: Container<'_, 'de>, form: &mut FormRecorder) -> Result<bool, Failed> {
        let expected = container.expected();
        let present = self
            .read(|deserializer, trace| deserializer.deserialize_option(ContainerVisitor { container, trace }))
            .inspect_err(|_| self.trace.fail(Problem::Expected(expected)))?;
        if !present {
            form.set(WireForm::Null);
        }
        Ok(present)
    }
}

impl<'de, D: Deserializer<'de>> ErasedReader<'de> for SerdeReader<'_, D, D::Error> {
    fn scalar(&mut self, scalar: &mut dyn Scalar<'de>) -> Result<(), Failed> {
        self.read(|deserializer, _| deserializer.deserialize_any(ScalarVisitor(&mut *scalar)))
            .inspect_err(|_| self.trace.fail(Problem::Expected(scalar.expected())))
    }

    fn json(&mut self, form: &mut FormRecorder) -> Result<Option<Json>, Failed> {
        let json = self.read(|deserializer, trace| AnyJson::<true>(trace).deserialize(deserializer))?;
        if json.is_null() {
            form.set(WireForm::Null);
            return Ok(None);
        }
        Ok(Some(json))
    }

    fn wire_struct(&mut self, target: &mut dyn WireStruct, form: &mut FormRecorder) -> Result<bool, Failed> {
        self.nested(Container::Struct(target), form)
    }

    fn list(&mut self, element: ElementDecoder<'_, 'de>, form: &mut FormRecorder) -> Result<bool, Failed> {
        self.nested(Container::List(element), form)
    }

    fn map(&mut self, member: ElementDecoder<'_, 'de>, form: &mut FormRecorder) -> Result<bool, Failed> {
        self.nested(Container::Map(member), form)
    }

    fn json_text(
        &mut self,
        text: &str,
        decode: &mut dyn for<'t> FnMut(&mut dyn ErasedReader<'t>) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        from_text(text, self.trace, decode).map_err(|problem| {
            if problem.is_some() {
                self.trace.clear();
                self.fail(Expected::JsonText)
            } else {
                self.error = Some(Expected::JsonText.into_error());
                Failed
            }
        })
    }

    fn fail(&mut self, expected: Expected) -> Failed {
        self.trace.fail(Problem::Expected(expected));
        self.error = Some(expected.into_error());
        Failed
    }
}

/// Kind of a container, with the destination of its values.
enum Container<'a, 'de> {
    Struct(&'a mut dyn WireStruct),
    List(ElementDecoder<'a, 'de>),
    Map(ElementDecoder<'a, 'de>),
}

impl Container<'_, '_> {
    fn expected(&self) -> Expected {
        if matches!(self, Self::List(_)) { Expected::List } else { Expected::Object }
    }
}

/// Visitor that reads a container; returns `false` for `null`.
struct ContainerVisitor<'a, 't, 'de> {
    container: Container<'a, 'de>,
    trace: &'t mut DecodeTrace,
}

impl<'de> Visitor<'de> for ContainerVisitor<'_, '_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.container.expected(), f)
    }

    fn visit_unit<E: de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_none<E: de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        match self.container {
            Container::List(_) => deserializer.deserialize_seq(self),
            Container::Struct(_) | Container::Map(_) => deserializer.deserialize_map(self),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<bool, A::Error> {
        let Self { container: Container::List(element), trace } = self else {
            return Err(Expected::Object.into_error());
        };
        for index in 0.. {
            let seed = Seed { trace: &mut *trace, decode: |reader: &mut dyn ErasedReader<'de>| element("", reader) };
            match sequence.next_element_seed(seed) {
                Ok(Some(())) => allocate_element(trace)?,
                Ok(None) => break,
                Err(error) => {
                    trace.index(index);
                    return Err(error);
                }
            }
        }
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let trace = self.trace;
        match self.container {
            Container::List(_) => return Err(Expected::List.into_error()),
            Container::Struct(target) => fields(target, &mut members, trace)?,
            Container::Map(member) => {
                let mut count = 0;
                while let Some(Key(key)) = members.next_key()? {
                    allocate_member(trace, count)?;
                    count += 1;
                    let seed =
                        Seed { trace: &mut *trace, decode: |reader: &mut dyn ErasedReader<'de>| member(&key, reader) };
                    members.next_value_seed(seed).inspect_err(|_| trace.key(&key))?;
                }
            }
        }
        Ok(true)
    }
}

/// Reads the fields of a struct.
fn fields<'de, A: MapAccess<'de>>(
    target: &mut dyn WireStruct,
    members: &mut A,
    trace: &mut DecodeTrace,
) -> Result<(), A::Error> {
    allocate(trace, size_of_val(target))?;
    let names = target.field_names();
    let mut missing = target.required_fields();
    let mut form = FormRecorder::default();
    let mut next = 0;
    while let Some(Key(key)) = members.next_key()? {
        let read = match find(names, &key, &mut next) {
            Some(index) => {
                missing &= !(1 << (index % 64));
                let decode = |reader: &mut dyn ErasedReader<'de>| target.decode_field(index, reader, &mut form);
                let read = members.next_value_seed(Seed { trace: &mut *trace, decode });
                if !form.is_canonical() {
                    target.record_form(index, &mut form);
                }
                read
            }
            None => match target.extra_mut() {
                Some(extra) => allocate_member(trace, extra.len()).and_then(|()| {
                    let value = members.next_value_seed(AnyJson::<true>(trace))?;
                    extra.insert(key.to_string(), value);
                    Ok(())
                }),
                None => members.next_value::<IgnoredAny>().map(drop),
            },
        };
        read.inspect_err(|_| trace.key(&key))?;
    }
    match missing {
        0 => Ok(()),
        missing => {
            let name = names[missing.trailing_zeros() as usize];
            trace.fail(Problem::MissingField(name));
            Err(A::Error::missing_field(name))
        }
    }
}

/// Returns the index of a key, and sets `next` to the index after it.
///
/// Vendors send keys mostly in one order, so the search starts at `next`.
#[inline]
pub(super) fn find(names: &[&str], key: &str, next: &mut usize) -> Option<usize> {
    let (before, after) = names.split_at(*next);
    let index = match after.iter().position(|name| *name == key) {
        Some(index) => index + before.len(),
        None => before.iter().position(|name| *name == key)?,
    };
    *next = index + 1;
    Some(index)
}

/// Decodes one nested value with a closure.
struct Seed<'t, F> {
    trace: &'t mut DecodeTrace,
    decode: F,
}

impl<'de, F: FnMut(&mut dyn ErasedReader<'de>) -> Result<(), Failed>> DeserializeSeed<'de> for Seed<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        from_deserializer(deserializer, self.trace, &mut self.decode)
    }
}
