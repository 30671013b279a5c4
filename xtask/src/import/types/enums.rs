//! Enumerations of strings and of integers.

use std::collections::{BTreeMap, BTreeSet};

use super::names::type_name;
use crate::codegen::naming::pascal;
use crate::yaml::{Yaml, YamlExt};

/// Words for characters that cannot be part of a name.
const SYMBOLS: [(char, &str); 16] = [
    ('+', "Plus"),
    ('-', "Minus"),
    ('<', "Less"),
    ('>', "Greater"),
    ('=', "Equal"),
    ('!', "Not"),
    ('*', "Star"),
    ('/', "Slash"),
    ('%', "Percent"),
    ('&', "And"),
    ('|', "Or"),
    ('#', "Hash"),
    ('@', "At"),
    ('$', "Dollar"),
    ('~', "Tilde"),
    ('^', "Caret"),
];

/// Returns a schema with `enum` in the form of the specification: values of one type, with names where the values do
/// not give them. Values of other types, or of several, lose the enumeration and keep the type.
pub(super) fn enumeration(node: &Yaml) -> Yaml {
    let mut schema = node.clone();
    let mut values: Vec<Yaml> = Vec::new();
    for value in node.list("enum") {
        if value.is_null() {
            schema.set("nullable", true);
        } else if !values.contains(value) {
            values.push(value.clone());
        }
    }
    let complete = values.len() == node.list("enum").iter().filter(|value| !value.is_null()).count();
    if node.text("type") == Some("string") {
        // YAML reads unquoted words such as `no` and `1` as other types.
        for value in &mut values {
            if let Some(text) = scalar(value) {
                *value = text.into();
            }
        }
    }
    let kind = if !values.is_empty() && values.iter().all(Yaml::is_string) {
        "string"
    } else if !values.is_empty() && values.iter().all(Yaml::is_i64) {
        "integer"
    } else {
        schema.take("enum");
        if schema.get("type").is_none() {
            let inferred = if values.iter().all(Yaml::is_bool) && !values.is_empty() {
                Some("boolean")
            } else if values.iter().all(Yaml::is_number) && !values.is_empty() {
                Some("number")
            } else {
                None
            };
            if let Some(kind) = inferred {
                schema.set("type", kind);
            }
        }
        return schema;
    };
    schema.set("type", kind);
    let given = node.list("x-enum-varnames");
    let given = complete && given.len() == values.len() && are_distinct(given.iter().filter_map(Yaml::as_str));
    let texts: Vec<String> = values.iter().filter_map(scalar).collect();
    let plain = kind == "string" && are_distinct(texts.iter().map(String::as_str));
    schema.set("enum", values);
    if !given {
        schema.take("x-enum-varnames");
        if !plain {
            schema.set("x-enum-varnames", names(&texts, kind == "integer"));
        }
    }
    if !complete || schema.list("x-enum-descriptions").len() != schema.list("enum").len() {
        schema.take("x-enum-descriptions");
    }
    schema
}

/// Returns whether each text has a name in Rust that no other has.
fn are_distinct<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    // A generated enumeration has a variant for unknown values: `Unknown`, or else `Other`.
    let mut seen = BTreeSet::new();
    let mut texts = texts;
    let all = texts.all(|text| {
        text.is_ascii()
            && text.chars().any(char::is_alphanumeric)
            && seen.insert(pascal(text).trim_end_matches('_').to_owned())
    });
    all && !(seen.contains("Unknown") && seen.contains("Other"))
}

fn names(values: &[String], integers: bool) -> Vec<Yaml> {
    let mut seen = BTreeSet::new();
    let names = values.iter().map(|value| {
        let spelled = if integers {
            let digits = value.trim_start_matches('-');
            if digits.len() < value.len() { format!("Minus{digits}") } else { format!("Value{digits}") }
        } else {
            spelled(value)
        };
        let numbered = (2..).map(|number| format!("{spelled}{number}"));
        let mut candidates = std::iter::once(spelled.clone()).chain(numbered);
        let name = candidates.find(|name| seen.insert(pascal(name).trim_end_matches('_').to_owned()));
        Yaml::from(name.unwrap_or(spelled))
    });
    names.collect()
}

/// Returns a value as a name: symbols at its start, or without letters beside them, become words.
fn spelled(value: &str) -> String {
    let has_letters = value.chars().any(|letter| letter.is_ascii_alphanumeric());
    let mut words = String::new();
    for (index, letter) in value.char_indices() {
        let symbol = SYMBOLS.iter().find(|(symbol, _)| *symbol == letter).map(|(_, word)| *word);
        match symbol {
            Some(word) if index == 0 || !has_letters => words += &format!(" {word} "),
            _ if letter.is_ascii_alphanumeric() => words.push(letter),
            _ => words.push(' '),
        }
    }
    let name = pascal(&words);
    let name = name.trim_matches('_');
    match name {
        "" if value.is_empty() => "Empty".to_owned(),
        "" => "Value".to_owned(),
        "Unknown" | "Other" | "Self" => format!("{name}Value"),
        name if name.starts_with(|first: char| first.is_ascii_digit()) => format!("Value{name}"),
        name => name.to_owned(),
    }
}

fn scalar(value: &Yaml) -> Option<String> {
    match value {
        Yaml::String(text) => Some(text.clone()),
        Yaml::Number(number) => Some(number.to_string()),
        Yaml::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Returns the names of properties and parameters whose inline enumerations, several of them, all have the same values.
pub(super) fn shared(document: &Yaml) -> BTreeSet<String> {
    let mut found = BTreeMap::new();
    collect(document, &mut found);
    let shared = found.into_iter().filter(|(_, (lists, count))| lists.len() == 1 && *count > 1);
    shared.map(|(name, _)| name).collect()
}

type Found = BTreeMap<String, (BTreeSet<String>, usize)>;

fn collect(node: &Yaml, found: &mut Found) {
    for (name, property) in node.pairs("properties") {
        note(name, property, found);
    }
    if let (Some(name), Some(_), Some(schema)) = (node.text("name"), node.text("in"), node.get("schema")) {
        note(name, schema, found);
    }
    for (key, child) in node.entries() {
        if !matches!(key, "example" | "examples" | "default" | "enum") {
            collect(child, found);
        }
    }
    node.as_sequence().into_iter().flatten().for_each(|child| collect(child, found));
}

fn note(name: &str, schema: &Yaml, found: &mut Found) {
    let values = schema.get("enum").or_else(|| schema.get("items")?.get("enum"));
    if let Some(values) = values {
        let (lists, count) = found.entry(type_name(name)).or_default();
        lists.insert(format!("{values:?}"));
        *count += 1;
    }
}
