//! A specification as it was read: the tree, and where things stand in the file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use yaml_serde::value::TaggedValue;

use crate::yaml::Yaml;

/// One `specs/<api>/openapi.yaml`.
pub(crate) struct Document {
    /// Its path from the workspace's root, for messages.
    pub(crate) name: String,
    pub(crate) tree: Yaml,
    text: String,
}

impl Document {
    /// Reads `name`, a path below `root`.
    pub(crate) fn load(root: &Path, name: &str) -> Result<Self> {
        let text = fs::read_to_string(root.join(name)).with_context(|| format!("reading {name}"))?;
        Self::parse(name, text)
    }

    /// Parses YAML or JSON.
    pub(crate) fn parse(name: &str, text: String) -> Result<Self> {
        let mut tree: Yaml = yaml_serde::from_str(&text).map_err(|error| match error.location() {
            Some(at) => anyhow!("{name}:{}:{}: {error}", at.line(), at.column()),
            None => anyhow!("{name}: {error}"),
        })?;
        tree.apply_merge().map_err(|error| anyhow!("{name}: {error}"))?;
        let tree = with_text_keys(tree).map_err(|reason| anyhow!("{name}: {reason}"))?;
        ensure!(tree.is_mapping(), "{name}: not an OpenAPI document: the file does not hold a map");
        Ok(Self { name: name.to_owned(), tree, text })
    }

    /// `file:line` of the place that `keys` lead to, or of the last of them that can be found.
    pub(crate) fn location(&self, keys: &[&str]) -> String {
        let mut line = 0;
        for key in keys {
            let starts = [format!("{key}:"), format!("\"{key}\":"), format!("'{key}':"), format!("- {key}:")];
            let rest = self.text.lines().enumerate().skip(line);
            let found = rest.map(|(at, text)| (at, text.trim_start()));
            let found = found.filter(|(_, text)| starts.iter().any(|start| text.starts_with(start)));
            let Some((at, _)) = found.take(1).next() else { break };
            line = at + 1;
        }
        if line == 0 { self.name.clone() } else { format!("{}:{line}", self.name) }
    }
}

/// Status codes are numbers in most YAML; everything here looks keys up as text.
fn with_text_keys(tree: Yaml) -> Result<Yaml, String> {
    Ok(match tree {
        Yaml::Mapping(pairs) => {
            let pairs = pairs.into_iter().map(|(key, value)| {
                let key = match key {
                    Yaml::String(key) => key,
                    Yaml::Number(key) => key.to_string(),
                    Yaml::Bool(key) => key.to_string(),
                    other => return Err(format!("a key that is not text: {other:?}")),
                };
                Ok((Yaml::String(key), with_text_keys(value)?))
            });
            Yaml::Mapping(pairs.collect::<Result<_, String>>()?)
        }
        Yaml::Sequence(list) => Yaml::Sequence(list.into_iter().map(with_text_keys).collect::<Result<_, _>>()?),
        Yaml::Tagged(tagged) => {
            let TaggedValue { tag, .. } = *tagged;
            return Err(format!("YAML tag {tag}"));
        }
        other => other,
    })
}
