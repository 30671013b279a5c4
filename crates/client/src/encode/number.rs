//! Numbers without a fraction.

use serde::Serializer;

/// Largest magnitude up to which every integer has an exact `f64`: 2^53.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Returns the integer that equals `value`, if there is one of at most [`MAX_EXACT`].
#[expect(clippy::cast_possible_truncation, reason = "checked to be integral and within the exact range")]
pub(crate) fn integral(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= MAX_EXACT).then_some(value as i64)
}

/// Serializes a number, without a fraction if it is integral: `5`, not `5.0`.
///
/// # Errors
///
/// Returns the serializer's errors.
pub(crate) fn write_number<S: Serializer>(value: f64, serializer: S) -> Result<S::Ok, S::Error> {
    match integral(value) {
        Some(value) => serializer.serialize_i64(value),
        None => serializer.serialize_f64(value),
    }
}
