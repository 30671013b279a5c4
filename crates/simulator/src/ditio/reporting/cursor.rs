//! Continuation tokens: a position, bound to the endpoint, the mode and the other parameters.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::overlay::Key;

/// The position after which a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) after: Key,
    /// The empty page that a switch asks for was given.
    pub(super) paused: bool,
}

impl Cursor {
    /// Text that begins with `eyJ`, as the vendor's does.
    pub(super) fn encode(&self, binding: &str) -> String {
        let (kind, position) = match &self.after {
            Key::Time(millis) => ("t", json!(millis)),
            Key::Id(id) => ("i", json!(id)),
        };
        STANDARD.encode(json!({ "b": binding, kind: position, "p": self.paused }).to_string())
    }

    /// None when it is no token, or one of another extraction.
    pub(super) fn decode(token: &str, binding: &str) -> Option<Self> {
        let value: Value = serde_json::from_slice(&STANDARD.decode(token).ok()?).ok()?;
        if value["b"].as_str()? != binding {
            return None;
        }
        let after = match (value["t"].as_i64(), value["i"].as_str()) {
            (Some(millis), _) => Key::Time(millis),
            (None, id) => Key::Id(id?.to_owned()),
        };
        Some(Self { after, paused: value["p"].as_bool()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_only_where_it_belongs() {
        for after in [Key::Time(-5), Key::Id("69a5".to_owned())] {
            let cursor = Cursor { after, paused: true };
            let token = cursor.encode("full/x");
            assert!(token.starts_with("eyJ"));
            assert_eq!(Cursor::decode(&token, "full/x"), Some(cursor));
            assert_eq!(Cursor::decode(&token, "incremental/x"), None);
        }
        assert_eq!(Cursor::decode("eyJ", "x"), None);
    }
}
