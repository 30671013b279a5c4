//! Numbers and booleans, in the forms in which services send them.

/// Number of digits after the decimal point of a decimal column.
const SCALE: usize = 9;

/// Largest floating point number up to which all integers are exact: 2⁵³.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Returns a floating point number as an integer, if it is one.
pub(super) fn whole(value: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the number is whole and in range")]
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

/// Parses an integer, such as `5` or `5.0`.
pub(super) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| whole(double(text)?))
}

/// Parses a finite number.
pub(super) fn double(text: &str) -> Option<f64> {
    let text = text.trim();
    // Rust also parses `inf`, `nan` and `infinity`.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|value: &f64| is_number && value.is_finite())
}

/// Parses a boolean.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Parses a number as a multiple of 10⁻⁹. Returns `None` if it has more digits.
pub(super) fn decimal(text: &str) -> Option<i128> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(position) => (&text[..position], text[position + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (is_negative, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    // Exponent of the last digit.
    let last = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?.checked_add(i32::try_from(SCALE).ok()?)?;
    let mut value: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    if value == 0 {
        return Some(0);
    }
    let mut last = last;
    while last < 0 && value % 10 == 0 {
        value /= 10;
        last += 1;
    }
    let factor = 10_i128.checked_pow(u32::try_from(last).ok()?)?;
    let value = value.checked_mul(factor)?;
    // 38 digits.
    (value < 10_i128.pow(38)).then_some(if is_negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        for (text, value) in [
            ("0", Some(0)),
            ("-0.0", Some(0)),
            ("12.5", Some(12_500_000_000)),
            ("-0.000000001", Some(-1)),
            ("1e3", Some(1_000_000_000_000)),
            ("1.50e-1", Some(150_000_000)),
            ("100e-2", Some(1_000_000_000)),
            ("0.1234567890", Some(123_456_789)),
            ("0.1234567891", None),
            ("99999999999999999999999999999.999999999", Some(10_i128.pow(38) - 1)),
            ("100000000000000000000000000000", None),
            ("1e400", None),
            ("", None),
            (".", None),
            ("1,5", None),
            ("NaN", None),
        ] {
            assert_eq!(decimal(text), value, "{text}");
        }
    }

    #[test]
    fn numbers_in_strings_are_finite_and_whole_where_required() {
        assert_eq!((integer(" 5 "), integer("5.0"), integer("5.5"), integer("")), (Some(5), Some(5), None, None));
        assert_eq!((integer("9007199254740993"), integer("1e300")), (Some(9_007_199_254_740_993), None));
        assert_eq!((double("1.5"), double("inf"), double("nan"), double("1e999")), (Some(1.5), None, None, None));
        assert_eq!((boolean("True"), boolean("0"), boolean("yes")), (Some(true), Some(false), None));
    }
}
