//! Enumerations that know they are not complete: on the wire they are the texts or the integers that they are made of.

/// For those of texts.
pub mod words {
    use super::super::{Form, Json, Seen, Value};

    /// [`Value::other`] of the word.
    #[must_use]
    pub fn other(word: Option<&str>, form: Form) -> Option<Json> {
        Value::other(owned(word).as_ref(), form)
    }

    /// [`Value::is`] of the word.
    #[must_use]
    pub fn is(json: &Json, word: Option<&str>) -> bool {
        Value::is(json, owned(word).as_ref())
    }

    /// [`Value::json`] of the word.
    #[must_use]
    pub fn json(word: Option<&str>, seen: Seen<'_>) -> Option<Json> {
        Value::json(owned(word).as_ref(), seen)
    }

    fn owned(word: Option<&str>) -> Option<String> {
        word.map(str::to_owned)
    }
}

/// For those of integers.
pub mod codes {
    use super::super::{Form, Json, Seen, Value};

    /// [`Value::other`] of the code.
    #[must_use]
    pub fn other(code: Option<i64>, form: Form) -> Option<Json> {
        Value::other(code.as_ref(), form)
    }

    /// [`Value::is`] of the code.
    #[must_use]
    pub fn is(json: &Json, code: Option<i64>) -> bool {
        Value::is(json, code.as_ref())
    }

    /// [`Value::json`] of the code.
    #[must_use]
    pub fn json(code: Option<i64>, seen: Seen<'_>) -> Option<Json> {
        Value::json(code.as_ref(), seen)
    }
}
