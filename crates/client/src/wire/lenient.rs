//! One value, read from more forms than its own.

use std::{fmt, marker::PhantomData};

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, de};

use crate::Timestamp;

/// Not a form of this type. It holds nothing: what was found must not be quoted.
pub(super) struct Mismatch;

/// A value, or nothing.
type Read<T> = Result<Option<T>, Mismatch>;

/// A type that can be read from more forms than its own.
pub(super) trait Lenient: Sized {
    const EXPECTED: &'static str;

    fn from_i64(_: i64) -> Read<Self> {
        Err(Mismatch)
    }

    fn from_f64(_: f64) -> Read<Self> {
        Err(Mismatch)
    }

    fn from_bool(_: bool) -> Read<Self> {
        Err(Mismatch)
    }

    fn from_text(value: &str) -> Read<Self>;

    fn from_owned(value: String) -> Read<Self> {
        Self::from_text(&value)
    }

    /// What stands for `null` in a field that has to be there.
    fn nothing() -> Option<Self> {
        None
    }
}

struct LenientVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient> de::Visitor<'de> for LenientVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Option<T>, E> {
        T::from_bool(value).map_err(explain::<T, E>)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Option<T>, E> {
        T::from_i64(value).map_err(explain::<T, E>)
    }

    #[expect(clippy::cast_precision_loss, reason = "beyond 64 signed bits only the nearest number can be kept")]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Option<T>, E> {
        i64::try_from(value).map_or_else(|_| T::from_f64(value as f64), T::from_i64).map_err(explain::<T, E>)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Option<T>, E> {
        T::from_f64(value).map_err(explain::<T, E>)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Option<T>, E> {
        T::from_text(value).map_err(explain::<T, E>)
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Option<T>, E> {
        T::from_owned(value).map_err(explain::<T, E>)
    }
}

fn explain<T: Lenient, E: de::Error>(_: Mismatch) -> E {
    E::custom(format_args!("expected {}", T::EXPECTED))
}

pub(super) fn option<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(LenientVisitor(PhantomData))
}

pub(super) fn required<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    option(deserializer)?.or_else(T::nothing).ok_or_else(|| explain::<T, D::Error>(Mismatch))
}

/// Like [`required`], but `null` stands for nothing.
pub(super) fn present<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    option(deserializer)?.ok_or_else(|| explain::<T, D::Error>(Mismatch))
}

/// An element that is read leniently.
pub(super) struct Element<T>(Option<T>);

impl<'de, T: Lenient> Deserialize<'de> for Element<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        option(deserializer).map(Self)
    }
}

impl<T> From<Element<T>> for Option<T> {
    fn from(element: Element<T>) -> Self {
        element.0
    }
}

/// The largest integers that a floating-point number holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "checked to be integral and within the exact range")]
pub(super) fn integral(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}
impl Lenient for i64 {
    const EXPECTED: &'static str = "an integer";

    fn from_i64(value: i64) -> Read<Self> {
        Ok(Some(value))
    }

    fn from_f64(value: f64) -> Read<Self> {
        integral(value).map(Some).ok_or(Mismatch)
    }

    fn from_text(value: &str) -> Read<Self> {
        match value.trim() {
            "" => Ok(None),
            text => text.parse().ok().or_else(|| integral(text.parse().ok()?)).map(Some).ok_or(Mismatch),
        }
    }

    fn nothing() -> Option<Self> {
        Some(0)
    }
}

impl Lenient for f64 {
    const EXPECTED: &'static str = "a number";

    #[expect(clippy::cast_precision_loss, reason = "a floating-point number is what the API's description promises")]
    fn from_i64(value: i64) -> Read<Self> {
        Ok(Some(value as Self))
    }

    fn from_f64(value: f64) -> Read<Self> {
        Ok(Some(value))
    }

    fn from_text(value: &str) -> Read<Self> {
        match value.trim() {
            "" => Ok(None),
            // U+2212 is the minus sign of typographers; some exports use it.
            text => {
                let value = text.replace('\u{2212}', "-").parse::<Self>().map_err(|_| Mismatch)?;
                if value.is_finite() { Ok(Some(value)) } else { Err(Mismatch) }
            }
        }
    }

    fn nothing() -> Option<Self> {
        Some(0.0)
    }
}

impl Lenient for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_i64(value: i64) -> Read<Self> {
        match value {
            0 => Ok(Some(false)),
            1 => Ok(Some(true)),
            _ => Err(Mismatch),
        }
    }

    fn from_f64(value: f64) -> Read<Self> {
        integral(value).ok_or(Mismatch).and_then(Self::from_i64)
    }

    fn from_bool(value: bool) -> Read<Self> {
        Ok(Some(value))
    }

    fn from_text(value: &str) -> Read<Self> {
        match value.trim() {
            "" => Ok(None),
            "0" => Ok(Some(false)),
            "1" => Ok(Some(true)),
            text if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            text if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            _ => Err(Mismatch),
        }
    }

    fn nothing() -> Option<Self> {
        Some(false)
    }
}

impl Lenient for String {
    const EXPECTED: &'static str = "a string";

    fn from_i64(value: i64) -> Read<Self> {
        Ok(Some(value.to_string()))
    }

    fn from_f64(value: f64) -> Read<Self> {
        Ok(Some(value.to_string()))
    }

    fn from_bool(value: bool) -> Read<Self> {
        Ok(Some(value.to_string()))
    }

    fn from_text(value: &str) -> Read<Self> {
        Ok(Some(value.to_owned()))
    }

    fn from_owned(value: String) -> Read<Self> {
        Ok(Some(value))
    }

    fn nothing() -> Option<Self> {
        Some(Self::new())
    }
}

impl Lenient for Timestamp {
    const EXPECTED: &'static str = "a date and time";

    fn from_text(value: &str) -> Read<Self> {
        // A database's zero date is nothing, like the empty string.
        if value.trim().is_empty() || value.starts_with("0000-00-00") {
            return Ok(None);
        }
        let time: Self = value.parse().map_err(|_| Mismatch)?;
        Ok((!time.is_unset()).then_some(time))
    }
}

impl Lenient for NaiveDate {
    const EXPECTED: &'static str = "a date";

    fn from_text(value: &str) -> Read<Self> {
        Ok(Timestamp::from_text(value)?.map(|time| time.naive().date()))
    }
}
