//! Answers as a careless service might send them: the same, only looser.

use keyfob::Timestamp;
use proptest::{
    strategy::{Just, Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::Value;

/// How many loose forms of each answer are tried.
const FORMS: usize = 64;

/// A field that no API has.
const UNKNOWN: &str = "keyfobNeverHeardOf";

/// Properties that are texts by language: another key in them is another language, and its value a text.
const TEXTS: [&str; 2] = ["nameMessages", "externalNameMessages"];

/// One way in which services are careless.
#[derive(Clone, Copy, Debug)]
enum Looseness {
    UnknownField,
    Null,
    Absent,
    NumberAsString,
    UnknownWord,
}

/// Gives loose forms of an answer, each with a few mutations; the same ones in every run.
pub(crate) fn forms(answer: &Value) -> Vec<Value> {
    use Looseness::{Absent, Null, NumberAsString, UnknownField, UnknownWord};

    let mut runner = TestRunner::deterministic();
    let kind = proptest::sample::select(vec![UnknownField, Null, Absent, NumberAsString, UnknownWord]);
    let places = Just(count(answer)).prop_flat_map(|count| 0..count.max(1));
    let mutations = proptest::collection::vec((kind, places), 1..6);
    (0..FORMS)
        .map(|_| {
            let mut form = answer.clone();
            for (kind, place) in mutations.new_tree(&mut runner).unwrap().current() {
                loosen(&mut form, "", kind, &mut { place });
            }
            form
        })
        .collect()
}

/// A form without what may be dropped in reading: unknown fields, and elements that are `null`.
pub(crate) fn without_noise(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().filter(|value| !value.is_null()).map(without_noise).collect(),
        Value::Object(map) => {
            let known = map.into_iter().filter(|(key, _)| key != UNKNOWN);
            known.map(|(key, value)| (key, without_noise(value))).collect()
        }
        value => value,
    }
}

/// How many values there are below a value.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(|value| 1 + count(value)).sum(),
        Value::Object(map) => map.values().map(|value| 1 + count(value)).sum(),
        _ => 0,
    }
}

/// Loosens the value at a place, counted in order from the value of this name on; says whether it was reached.
fn loosen(value: &mut Value, name: &str, kind: Looseness, place: &mut usize) -> bool {
    match value {
        Value::Array(list) => list.iter_mut().any(|value| reach(value, name, kind, place)),
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().cloned().collect();
            for key in keys {
                if *place == 0 {
                    match kind {
                        Looseness::Absent => drop(map.remove(&key)),
                        Looseness::UnknownField if TEXTS.contains(&name) => {
                            map.insert("tlh".into(), "never-heard-of".into());
                        }
                        Looseness::UnknownField => {
                            map.insert(UNKNOWN.into(), serde_json::json!({"deep": [1, "x", null]}));
                        }
                        kind => change(map.get_mut(&key).expect("its own key"), kind),
                    }
                    return true;
                }
                *place -= 1;
                if loosen(map.get_mut(&key).expect("its own key"), &key, kind, place) {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

fn reach(value: &mut Value, name: &str, kind: Looseness, place: &mut usize) -> bool {
    if *place == 0 {
        change(value, kind);
        return true;
    }
    *place -= 1;
    loosen(value, name, kind, place)
}

fn change(value: &mut Value, kind: Looseness) {
    match (kind, &*value) {
        (Looseness::Null, _) => *value = Value::Null,
        (Looseness::NumberAsString, Value::Number(number)) => *value = Value::String(number.to_string()),
        // Only words: a date or a number must stay one.
        (Looseness::UnknownWord, Value::String(text))
            if text.parse::<Timestamp>().is_err() && text.parse::<f64>().is_err() && text.parse::<bool>().is_err() =>
        {
            *value = Value::String("never-heard-of".into());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_looseness_occurs_and_the_forms_are_the_same_in_every_run() {
        let answer = json!({"rows": [{"n": 1, "word": "x", "when": "2026-01-01"}], "total": 7});
        let forms = forms(&answer);
        assert_eq!(forms, super::forms(&answer));
        let text = serde_json::to_string(&forms).unwrap();
        for sign in [UNKNOWN, "never-heard-of", ":null", r#""7""#] {
            assert!(text.contains(sign), "{sign}");
        }
        assert!(forms.iter().any(|form| form.get("total").is_none()));
    }
}
