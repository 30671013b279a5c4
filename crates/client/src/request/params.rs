//! Conversion of parameters into JSON, and of JSON into the texts of a query, a header or a form.

use serde_json::Value as Json;

use crate::{
    encode::{Encode, Encoded},
    error::{Error, ErrorKind},
};

/// Converts an object's fields, or a list of pairs, into pairs of name and text. A value that is a list becomes several
/// pairs; `null` becomes no pair.
pub(crate) fn pairs(json: Json) -> Result<Vec<(String, String)>, Error> {
    let mut pairs = Vec::new();
    let mut add = |name: String, value| {
        for text in texts(value) {
            pairs.push((name.clone(), text));
        }
    };
    match json {
        Json::Null => {}
        Json::Object(fields) => {
            for (name, value) in fields {
                add(name, value);
            }
        }
        Json::Array(list) => {
            for pair in list {
                let (name, value) = pair_of(pair).ok_or_else(not_pairs)?;
                add(name, value);
            }
        }
        _ => return Err(not_pairs()),
    }
    Ok(pairs)
}

fn pair_of(json: Json) -> Option<(String, Json)> {
    let Json::Array(pair) = json else { return None };
    let [name, value] = <[Json; 2]>::try_from(pair).ok()?;
    Some((text(name)?, value))
}

fn not_pairs() -> Error {
    Error::new(ErrorKind::Rejected, "a query or a form must be a list of pairs or a struct")
}

/// Converts a parameter into texts: no text for `null`, several for a list.
pub(crate) fn texts(json: Json) -> Vec<String> {
    match json {
        Json::Array(values) => values.into_iter().filter_map(text).collect(),
        value => text(value).into_iter().collect(),
    }
}

fn text(json: Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text),
        value => Some(value.to_string()),
    }
}

/// Converts a parameter into JSON.
pub(crate) fn json_of(value: &dyn Encode) -> Result<Json, Error> {
    serde_json::to_value(Encoded::new(value)).map_err(not_serializable)
}

/// Converts an error of serialization.
pub(crate) fn not_serializable(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::Rejected, "a parameter or the body cannot be serialized").with_source(error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pairs_are_those_of_a_list_or_the_fields_of_an_object() {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(pairs(json!([["b", 1], ["a", "x"], ["b", null]])).unwrap(), owned(&[("b", "1"), ("a", "x")]));
        assert_eq!(
            pairs(json!({"a": [1, "2"], "b": null, "c": {"d": true}})).unwrap(),
            owned(&[("a", "1"), ("a", "2"), ("c", r#"{"d":true}"#)])
        );
        assert_eq!(pairs(Json::Null).unwrap(), []);
        for neither in [json!("canary"), json!([["canary"]]), json!(["canary", 1]), json!(5)] {
            let error = pairs(neither).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Rejected);
            assert!(!format!("{error:?}").contains("canary"));
        }
    }
}
