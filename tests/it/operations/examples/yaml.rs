//! Writes examples as YAML that every parser reads alike: texts are quoted, so that none is taken for a date.

use std::{collections::BTreeMap, fmt::Write as _};

use yaml_serde::Value as Yaml;

use super::Example;

/// Width up to which a list or an object is written in one line, in characters.
const WIDTH: usize = 110;

/// Returns the lines of `components/examples`.
pub(super) fn block(examples: &BTreeMap<String, Example>) -> String {
    let mut text = String::new();
    for (name, example) in examples {
        let operation = &example.operation;
        writeln!(text, "    {name}:\n      summary: Response of the simulator to `{operation}`").unwrap();
        text.push_str("      value:");
        node(&mut text, &example.value, 8);
    }
    text
}

/// Writes a value after its key or dash: in the same line if it fits, else in lines with this indentation.
fn node(text: &mut String, value: &Yaml, indentation: usize) {
    let line = flow(value);
    let nested = matches!(value, Yaml::Mapping(_) | Yaml::Sequence(_));
    if !nested || indentation + line.chars().count() <= WIDTH {
        writeln!(text, " {line}").unwrap();
        return;
    }
    text.push('\n');
    for (key, value) in value.as_mapping().into_iter().flatten() {
        write!(text, "{:indentation$}{}:", "", key_text(key)).unwrap();
        node(text, value, indentation + 2);
    }
    for value in value.as_sequence().into_iter().flatten() {
        // The first key of an object stands beside the dash.
        let mut element = String::new();
        node(&mut element, value, indentation + 2);
        writeln!(text, "{:indentation$}- {}", "", element.trim()).unwrap();
    }
}

/// Returns a value in one line.
fn flow(value: &Yaml) -> String {
    match value {
        Yaml::Mapping(map) if map.is_empty() => "{}".to_owned(),
        Yaml::Mapping(map) => {
            let pairs: Vec<_> = map.iter().map(|(key, value)| format!("{}: {}", key_text(key), flow(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Yaml::Sequence(list) => format!("[{}]", list.iter().map(flow).collect::<Vec<_>>().join(", ")),
        // JSON is YAML; its quotes keep a text a text.
        other => serde_json::to_string(other).unwrap(),
    }
}

/// Returns a key, in quotes unless it is a word that is no literal.
fn key_text(key: &Yaml) -> String {
    let text = key.as_str().unwrap();
    let word = text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let plain = word && text.starts_with(|first: char| first.is_ascii_alphabetic());
    let literal = ["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_lowercase().as_str());
    if plain && !literal { text.to_owned() } else { serde_json::to_string(text).unwrap() }
}
