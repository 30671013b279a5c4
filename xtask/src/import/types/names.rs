//! Names of types: those of the document where they can be names in Rust, and derived ones for inline schemas.

use std::collections::{BTreeMap, BTreeSet};

use crate::codegen::naming::{RESERVED_TYPES, pascal};
use crate::yaml::Yaml;

/// Maximum length of a name that is taken from a schema's `title`.
const MAX_TITLE: usize = 48;

/// Maximum length of a derived name.
const MAX_NAME: usize = 120;

/// The names in use.
#[derive(Default)]
pub(super) struct Names {
    /// Names in Rust.
    taken: BTreeSet<String>,
    /// Names of inline schemas by candidate and content.
    inline: BTreeMap<(String, String), String>,
}

impl Names {
    /// Returns a name for a component: its own unless it cannot be the name of a component or of a type in Rust.
    pub(super) fn component(&mut self, name: &str) -> String {
        if is_plain(name) && self.take(name) {
            return name.to_owned();
        }
        self.free(&type_name(name))
    }

    /// Returns a name for the schema at `keys`, a place outside of the component schemas.
    pub(super) fn adopted(&mut self, keys: &[String]) -> String {
        const STRUCTURE: [&str; 9] = [
            "properties",
            "schema",
            "items",
            "content",
            "application/json",
            "schemas",
            "definitions",
            "$defs",
            "components",
        ];
        let words: Vec<&str> = keys
            .iter()
            .map(String::as_str)
            .filter(|key| !STRUCTURE.contains(key) && key.parse::<usize>().is_err())
            .collect();
        let last = words.last().copied().unwrap_or("Schema");
        let file =
            last.strip_suffix(".yaml").or(last.strip_suffix(".yml")).or(last.strip_suffix(".json")).unwrap_or(last);
        let name = type_name(file.rsplit('/').next().unwrap_or(file));
        if !self.taken.contains(&name) {
            return self.free(&name);
        }
        let owner = words.len().checked_sub(2).map(|index| type_name(words[index])).unwrap_or_default();
        self.free(&format!("{owner}{name}"))
    }

    /// Returns the name of an inline schema, and whether it is new. Equal schemas with the same title or property name
    /// share a type.
    pub(super) fn inline(&mut self, short: Option<String>, field: &str, long: &str, content: &Yaml) -> (String, bool) {
        let content = yaml_serde::to_string(content).unwrap_or_default();
        let candidate = short.clone().unwrap_or_else(|| type_name(field));
        let key = (candidate, content);
        if let Some(name) = self.inline.get(&key) {
            return (name.clone(), false);
        }
        let free = short.filter(|short| !self.taken.contains(short));
        let name = self.free(&free.unwrap_or_else(|| long.to_owned()));
        self.inline.insert(key, name.clone());
        (name, true)
    }

    fn free(&mut self, name: &str) -> String {
        let name: String = name.chars().take(MAX_NAME).collect();
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut candidates = std::iter::once(name.clone()).chain(numbered);
        candidates.find(|name| self.take(name)).unwrap_or(name)
    }

    fn take(&mut self, name: &str) -> bool {
        let rust = pascal(name);
        !RESERVED_TYPES.contains(&rust.as_str()) && self.taken.insert(rust)
    }
}

/// Returns whether a name can be that of a component and, in Pascal case, that of a type.
pub(super) fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.'))
}

/// Returns text as the name of a type, of ASCII letters and digits.
pub(crate) fn type_name(text: &str) -> String {
    let words: String = text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' }).collect();
    let name = pascal(&words);
    let name = name.trim_matches('_');
    match name.chars().next() {
        None => "Unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        Some(_) => name.to_owned(),
    }
}

/// Returns a schema's title as the name of a type.
pub(super) fn title(node: &Yaml) -> Option<String> {
    let title = node.get("title")?.as_str()?;
    let usable = title.len() <= MAX_TITLE && title.chars().any(|letter| letter.is_ascii_alphabetic());
    usable.then(|| type_name(title))
}

/// Returns the singular of an English plural in a name, if the name ends with one.
pub(crate) fn singular(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if lower.len() < 4 || ["ss", "us", "is", "news", "series"].iter().any(|end| lower.ends_with(end)) {
        return None;
    }
    if lower.ends_with("ies") {
        return Some(format!("{}y", &name[..name.len() - 3]));
    }
    if ["sses", "xes", "ches", "shes", "zzes"].iter().any(|end| lower.ends_with(end)) {
        return Some(name[..name.len() - 2].to_owned());
    }
    lower.ends_with('s').then(|| name[..name.len() - 1].to_owned())
}
