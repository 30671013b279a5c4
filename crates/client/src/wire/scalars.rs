//! The scalars that are read leniently: what each is read from, and which of these forms have a name.

use chrono::NaiveDate;
use serde::Serializer;
use serde_json::Value as Json;

use super::lenient::{Lenient, Mismatch, Read, integral};
use crate::{
    NumberOrString, Timestamp,
    record::{Form, Note},
};

/// Writes a number without a fraction if it has none.
///
/// # Errors
///
/// Only the serializer's own.
pub(crate) fn write_number<S: Serializer>(value: f64, serializer: S) -> Result<S::Ok, S::Error> {
    match integral(value) {
        Some(value) => serializer.serialize_i64(value),
        None => serializer.serialize_f64(value),
    }
}

/// Notes a text that stands for a value which is none: as the value's own text, or whatever else it is.
fn note_text(text: &str, own: Option<&str>, note: &mut Note) {
    if text.is_empty() {
        note.set(Form::Empty);
    } else if own == Some(text) {
        note.set(Form::Text);
    } else {
        note.keep(text);
    }
}

impl Lenient for i64 {
    const EXPECTED: &'static str = "an integer";

    fn from_i64(value: i64, _: &mut Note) -> Read<Self> {
        Ok(Some(value))
    }

    fn from_f64(value: f64, note: &mut Note) -> Read<Self> {
        if value.to_bits() == (-0.0_f64).to_bits() {
            note.keep(value);
        } else {
            note.set(Form::Other);
        }
        integral(value).map(Some).ok_or(Mismatch)
    }

    fn from_text(text: &str, note: &mut Note) -> Read<Self> {
        let value: Option<Self> = match text.trim() {
            "" => None,
            text => Some(text.parse().ok().or_else(|| integral(text.parse().ok()?)).ok_or(Mismatch)?),
        };
        note_text(text, value.map(|value| value.to_string()).as_deref(), note);
        Ok(value)
    }

    fn blank() -> Self {
        0
    }

    #[expect(clippy::cast_precision_loss, reason = "it was read from a number with a fraction")]
    fn form(&self, form: Form) -> Option<Json> {
        Some(if form == Form::Text { Json::from(self.to_string()) } else { Json::from(*self as f64) })
    }
}

impl Lenient for f64 {
    const EXPECTED: &'static str = "a number";

    #[expect(clippy::cast_precision_loss, reason = "a floating-point number is what the API's description promises")]
    fn from_i64(value: i64, note: &mut Note) -> Read<Self> {
        if integral(value as Self) != Some(value) {
            note.keep(value);
        }
        Ok(Some(value as Self))
    }

    fn from_f64(value: f64, note: &mut Note) -> Read<Self> {
        if integral(value).is_some() {
            note.set(Form::Other);
        }
        Ok(Some(value))
    }

    fn from_text(text: &str, note: &mut Note) -> Read<Self> {
        let value = match text.trim() {
            "" => None,
            // U+2212 is the minus sign of typographers; some exports use it.
            text => Some(text.replace('\u{2212}', "-").parse::<Self>().map_err(|_| Mismatch)?),
        };
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(Mismatch);
        }
        note_text(text, value.map(|value| value.to_string()).as_deref(), note);
        Ok(value)
    }

    fn blank() -> Self {
        0.0
    }

    fn form(&self, form: Form) -> Option<Json> {
        Some(if form == Form::Text { Json::from(self.to_string()) } else { Json::from(*self) })
    }
}

impl Lenient for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_i64(value: i64, note: &mut Note) -> Read<Self> {
        note.set(Form::Other);
        match value {
            0 => Ok(Some(false)),
            1 => Ok(Some(true)),
            _ => Err(Mismatch),
        }
    }

    fn from_f64(value: f64, note: &mut Note) -> Read<Self> {
        let read = integral(value).ok_or(Mismatch).and_then(|value| Self::from_i64(value, note));
        note.keep(value);
        read
    }

    fn from_bool(value: bool, _: &mut Note) -> Read<Self> {
        Ok(Some(value))
    }

    fn from_text(text: &str, note: &mut Note) -> Read<Self> {
        let value = match text.trim() {
            "" => None,
            "0" => Some(false),
            "1" => Some(true),
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => return Err(Mismatch),
        };
        note_text(text, value.map(|value| if value { "true" } else { "false" }), note);
        Ok(value)
    }

    fn blank() -> Self {
        false
    }

    fn form(&self, form: Form) -> Option<Json> {
        Some(if form == Form::Text { Json::from(self.to_string()) } else { Json::from(u8::from(*self)) })
    }
}

impl Lenient for String {
    const EXPECTED: &'static str = "a string";

    fn from_i64(value: i64, note: &mut Note) -> Read<Self> {
        note.set(Form::Other);
        Ok(Some(value.to_string()))
    }

    fn from_f64(value: f64, note: &mut Note) -> Read<Self> {
        note.keep(value);
        Ok(Some(value.to_string()))
    }

    fn from_bool(value: bool, note: &mut Note) -> Read<Self> {
        note.keep(value);
        Ok(Some(value.to_string()))
    }

    fn from_text(text: &str, _: &mut Note) -> Read<Self> {
        Ok(Some(text.to_owned()))
    }

    fn from_owned(text: String, _: &mut Note) -> Read<Self> {
        Ok(Some(text))
    }

    fn blank() -> Self {
        Self::new()
    }

    fn form(&self, _: Form) -> Option<Json> {
        self.parse::<i64>().ok().map(Json::from)
    }
}

/// What stands for "no date" in .NET, as it is written without an offset and with one.
const UNSET: [&str; 2] = ["0001-01-01T00:00:00", "0001-01-01T00:00:00Z"];

impl Lenient for Timestamp {
    const EXPECTED: &'static str = "a date and time";

    fn from_text(text: &str, note: &mut Note) -> Read<Self> {
        // A database's zero date is nothing, like the empty string.
        let nothing = text.trim().is_empty() || text.starts_with("0000-00-00");
        let time = if nothing { None } else { Some(text.parse::<Self>().map_err(|_| Mismatch)?) };
        let time = time.filter(|time| !time.is_unset());
        if time.is_none() {
            match UNSET.iter().position(|unset| *unset == text) {
                Some(0) => note.set(Form::Other),
                Some(_) => note.set(Form::Text),
                None => note_text(text, None, note),
            }
        }
        Ok(time)
    }

    fn blank() -> Self {
        Self::from(chrono::NaiveDateTime::default())
    }

    // A time keeps the form in which it was written itself.
    fn form(&self, _: Form) -> Option<Json> {
        None
    }

    fn other(value: Option<&Self>, form: Form) -> Option<Json> {
        match form {
            Form::Empty => Some(Json::from("")),
            Form::Other => value.is_none().then_some(Json::from(UNSET[0])),
            Form::Text => value.is_none().then_some(Json::from(UNSET[1])),
            _ => None,
        }
    }
}

impl Lenient for NaiveDate {
    const EXPECTED: &'static str = "a date";

    fn blank() -> Self {
        Self::default()
    }

    fn from_text(text: &str, note: &mut Note) -> Read<Self> {
        let Some(time) = Timestamp::from_text(text, note)? else { return Ok(None) };
        match text.get(10..) {
            _ if !text.bytes().take(10).enumerate().all(is_of_date) => note.keep(text),
            Some("") => {}
            Some("T00:00:00") => note.set(Form::Other),
            Some("T00:00:00Z") => note.set(Form::Text),
            _ => note.keep(text),
        }
        Ok(Some(time.naive().date()))
    }

    fn form(&self, form: Form) -> Option<Json> {
        Some(Json::from(format!("{self}T00:00:00{}", if form == Form::Text { "Z" } else { "" })))
    }

    fn other(value: Option<&Self>, form: Form) -> Option<Json> {
        value.map_or_else(|| Timestamp::other(None, form), |value| value.form(form))
    }
}

/// Whether the byte can stand here in `2026-01-31`.
fn is_of_date((index, byte): (usize, u8)) -> bool {
    if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
}

impl Lenient for NumberOrString {
    const EXPECTED: &'static str = "a number or a string";

    fn blank() -> Self {
        Self::Integer(0)
    }

    fn from_i64(value: i64, _: &mut Note) -> Read<Self> {
        Ok(Some(Self::Integer(value)))
    }

    fn from_f64(value: f64, note: &mut Note) -> Read<Self> {
        if integral(value).is_some() {
            note.set(Form::Other);
        }
        Ok(Some(Self::Number(value)))
    }

    fn from_bool(value: bool, note: &mut Note) -> Read<Self> {
        note.keep(value);
        Ok(Some(Self::String(value.to_string())))
    }

    fn from_text(text: &str, _: &mut Note) -> Read<Self> {
        Ok(Some(Self::String(text.to_owned())))
    }

    fn form(&self, _: Form) -> Option<Json> {
        match self {
            Self::Number(value) => Some(Json::from(*value)),
            Self::Integer(_) | Self::String(_) => None,
        }
    }
}
