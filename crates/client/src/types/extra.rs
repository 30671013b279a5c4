//! Unknown properties of an object.

/// Properties of an object that the API's description does not list, retained so that they can be sent back.
pub type Extra = serde_json::Map<String, serde_json::Value>;
