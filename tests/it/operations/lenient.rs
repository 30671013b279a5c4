//! Lenient variants of responses: unknown and absent fields, nulls, numbers as strings, unknown enum values.

use keyfob::Timestamp;
use proptest::{
    strategy::{Just, Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::Value;

/// Number of variants tried for each response.
const VARIANTS: usize = 64;

/// Name of a field that no API has.
const UNKNOWN: &str = "keyfobUnknownField";

/// Properties that map languages to texts: an unknown key is a language, and its value must be a string.
const TEXTS: [&str; 2] = ["nameMessages", "externalNameMessages"];

/// Deviation of a response from its schema that lenient decoding accepts.
#[derive(Clone, Copy, Debug)]
enum Deviation {
    UnknownField,
    Null,
    Absent,
    NumberAsString,
    UnknownEnumValue,
}

/// Returns variants of a response with one to five deviations each; the same variants in every run.
pub(crate) fn variants(response: &Value) -> Vec<Value> {
    use Deviation::{Absent, Null, NumberAsString, UnknownEnumValue, UnknownField};

    let mut runner = TestRunner::deterministic();
    let kind = proptest::sample::select(vec![UnknownField, Null, Absent, NumberAsString, UnknownEnumValue]);
    let positions = Just(count(response)).prop_flat_map(|count| 0..count.max(1));
    let mutations = proptest::collection::vec((kind, positions), 1..6);
    (0..VARIANTS)
        .map(|_| {
            let mut variant = response.clone();
            for (kind, position) in mutations.new_tree(&mut runner).unwrap().current() {
                deviate(&mut variant, "", kind, &mut { position });
            }
            variant
        })
        .collect()
}

/// Removes the values that decoding may drop: unknown fields, and `null` elements of lists.
pub(crate) fn without_dropped(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().filter(|value| !value.is_null()).map(without_dropped).collect(),
        Value::Object(map) => {
            let known = map.into_iter().filter(|(key, _)| key != UNKNOWN);
            known.map(|(key, value)| (key, without_dropped(value))).collect()
        }
        value => value,
    }
}

/// Returns the number of values nested in a value.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(|value| 1 + count(value)).sum(),
        Value::Object(map) => map.values().map(|value| 1 + count(value)).sum(),
        _ => 0,
    }
}

/// Applies a deviation to the nested value at a position in document order. Returns `true` if the position exists.
///
/// `name` is the property that has `value`.
fn deviate(value: &mut Value, name: &str, kind: Deviation, position: &mut usize) -> bool {
    match value {
        Value::Array(list) => list.iter_mut().any(|value| reach(value, name, kind, position)),
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().cloned().collect();
            for key in keys {
                if *position == 0 {
                    match kind {
                        Deviation::Absent => drop(map.remove(&key)),
                        Deviation::UnknownField if TEXTS.contains(&name) => {
                            map.insert("tlh".into(), "unknown-value".into());
                        }
                        Deviation::UnknownField => {
                            map.insert(UNKNOWN.into(), serde_json::json!({"deep": [1, "x", null]}));
                        }
                        kind => change(map.get_mut(&key).expect("the key was just listed"), kind),
                    }
                    return true;
                }
                *position -= 1;
                if deviate(map.get_mut(&key).expect("the key was just listed"), &key, kind, position) {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

fn reach(value: &mut Value, name: &str, kind: Deviation, position: &mut usize) -> bool {
    if *position == 0 {
        change(value, kind);
        return true;
    }
    *position -= 1;
    deviate(value, name, kind, position)
}

fn change(value: &mut Value, kind: Deviation) {
    match (kind, &*value) {
        (Deviation::Null, _) => *value = Value::Null,
        (Deviation::NumberAsString, Value::Number(number)) => *value = Value::String(number.to_string()),
        // Only plain texts: dates, numbers and booleans in strings must keep their type.
        (Deviation::UnknownEnumValue, Value::String(text))
            if text.parse::<Timestamp>().is_err() && text.parse::<f64>().is_err() && text.parse::<bool>().is_err() =>
        {
            *value = Value::String("unknown-value".into());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_deviation_occurs_and_the_variants_are_the_same_in_every_run() {
        let response = json!({"rows": [{"n": 1, "word": "x", "when": "2026-01-01"}], "total": 7});
        let variants = variants(&response);
        assert_eq!(variants, super::variants(&response));
        let text = serde_json::to_string(&variants).unwrap();
        for sign in [UNKNOWN, "unknown-value", ":null", r#""7""#] {
            assert!(text.contains(sign), "{sign}");
        }
        assert!(variants.iter().any(|variant| variant.get("total").is_none()));
    }
}
