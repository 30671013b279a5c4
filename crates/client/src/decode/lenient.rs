//! Scalars that are decoded from several JSON types.

use std::{borrow::Cow, fmt};

use serde::{Deserializer, de};
use serde_json::Value as Json;

use super::error::Expected;
use crate::wire_form::{FormRecorder, OriginalForm, WireForm};

/// Marks a scalar of another type than expected. It carries no data, so that an error cannot quote the value.
#[derive(Clone, Copy, Debug)]
pub struct WrongType;

/// A decoded scalar; `None` for a form that means "no value", such as an empty string for a number.
pub(super) type Decoded<T> = Result<Option<T>, WrongType>;

/// A scalar type that is decoded from several JSON types. The functions record every form except the canonical one.
pub(super) trait Lenient: Sized {
    /// The type's name in errors.
    const EXPECTED: Expected;

    fn from_i64(_: i64, _: &mut FormRecorder) -> Decoded<Self> {
        Err(WrongType)
    }

    fn from_f64(_: f64, _: &mut FormRecorder) -> Decoded<Self> {
        Err(WrongType)
    }

    fn from_bool(_: bool, _: &mut FormRecorder) -> Decoded<Self> {
        Err(WrongType)
    }

    fn from_text(text: &str, form: &mut FormRecorder) -> Decoded<Self>;

    fn from_string(text: String, form: &mut FormRecorder) -> Decoded<Self> {
        Self::from_text(&text, form)
    }

    /// Returns the value of a required field before it is decoded.
    fn empty() -> Self;

    /// Returns the JSON of the value in [`WireForm::Alternate`] or [`WireForm::Text`].
    fn value_in_form(&self, form: WireForm) -> Option<Json>;

    /// Returns the JSON of a value, or of `None`, in [`WireForm::Empty`], [`WireForm::Alternate`] or
    /// [`WireForm::Text`].
    fn in_form(value: Option<&Self>, form: WireForm) -> Option<Json> {
        if form == WireForm::Empty { Some(Json::from("")) } else { value?.value_in_form(form) }
    }
}

/// Implements [`WireValue::original`](super::WireValue::original) for scalars.
pub(super) fn original<'f, T: Lenient + PartialEq>(value: Option<&T>, form: OriginalForm<'f>) -> Option<Cow<'f, Json>> {
    let json = form.json(|form| T::in_form(value, form))?;
    let is_empty = || form.is_undecoded_required() && value == Some(&T::empty());
    (is_decoded_from(&json, value) || is_empty()).then_some(json)
}

/// Implements [`WireValue::is_decoded_from`](super::WireValue::is_decoded_from) for scalars. JSON that cannot be decoded
/// has become an absent value.
pub(super) fn is_decoded_from<T: Lenient + PartialEq>(json: &Json, value: Option<&T>) -> bool {
    let mut form = FormRecorder::default();
    let mut slot = ScalarSlot::<T>::new(&mut form);
    match accept(json, &mut slot) {
        Ok(()) => slot.value.as_ref() == value,
        Err(WrongType) => value.is_none(),
    }
}

/// Passes JSON to a scalar.
fn accept(json: &Json, scalar: &mut dyn Scalar<'_>) -> Result<(), WrongType> {
    match json {
        Json::Null => {
            scalar.null();
            Ok(())
        }
        Json::Bool(value) => scalar.boolean(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => scalar.integer(value),
            (None, Some(value)) => scalar.number(value),
            (None, None) => Err(WrongType),
        },
        Json::String(text) => scalar.string(Cow::Borrowed(text)),
        Json::Array(_) | Json::Object(_) => Err(WrongType),
    }
}

/// Destination of a scalar, independent of its type. Exactly one method receives the value.
///
/// A method fails if the destination's type is not decoded from the method's type.
///
/// compile-time: the visitor is compiled once for each deserializer, and not again for each type.
pub trait Scalar<'de> {
    /// Returns the type of the destination.
    fn expected(&self) -> Expected;
    /// Accepts `null`.
    fn null(&mut self);
    /// Accepts a boolean.
    fn boolean(&mut self, value: bool) -> Result<(), WrongType>;
    /// Accepts an integer.
    fn integer(&mut self, value: i64) -> Result<(), WrongType>;
    /// Accepts a number.
    fn number(&mut self, value: f64) -> Result<(), WrongType>;
    /// Accepts a string.
    fn string(&mut self, value: Cow<'_, str>) -> Result<(), WrongType>;

    /// Accepts a string that outlives the destination.
    fn borrowed_string(&mut self, value: &'de str) -> Result<(), WrongType> {
        self.string(Cow::Borrowed(value))
    }

    /// Retains an integer above `i64::MAX`, after [`number`](Self::number) has accepted the nearest `f64`.
    fn retain(&mut self, value: u64);
}

/// The [`Scalar`] of a lenient type.
pub(super) struct ScalarSlot<'n, T> {
    pub(super) value: Option<T>,
    form: &'n mut FormRecorder,
}

impl<'n, T> ScalarSlot<'n, T> {
    pub(super) fn new(form: &'n mut FormRecorder) -> Self {
        Self { value: None, form }
    }
}

impl<T: Lenient> Scalar<'_> for ScalarSlot<'_, T> {
    fn expected(&self) -> Expected {
        T::EXPECTED
    }

    fn null(&mut self) {
        self.form.set(WireForm::Null);
    }

    fn boolean(&mut self, value: bool) -> Result<(), WrongType> {
        self.value = T::from_bool(value, self.form)?;
        Ok(())
    }

    fn integer(&mut self, value: i64) -> Result<(), WrongType> {
        self.value = T::from_i64(value, self.form)?;
        Ok(())
    }

    fn number(&mut self, value: f64) -> Result<(), WrongType> {
        self.value = T::from_f64(value, self.form)?;
        Ok(())
    }

    fn string(&mut self, value: Cow<'_, str>) -> Result<(), WrongType> {
        self.value = match value {
            Cow::Borrowed(value) => T::from_text(value, self.form)?,
            Cow::Owned(value) => T::from_string(value, self.form)?,
        };
        Ok(())
    }

    fn retain(&mut self, value: u64) {
        self.form.retain(value);
    }
}

/// The [`Scalar`] of a string that is borrowed from the input where possible.
pub(super) struct CowStr<'n, 'de> {
    pub(super) value: Option<Cow<'de, str>>,
    form: &'n mut FormRecorder,
}

impl<'n> CowStr<'n, '_> {
    pub(super) fn new(form: &'n mut FormRecorder) -> Self {
        Self { value: None, form }
    }

    /// Accepts a scalar that is not a string, as [`String`] does.
    fn as_string(
        &mut self,
        accept: impl FnOnce(&mut ScalarSlot<'_, String>) -> Result<(), WrongType>,
    ) -> Result<(), WrongType> {
        let mut slot = ScalarSlot::new(self.form);
        accept(&mut slot)?;
        self.value = slot.value.map(Cow::Owned);
        Ok(())
    }
}

impl<'de> Scalar<'de> for CowStr<'_, 'de> {
    fn expected(&self) -> Expected {
        String::EXPECTED
    }

    fn null(&mut self) {
        self.form.set(WireForm::Null);
    }

    fn boolean(&mut self, value: bool) -> Result<(), WrongType> {
        self.as_string(|slot| slot.boolean(value))
    }

    fn integer(&mut self, value: i64) -> Result<(), WrongType> {
        self.as_string(|slot| slot.integer(value))
    }

    fn number(&mut self, value: f64) -> Result<(), WrongType> {
        self.as_string(|slot| slot.number(value))
    }

    fn string(&mut self, value: Cow<'_, str>) -> Result<(), WrongType> {
        self.value = Some(Cow::Owned(value.into_owned()));
        Ok(())
    }

    fn borrowed_string(&mut self, value: &'de str) -> Result<(), WrongType> {
        self.value = Some(Cow::Borrowed(value));
        Ok(())
    }

    fn retain(&mut self, value: u64) {
        self.form.retain(value);
    }
}

/// Visitor that passes a deserializer's value to a [`Scalar`].
pub(super) struct ScalarVisitor<'s, 'de>(pub(super) &'s mut dyn Scalar<'de>);

impl ScalarVisitor<'_, '_> {
    #[cold]
    fn wrong_type<E: de::Error>(&self) -> E {
        self.0.expected().into_error()
    }
}

impl<'de> de::Visitor<'de> for ScalarVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.expected(), f)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.0.null();
        Ok(())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.0.boolean(value).map_err(|WrongType| self.wrong_type())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.0.integer(value).map_err(|WrongType| self.wrong_type())
    }

    #[expect(clippy::cast_precision_loss, reason = "above i64::MAX only the nearest f64 can be represented")]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        if let Ok(value) = i64::try_from(value) {
            return self.visit_i64(value);
        }
        let accepted = self.0.number(value as f64);
        self.0.retain(value);
        accepted.map_err(|WrongType| self.wrong_type())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.0.number(value).map_err(|WrongType| self.wrong_type())
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<(), E> {
        self.0.borrowed_string(value).map_err(|WrongType| self.wrong_type())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.0.string(Cow::Borrowed(value)).map_err(|WrongType| self.wrong_type())
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<(), E> {
        self.0.string(Cow::Owned(value)).map_err(|WrongType| self.wrong_type())
    }
}
