//! A specification as read from its file: the tree, and the lines of its keys.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use yaml_serde::value::TaggedValue;

use crate::yaml::Yaml;

/// A specification: the contents of `specs/<api>/openapi.yaml`.
pub(crate) struct Document {
    /// Path from the workspace's root, for messages.
    pub(crate) name: String,
    pub(crate) tree: Yaml,
    text: String,
}

impl Document {
    /// Reads the file `name` below `root`.
    pub(crate) fn load(root: &Path, name: &str) -> Result<Self> {
        let text = fs::read_to_string(root.join(name)).with_context(|| format!("reading {name}"))?;
        Self::parse(name, text)
    }

    /// Parses YAML or JSON.
    pub(crate) fn parse(name: &str, text: String) -> Result<Self> {
        let mut tree: Yaml = yaml_serde::from_str(&text).map_err(|error| match error.location() {
            Some(location) => anyhow!("{name}:{}:{}: {error}", location.line(), location.column()),
            None => anyhow!("{name}: {error}"),
        })?;
        tree.apply_merge().map_err(|error| anyhow!("{name}: {error}"))?;
        let tree = with_text_keys(tree).map_err(|reason| anyhow!("{name}: {reason}"))?;
        ensure!(
            tree.is_mapping(),
            "{name}: not an OpenAPI document: the file does not hold a map of `openapi`, `info` and `paths`"
        );
        Ok(Self { name: name.to_owned(), tree, text })
    }

    /// Returns `file:line` of the node at the path `keys`, or of the last key that is found.
    pub(crate) fn location(&self, keys: &[&str]) -> String {
        let mut line = 0;
        for key in keys {
            let starts = [format!("{key}:"), format!("\"{key}\":"), format!("'{key}':"), format!("- {key}:")];
            let rest = self.text.lines().enumerate().skip(line);
            let found = rest.map(|(number, text)| (number, text.trim_start()));
            let found = found.filter(|(_, text)| starts.iter().any(|start| text.starts_with(start)));
            let Some((number, _)) = found.take(1).next() else { break };
            line = number + 1;
        }
        if line == 0 { self.name.clone() } else { format!("{}:{line}", self.name) }
    }
}

/// Turns all keys into text: YAML reads status codes as numbers.
fn with_text_keys(tree: Yaml) -> Result<Yaml, String> {
    Ok(match tree {
        Yaml::Mapping(pairs) => {
            let pairs = pairs.into_iter().map(|(key, value)| {
                let key = match key {
                    Yaml::String(key) => key,
                    Yaml::Number(key) => key.to_string(),
                    Yaml::Bool(key) => key.to_string(),
                    other => return Err(format!("the key {other:?} is not text: quote it")),
                };
                Ok((Yaml::String(key), with_text_keys(value)?))
            });
            Yaml::Mapping(pairs.collect::<Result<_, String>>()?)
        }
        Yaml::Sequence(list) => Yaml::Sequence(list.into_iter().map(with_text_keys).collect::<Result<_, _>>()?),
        Yaml::Tagged(tagged) => {
            let TaggedValue { tag, .. } = *tagged;
            return Err(format!("the YAML tag {tag} is not supported: remove it"));
        }
        other => other,
    })
}
