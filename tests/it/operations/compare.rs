//! Comparison of a JSON value with the same value after a typed round trip.

use keyfob::Timestamp;
use serde_json::Value;

/// Returns the paths whose values in `wire` are absent from or different in `typed`.
///
/// Empty values may be absent: `null`, empty lists and objects, the empty string, and times in the year 1. Scalars may
/// differ in type if their values are equal (`"5"` and `5`, `1` and `true`).
pub(crate) fn lost(wire: &Value, typed: &Value) -> Vec<String> {
    let mut lost = Vec::new();
    collect(wire, Some(typed), "$", &mut lost);
    lost
}

fn collect(wire: &Value, typed: Option<&Value>, path: &str, lost: &mut Vec<String>) {
    match (wire, typed) {
        _ if is_empty_value(wire) => {}
        (Value::Object(wire), Some(Value::Object(typed))) => {
            for (key, value) in wire {
                collect(value, typed.get(key), &format!("{path}.{key}"), lost);
            }
        }
        (Value::Array(wire), Some(Value::Array(typed))) => {
            for (index, value) in wire.iter().enumerate() {
                collect(value, typed.get(index), &format!("{path}[{index}]"), lost);
            }
        }
        (wire, Some(typed)) if same(wire, typed) => {}
        _ => lost.push(path.to_owned()),
    }
}

fn is_empty_value(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.values().all(is_empty_value),
        Value::String(text) => text.is_empty() || text.parse::<Timestamp>().is_ok_and(|time| time.is_unset()),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Returns `true` if two scalars are equal, regardless of their JSON types.
fn same(left: &Value, right: &Value) -> bool {
    left == right || matches!((scalar(left), scalar(right)), (Some(left), Some(right)) if left == right)
}

/// Returns the normalized text of a scalar.
fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::Bool(value) => u8::from(*value).to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.eq_ignore_ascii_case("true") => "1".into(),
        Value::String(text) if text.eq_ignore_ascii_case("false") => "0".into(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    Some(text.parse::<f64>().map_or(text, |number| number.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lost_values_are_listed_by_path_and_scalars_of_another_type_are_not() {
        let wire =
            json!({"a": "5", "b": [1, {"c": "x"}], "d": null, "e": 1, "f": "0001-01-01T00:00:00", "g": {"h": []}});
        assert_eq!(lost(&wire, &json!({"a": 5, "b": [1.0, {"c": "x"}], "e": true})), [""; 0]);
        assert_eq!(lost(&wire, &json!({"a": 6, "b": [1, {}], "e": 1})), ["$.a", "$.b[1].c"]);
        assert_eq!(lost(&json!([1, 2]), &json!([1])), ["$[1]"]);
    }
}
