//! JSON that travels as the text of a string.

/// A value whose JSON is sent as one string: `{"metaData": "{\"a\":1}"}`.
pub mod json_string {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

    /// Writes the value's JSON as one string.
    ///
    /// # Errors
    ///
    /// If the value cannot be serialized.
    pub fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(value).map_err(serde::ser::Error::custom)?)
    }

    /// Reads the value from such a string, or as it is.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let value = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => serde_json::from_str(&text),
            value => serde_json::from_value(value),
        };
        value.map_err(|_| serde::de::Error::custom("expected JSON as text"))
    }
}

/// Such a value, or nothing.
pub mod option_json_string {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

    /// Writes the value's JSON as one string, and nothing as `null`.
    ///
    /// # Errors
    ///
    /// If the value cannot be serialized.
    pub fn serialize<T: Serialize, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => super::json_string::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// Reads the value from such a string, or as it is; `null` and the empty string are nothing.
    ///
    /// # Errors
    ///
    /// If it is none of these.
    pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        match Option::<serde_json::Value>::deserialize(deserializer)? {
            None => Ok(None),
            Some(serde_json::Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(value) => super::json_string::deserialize(value).map(Some).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Update {
        #[serde(with = "super::json_string")]
        meta: Vec<i64>,
        #[serde(default, with = "super::option_json_string", skip_serializing_if = "Option::is_none")]
        more: Option<Vec<i64>>,
    }

    #[test]
    fn json_travels_as_text_and_is_read_in_both_forms() {
        let update = Update { meta: vec![1, 2], more: None };
        let json = r#"{"meta":"[1,2]"}"#;
        assert_eq!(serde_json::to_string(&update).unwrap(), json);
        for json in [json, r#"{"meta":[1,2],"more":null}"#, r#"{"meta":"[1,2]","more":""}"#] {
            assert_eq!(serde_json::from_str::<Update>(json).unwrap(), update);
        }
        let more = Update { meta: vec![], more: Some(vec![3]) };
        assert_eq!(serde_json::from_str::<Update>(&serde_json::to_string(&more).unwrap()).unwrap(), more);
        assert!(!serde_json::from_str::<Update>(r#"{"meta":"canary"}"#).unwrap_err().to_string().contains("canary"));
    }
}
