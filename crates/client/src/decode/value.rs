//! Values of fields, lists and maps.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use super::{
    error::{DecodeTrace, Expected},
    lenient::{self, Lenient},
    reader::{ErasedReader, Failed},
    serde_reader::from_deserializer,
};
use crate::{
    encode::{Encode, to_json},
    types::{number_or_string::NumberOrString, timestamp::Timestamp},
    wire_form::{FormRecorder, OriginalForm},
};

/// A value that is decoded leniently. `None` means `null` or an absent value.
pub trait WireValue: Encode + Sized {
    /// Decodes a value or `null` into a slot, and records its form if it is not the canonical one. After a failure, the
    /// contents of the slot are unspecified.
    ///
    /// # Errors
    ///
    /// Fails if the value has another type.
    fn decode(
        slot: &mut Option<Self>,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed>;

    /// Returns the value that `null` means where a value must be present.
    #[must_use]
    fn from_null() -> Option<Self> {
        None
    }

    /// Returns the value of a required field before it is decoded.
    fn empty() -> Self;

    /// Returns the received JSON of the value, or `None` if the form is canonical or the value has changed since.
    /// Structs return the JSON of an absent value only, because each field has its own form.
    #[must_use]
    #[inline]
    fn original<'f>(value: Option<&Self>, form: OriginalForm<'f>) -> Option<Cow<'f, Json>> {
        if value.is_none() { form.undecoded().map(Cow::Borrowed) } else { None }
    }

    /// Returns `true` if the JSON decodes to the value, or cannot be decoded and the value is absent. Structs return
    /// `false` for every object.
    #[must_use]
    #[inline]
    fn is_decoded_from(json: &Json, value: Option<&Self>) -> bool {
        value.is_none() && !json.is_object()
    }

    /// Returns the JSON of the value in the given form. Structs return `None`.
    #[must_use]
    fn original_json(value: Option<&Self>, form: OriginalForm<'_>) -> Option<Json> {
        let _ = (value, form);
        None
    }
}

/// Implements [`WireValue::original_json`] for a type that is not a struct.
pub(super) fn original_json<T: WireValue>(value: Option<&T>, form: OriginalForm<'_>) -> Option<Json> {
    match T::original(value, form) {
        Some(json) => Some(json.into_owned()),
        None => to_json(value.map(|value| value as &dyn Encode)),
    }
}

/// Implements [`WireValue`] for scalars, by a method of the reader.
macro_rules! scalars {
    ($($type:ty: $read:ident;)*) => {
        $(impl WireValue for $type {
            fn decode(
                slot: &mut Option<Self>,
                reader: &mut dyn ErasedReader<'_>,
                form: &mut FormRecorder,
            ) -> Result<(), Failed> {
                *slot = reader.$read(form)?;
                Ok(())
            }

            fn empty() -> Self {
                Lenient::empty()
            }

            fn original<'f>(value: Option<&Self>, form: OriginalForm<'f>) -> Option<Cow<'f, Json>> {
                lenient::original(value, form)
            }

            fn is_decoded_from(json: &Json, value: Option<&Self>) -> bool {
                lenient::is_decoded_from(json, value)
            }

            fn original_json(value: Option<&Self>, form: OriginalForm<'_>) -> Option<Json> {
                original_json(value, form)
            }
        })*
    };
}

scalars! {
    String: string;
    i64: integer;
    f64: number;
    bool: boolean;
    Timestamp: date_time;
    NaiveDate: date;
    NumberOrString: number_or_string;
}

impl WireValue for Json {
    fn decode(
        slot: &mut Option<Self>,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        *slot = reader.json(form)?;
        Ok(())
    }

    fn from_null() -> Option<Self> {
        Some(Self::Null)
    }

    fn empty() -> Self {
        Self::Null
    }

    fn is_decoded_from(json: &Json, value: Option<&Self>) -> bool {
        value.map_or_else(|| json.is_null(), |value| value == json)
    }

    fn original_json(value: Option<&Self>, _: OriginalForm<'_>) -> Option<Json> {
        Some(value.cloned().unwrap_or_default())
    }
}

impl<T: WireValue> WireValue for Box<T> {
    fn decode(
        slot: &mut Option<Self>,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        *slot = decode_option::<T>(reader, form)?.map(Self::new);
        Ok(())
    }

    fn empty() -> Self {
        Self::new(T::empty())
    }
}

impl<'de> Deserialize<'de> for NumberOrString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        required_value(deserializer)
    }
}

/// Deserializes a value that must be present.
///
/// # Errors
///
/// Fails if the value is `null` or has another type.
pub fn required_value<'de, T: WireValue, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = None;
    from_deserializer(deserializer, &mut DecodeTrace::default(), &mut |reader| decode_required(&mut value, reader))?;
    value.ok_or_else(|| Expected::Value.into_error())
}

/// Decodes a value or `null`.
pub(super) fn decode_option<T: WireValue>(
    reader: &mut dyn ErasedReader<'_>,
    form: &mut FormRecorder,
) -> Result<Option<T>, Failed> {
    let mut value = None;
    T::decode(&mut value, reader, form)?;
    Ok(value)
}

/// Decodes a value into a slot; `null` decodes to [`WireValue::from_null`].
pub(super) fn decode_required<T: WireValue>(
    slot: &mut Option<T>,
    reader: &mut dyn ErasedReader<'_>,
) -> Result<(), Failed> {
    T::decode(slot, reader, &mut FormRecorder::default())?;
    if slot.is_none() {
        *slot = T::from_null();
    }
    if slot.is_some() { Ok(()) } else { Err(reader.fail(Expected::Value)) }
}
