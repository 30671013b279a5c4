//! Calls of the control API: their description, and how their bodies are decoded.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Description of a call, for `GET /_control`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ControlCall {
    method: &'static str,
    /// Path with `{name}` for variable segments.
    path: &'static str,
    effect: &'static str,
    /// Names and meanings of the query parameters.
    query: &'static [Member],
    /// Names and meanings of the members of the body.
    body: &'static [Member],
}

/// Name and meaning of a parameter or a member.
pub(crate) type Member = (&'static str, &'static str);

impl ControlCall {
    /// Describes a call without parameters and body.
    pub(crate) const fn new(method: &'static str, path: &'static str, effect: &'static str) -> Self {
        Self { method, path, effect, query: &[], body: &[] }
    }

    pub(crate) const fn query(mut self, query: &'static [Member]) -> Self {
        self.query = query;
        self
    }

    pub(crate) const fn body(mut self, body: &'static [Member]) -> Self {
        self.body = body;
        self
    }

    /// Returns the description as JSON.
    pub(crate) fn describe(&self) -> Value {
        let object = |members: &[Member]| -> Map<String, Value> {
            members.iter().map(|(name, meaning)| ((*name).to_owned(), json!(meaning))).collect()
        };
        let mut call = json!({ "method": self.method, "path": self.path, "effect": self.effect });
        for (name, members) in [("query", self.query), ("body", self.body)] {
            if !members.is_empty() {
                call[name] = object(members).into();
            }
        }
        call
    }
}

/// Decodes a body. The error of an unknown member names the known members.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

/// Refuses a body with members, for a call that takes none.
pub(crate) fn no_members(body: &[u8]) -> Result<(), String> {
    if body.is_empty() {
        return Ok(());
    }
    known_members(&parse(body)?, &[], "this call")
}

/// Refuses an empty list of a world. `list` is its path in the world.
pub(crate) fn not_empty<T>(list: &str, entries: &[T]) -> Result<(), String> {
    if entries.is_empty() {
        return Err(format!("`{list}` must not be empty: leave it out for the seeded data"));
    }
    Ok(())
}

/// Refuses members that are not in `known`. `owner` is the object that has the members.
pub(crate) fn known_members(members: &Map<String, Value>, known: &[&str], owner: &str) -> Result<(), String> {
    let Some(unknown) = members.keys().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    if known.is_empty() {
        return Err(format!("unknown member `{unknown}`: {owner} takes no members"));
    }
    Err(format!("unknown member `{unknown}`: the members of {owner} are {}", known.join(", ")))
}
