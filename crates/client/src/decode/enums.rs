//! Open enums, decoded and compared as their strings or integers on the wire.

/// Enums of strings.
pub mod string_enum {
    use std::borrow::Cow;

    use super::super::value::WireValue;
    use crate::wire_form::OriginalForm;
    use serde_json::Value as Json;

    /// Implements [`WireValue::original`] for the enum's string.
    #[must_use]
    pub fn original<'f>(value: Option<&str>, form: OriginalForm<'f>) -> Option<Cow<'f, Json>> {
        WireValue::original(owned(value).as_ref(), form)
    }

    /// Implements [`WireValue::is_decoded_from`] for the enum's string.
    #[must_use]
    pub fn is_decoded_from(json: &Json, value: Option<&str>) -> bool {
        WireValue::is_decoded_from(json, owned(value).as_ref())
    }

    /// Implements [`WireValue::original_json`] for the enum's string.
    #[must_use]
    pub fn original_json(value: Option<&str>, form: OriginalForm<'_>) -> Option<Json> {
        WireValue::original_json(owned(value).as_ref(), form)
    }

    fn owned(value: Option<&str>) -> Option<String> {
        value.map(str::to_owned)
    }
}

/// Enums of integers.
pub mod int_enum {
    use std::borrow::Cow;

    use super::super::value::WireValue;
    use crate::wire_form::OriginalForm;
    use serde_json::Value as Json;

    /// Implements [`WireValue::original`] for the enum's integer.
    #[must_use]
    pub fn original(value: Option<i64>, form: OriginalForm<'_>) -> Option<Cow<'_, Json>> {
        WireValue::original(value.as_ref(), form)
    }

    /// Implements [`WireValue::is_decoded_from`] for the enum's integer.
    #[must_use]
    pub fn is_decoded_from(json: &Json, value: Option<i64>) -> bool {
        WireValue::is_decoded_from(json, value.as_ref())
    }

    /// Implements [`WireValue::original_json`] for the enum's integer.
    #[must_use]
    pub fn original_json(value: Option<i64>, form: OriginalForm<'_>) -> Option<Json> {
        WireValue::original_json(value.as_ref(), form)
    }
}
