//! Continuation tokens: a position, bound to the endpoint, the mode and the other parameters of the request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::ditio::reporting::tables::overlay::Key;

/// The start of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ditio::reporting) struct Cursor {
    /// Position of the last row of the page before.
    pub(in crate::ditio::reporting) after: Key,
    /// True if the empty page of [`DitioSwitches::empty_pages`](crate::ditio::reporting::DitioSwitches::empty_pages) has been sent.
    pub(in crate::ditio::reporting) empty_page_sent: bool,
}

impl Cursor {
    /// Encodes the token. It begins with `eyJ`, as the vendor's tokens do.
    pub(in crate::ditio::reporting) fn encode(&self, binding: &str) -> String {
        let (kind, position) = match &self.after {
            Key::Time(millis) => ("t", json!(millis)),
            Key::Id(id) => ("i", json!(id)),
        };
        STANDARD.encode(json!({ "b": binding, kind: position, "p": self.empty_page_sent }).to_string())
    }

    /// Decodes a token; `None` if it is malformed or belongs to another extraction.
    pub(in crate::ditio::reporting) fn decode(token: &str, binding: &str) -> Option<Self> {
        let value: Value = serde_json::from_slice(&STANDARD.decode(token).ok()?).ok()?;
        if value["b"].as_str()? != binding {
            return None;
        }
        let after = match (value["t"].as_i64(), value["i"].as_str()) {
            (Some(millis), _) => Key::Time(millis),
            (None, id) => Key::Id(id?.to_owned()),
        };
        Some(Self { after, empty_page_sent: value["p"].as_bool()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_decodes_only_for_its_own_extraction() {
        for after in [Key::Time(-5), Key::Id("69a5".to_owned())] {
            let cursor = Cursor { after, empty_page_sent: true };
            let token = cursor.encode("full/x");
            assert!(token.starts_with("eyJ"));
            assert_eq!(Cursor::decode(&token, "full/x"), Some(cursor));
            assert_eq!(Cursor::decode(&token, "incremental/x"), None);
        }
        assert_eq!(Cursor::decode("eyJ", "x"), None);
    }
}
