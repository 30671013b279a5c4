//! The JSON types that each scalar is decoded from, and the forms that are recorded.

use chrono::NaiveDate;
use serde_json::Value as Json;

use super::{
    error::Expected,
    lenient::{Decoded, Lenient, WrongType},
};
use crate::{
    encode::number::integral,
    types::{number_or_string::NumberOrString, timestamp::Timestamp},
    wire_form::{FormRecorder, WireForm},
};

/// Records the form of a string that was decoded to a type other than string: [`WireForm::Text`] if it equals
/// `canonical`, the canonical text of the value.
fn record_text(text: &str, canonical: Option<&str>, form: &mut FormRecorder) {
    if text.is_empty() {
        form.set(WireForm::Empty);
    } else if canonical == Some(text) {
        form.set(WireForm::Text);
    } else {
        form.retain(text);
    }
}

impl Lenient for i64 {
    const EXPECTED: Expected = Expected::Integer;

    fn from_i64(value: i64, _: &mut FormRecorder) -> Decoded<Self> {
        Ok(Some(value))
    }

    fn from_f64(value: f64, form: &mut FormRecorder) -> Decoded<Self> {
        if value.to_bits() == (-0.0_f64).to_bits() {
            form.retain(value);
        } else {
            form.set(WireForm::Alternate);
        }
        integral(value).map(Some).ok_or(WrongType)
    }

    fn from_text(text: &str, form: &mut FormRecorder) -> Decoded<Self> {
        let value: Option<Self> = match text.trim() {
            "" => None,
            text => Some(text.parse().ok().or_else(|| integral(text.parse().ok()?)).ok_or(WrongType)?),
        };
        record_text(text, value.map(|value| value.to_string()).as_deref(), form);
        Ok(value)
    }

    fn empty() -> Self {
        0
    }

    #[expect(clippy::cast_precision_loss, reason = "the value was decoded from a floating-point number")]
    fn value_in_form(&self, form: WireForm) -> Option<Json> {
        Some(if form == WireForm::Text { Json::from(self.to_string()) } else { Json::from(*self as f64) })
    }
}

impl Lenient for f64 {
    const EXPECTED: Expected = Expected::Number;

    #[expect(clippy::cast_precision_loss, reason = "the API's description declares a floating-point number")]
    fn from_i64(value: i64, form: &mut FormRecorder) -> Decoded<Self> {
        if integral(value as Self) != Some(value) {
            form.retain(value);
        }
        Ok(Some(value as Self))
    }

    fn from_f64(value: f64, form: &mut FormRecorder) -> Decoded<Self> {
        if integral(value).is_some() {
            form.set(WireForm::Alternate);
        }
        Ok(Some(value))
    }

    fn from_text(text: &str, form: &mut FormRecorder) -> Decoded<Self> {
        let value = match text.trim() {
            "" => None,
            // Some exports use U+2212, the typographic minus sign.
            text => Some(text.replace('\u{2212}', "-").parse::<Self>().map_err(|_| WrongType)?),
        };
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(WrongType);
        }
        record_text(text, value.map(|value| value.to_string()).as_deref(), form);
        Ok(value)
    }

    fn empty() -> Self {
        0.0
    }

    fn value_in_form(&self, form: WireForm) -> Option<Json> {
        Some(if form == WireForm::Text { Json::from(self.to_string()) } else { Json::from(*self) })
    }
}

impl Lenient for bool {
    const EXPECTED: Expected = Expected::Boolean;

    fn from_i64(value: i64, form: &mut FormRecorder) -> Decoded<Self> {
        form.set(WireForm::Alternate);
        match value {
            0 => Ok(Some(false)),
            1 => Ok(Some(true)),
            _ => Err(WrongType),
        }
    }

    fn from_f64(value: f64, form: &mut FormRecorder) -> Decoded<Self> {
        let read = integral(value).ok_or(WrongType).and_then(|value| Self::from_i64(value, form));
        form.retain(value);
        read
    }

    fn from_bool(value: bool, _: &mut FormRecorder) -> Decoded<Self> {
        Ok(Some(value))
    }

    fn from_text(text: &str, form: &mut FormRecorder) -> Decoded<Self> {
        let value = match text.trim() {
            "" => None,
            "0" => Some(false),
            "1" => Some(true),
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => return Err(WrongType),
        };
        record_text(text, value.map(|value| if value { "true" } else { "false" }), form);
        Ok(value)
    }

    fn empty() -> Self {
        false
    }

    fn value_in_form(&self, form: WireForm) -> Option<Json> {
        Some(if form == WireForm::Text { Json::from(self.to_string()) } else { Json::from(u8::from(*self)) })
    }
}

impl Lenient for String {
    const EXPECTED: Expected = Expected::String;

    fn from_i64(value: i64, form: &mut FormRecorder) -> Decoded<Self> {
        form.set(WireForm::Alternate);
        Ok(Some(value.to_string()))
    }

    fn from_f64(value: f64, form: &mut FormRecorder) -> Decoded<Self> {
        form.retain(value);
        Ok(Some(value.to_string()))
    }

    fn from_bool(value: bool, form: &mut FormRecorder) -> Decoded<Self> {
        form.retain(value);
        Ok(Some(value.to_string()))
    }

    fn from_text(text: &str, _: &mut FormRecorder) -> Decoded<Self> {
        Ok(Some(text.to_owned()))
    }

    fn from_string(text: String, _: &mut FormRecorder) -> Decoded<Self> {
        Ok(Some(text))
    }

    fn empty() -> Self {
        Self::new()
    }

    fn value_in_form(&self, _: WireForm) -> Option<Json> {
        self.parse::<i64>().ok().map(Json::from)
    }
}

/// Texts of .NET's default date, which means "no date": without an offset and with one.
const UNSET: [&str; 2] = ["0001-01-01T00:00:00", "0001-01-01T00:00:00Z"];

impl Lenient for Timestamp {
    const EXPECTED: Expected = Expected::DateTime;

    fn from_text(text: &str, form: &mut FormRecorder) -> Decoded<Self> {
        // The zero date of MySQL means "no date", like the empty string.
        let unset = text.trim().is_empty() || text.starts_with("0000-00-00");
        let time = if unset { None } else { Some(text.parse::<Self>().map_err(|_| WrongType)?) };
        let time = time.filter(|time| !time.is_unset());
        if time.is_none() {
            match UNSET.iter().position(|unset| *unset == text) {
                Some(0) => form.set(WireForm::Alternate),
                Some(_) => form.set(WireForm::Text),
                None => record_text(text, None, form),
            }
        }
        Ok(time)
    }

    fn empty() -> Self {
        Self::from(chrono::NaiveDateTime::default())
    }

    // A `Timestamp` retains the format of its text itself.
    fn value_in_form(&self, _: WireForm) -> Option<Json> {
        None
    }

    fn in_form(value: Option<&Self>, form: WireForm) -> Option<Json> {
        match form {
            WireForm::Empty => Some(Json::from("")),
            WireForm::Alternate => value.is_none().then_some(Json::from(UNSET[0])),
            WireForm::Text => value.is_none().then_some(Json::from(UNSET[1])),
            _ => None,
        }
    }
}

impl Lenient for NaiveDate {
    const EXPECTED: Expected = Expected::Date;

    fn empty() -> Self {
        Self::default()
    }

    fn from_text(text: &str, form: &mut FormRecorder) -> Decoded<Self> {
        let Some(time) = Timestamp::from_text(text, form)? else { return Ok(None) };
        match text.get(10..) {
            _ if !text.bytes().take(10).enumerate().all(is_of_date) => form.retain(text),
            Some("") => {}
            Some("T00:00:00") => form.set(WireForm::Alternate),
            Some("T00:00:00Z") => form.set(WireForm::Text),
            _ => form.retain(text),
        }
        Ok(Some(time.naive().date()))
    }

    fn value_in_form(&self, form: WireForm) -> Option<Json> {
        Some(Json::from(format!("{self}T00:00:00{}", if form == WireForm::Text { "Z" } else { "" })))
    }

    fn in_form(value: Option<&Self>, form: WireForm) -> Option<Json> {
        value.map_or_else(|| Timestamp::in_form(None, form), |value| value.value_in_form(form))
    }
}

/// Returns `true` if the byte is valid at this index of a date such as `2026-01-31`.
fn is_of_date((index, byte): (usize, u8)) -> bool {
    if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
}

impl Lenient for NumberOrString {
    const EXPECTED: Expected = Expected::NumberOrString;

    fn empty() -> Self {
        Self::Integer(0)
    }

    fn from_i64(value: i64, _: &mut FormRecorder) -> Decoded<Self> {
        Ok(Some(Self::Integer(value)))
    }

    fn from_f64(value: f64, form: &mut FormRecorder) -> Decoded<Self> {
        if integral(value).is_some() {
            form.set(WireForm::Alternate);
        }
        Ok(Some(Self::Number(value)))
    }

    fn from_bool(value: bool, form: &mut FormRecorder) -> Decoded<Self> {
        form.retain(value);
        Ok(Some(Self::String(value.to_string())))
    }

    fn from_text(text: &str, _: &mut FormRecorder) -> Decoded<Self> {
        Ok(Some(Self::String(text.to_owned())))
    }

    fn value_in_form(&self, _: WireForm) -> Option<Json> {
        match self {
            Self::Number(value) => Some(Json::from(*value)),
            Self::Integer(_) | Self::String(_) => None,
        }
    }
}
