//! One value, read from more forms than its own.

use std::{borrow::Cow, fmt};

use serde::{Deserializer, de};
use serde_json::Value as Json;

use crate::record::{Form, Note};

/// Not a form of this type. It holds nothing: what was found must not be quoted.
#[derive(Clone, Copy, Debug)]
pub struct Mismatch;

/// A value, or nothing.
pub(crate) type Read<T> = Result<Option<T>, Mismatch>;

/// A type that can be read from more forms than its own. What is not the form in which it is written is noted.
pub(crate) trait Lenient: Sized {
    const EXPECTED: &'static str;

    fn from_i64(_: i64, _: &mut Note) -> Read<Self> {
        Err(Mismatch)
    }

    fn from_f64(_: f64, _: &mut Note) -> Read<Self> {
        Err(Mismatch)
    }

    fn from_bool(_: bool, _: &mut Note) -> Read<Self> {
        Err(Mismatch)
    }

    fn from_text(value: &str, note: &mut Note) -> Read<Self>;

    fn from_owned(value: String, note: &mut Note) -> Read<Self> {
        Self::from_text(&value, note)
    }

    /// The value of a field that has not been read.
    fn blank() -> Self;

    /// The JSON of a value that was noted as [`Form::Other`] or [`Form::Text`].
    fn form(&self, form: Form) -> Option<Json>;

    /// The JSON of a value, or of nothing, that was noted as neither plain nor kept.
    fn other(value: Option<&Self>, form: Form) -> Option<Json> {
        if form == Form::Empty { Some(Json::from("")) } else { value?.form(form) }
    }
}

/// Takes what a scalar came as, whatever is made of it. So a deserializer's part is compiled once, and not for each type.
pub trait Scalar<'de> {
    /// What it makes of it, for errors.
    fn expected(&self) -> &'static str;
    /// Takes `null`.
    fn null(&mut self);
    /// Takes a truth value.
    ///
    /// # Errors
    ///
    /// If it is not made of such a one.
    fn truth(&mut self, value: bool) -> Result<(), Mismatch>;
    /// Takes an integer.
    ///
    /// # Errors
    ///
    /// If it is not made of such a one.
    fn integer(&mut self, value: i64) -> Result<(), Mismatch>;
    /// Takes a number.
    ///
    /// # Errors
    ///
    /// If it is not made of such a one.
    fn number(&mut self, value: f64) -> Result<(), Mismatch>;
    /// Takes a text.
    ///
    /// # Errors
    ///
    /// If it is not made of such a one.
    fn text(&mut self, value: Cow<'_, str>) -> Result<(), Mismatch>;

    /// Takes a text that outlives this.
    ///
    /// # Errors
    ///
    /// If it is not made of such a one.
    fn borrowed(&mut self, value: &'de str) -> Result<(), Mismatch> {
        self.text(Cow::Borrowed(value))
    }

    /// Keeps the integer that was taken as the nearest number.
    fn keep(&mut self, value: u64);
}

/// Where a value goes, and what is noted of it.
pub(crate) struct Slot<'n, T> {
    pub(crate) value: Option<T>,
    pub(crate) note: &'n mut Note,
}

impl<'n, T> Slot<'n, T> {
    pub(crate) fn new(note: &'n mut Note) -> Self {
        Self { value: None, note }
    }
}

impl<T: Lenient> Scalar<'_> for Slot<'_, T> {
    fn expected(&self) -> &'static str {
        T::EXPECTED
    }

    fn null(&mut self) {
        self.note.set(Form::Null);
    }

    fn truth(&mut self, value: bool) -> Result<(), Mismatch> {
        self.value = T::from_bool(value, self.note)?;
        Ok(())
    }

    fn integer(&mut self, value: i64) -> Result<(), Mismatch> {
        self.value = T::from_i64(value, self.note)?;
        Ok(())
    }

    fn number(&mut self, value: f64) -> Result<(), Mismatch> {
        self.value = T::from_f64(value, self.note)?;
        Ok(())
    }

    fn text(&mut self, value: Cow<'_, str>) -> Result<(), Mismatch> {
        self.value = match value {
            Cow::Borrowed(value) => T::from_text(value, self.note)?,
            Cow::Owned(value) => T::from_owned(value, self.note)?,
        };
        Ok(())
    }

    fn keep(&mut self, value: u64) {
        self.note.keep(value);
    }
}

/// A text, borrowed if it stands in the input as it is.
pub(crate) struct Word<'n, 'de> {
    pub(crate) word: Option<Cow<'de, str>>,
    note: &'n mut Note,
}

impl<'n> Word<'n, '_> {
    pub(crate) fn new(note: &'n mut Note) -> Self {
        Self { word: None, note }
    }

    /// Makes a text of what is none.
    fn other(&mut self, read: impl FnOnce(&mut Slot<'_, String>) -> Result<(), Mismatch>) -> Result<(), Mismatch> {
        let mut text = Slot::new(self.note);
        read(&mut text)?;
        self.word = text.value.map(Cow::Owned);
        Ok(())
    }
}

impl<'de> Scalar<'de> for Word<'_, 'de> {
    fn expected(&self) -> &'static str {
        String::EXPECTED
    }

    fn null(&mut self) {
        self.note.set(Form::Null);
    }

    fn truth(&mut self, value: bool) -> Result<(), Mismatch> {
        self.other(|text| text.truth(value))
    }

    fn integer(&mut self, value: i64) -> Result<(), Mismatch> {
        self.other(|text| text.integer(value))
    }

    fn number(&mut self, value: f64) -> Result<(), Mismatch> {
        self.other(|text| text.number(value))
    }

    fn text(&mut self, value: Cow<'_, str>) -> Result<(), Mismatch> {
        self.word = Some(Cow::Owned(value.into_owned()));
        Ok(())
    }

    fn borrowed(&mut self, value: &'de str) -> Result<(), Mismatch> {
        self.word = Some(Cow::Borrowed(value));
        Ok(())
    }

    fn keep(&mut self, value: u64) {
        self.note.keep(value);
    }
}

/// Hands on what a deserializer finds.
pub(crate) struct ScalarVisitor<'s, 'de>(pub(crate) &'s mut dyn Scalar<'de>);

impl ScalarVisitor<'_, '_> {
    #[cold]
    fn explain<E: de::Error>(&self) -> E {
        E::custom(format_args!("expected {}", self.0.expected()))
    }
}

impl<'de> de::Visitor<'de> for ScalarVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.expected())
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
        self.0.truth(value).map_err(|Mismatch| self.explain())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.0.integer(value).map_err(|Mismatch| self.explain())
    }

    #[expect(clippy::cast_precision_loss, reason = "beyond 64 signed bits only the nearest number can be kept")]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        if let Ok(value) = i64::try_from(value) {
            return self.visit_i64(value);
        }
        let read = self.0.number(value as f64);
        self.0.keep(value);
        read.map_err(|Mismatch| self.explain())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.0.number(value).map_err(|Mismatch| self.explain())
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<(), E> {
        self.0.borrowed(value).map_err(|Mismatch| self.explain())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.0.text(Cow::Borrowed(value)).map_err(|Mismatch| self.explain())
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<(), E> {
        self.0.text(Cow::Owned(value)).map_err(|Mismatch| self.explain())
    }
}

/// Reads JSON that is there already.
pub(crate) fn from_json<T: Lenient>(json: &Json) -> Read<T> {
    let mut note = Note::default();
    let mut slot = Slot::new(&mut note);
    hand_on(json, &mut slot)?;
    Ok(slot.value)
}

fn hand_on(json: &Json, scalar: &mut dyn Scalar<'_>) -> Result<(), Mismatch> {
    match json {
        Json::Null => {
            scalar.null();
            Ok(())
        }
        Json::Bool(value) => scalar.truth(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => scalar.integer(value),
            (None, Some(value)) => scalar.number(value),
            (None, None) => Err(Mismatch),
        },
        Json::String(text) => scalar.text(Cow::Borrowed(text)),
        Json::Array(_) | Json::Object(_) => Err(Mismatch),
    }
}

/// The largest integers that a floating-point number holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "checked to be integral and within the exact range")]
pub(crate) fn integral(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}
