//! An `OpenAPI` document as an ordered YAML tree, with accessors for its nodes.

pub(crate) use yaml_serde::{Mapping as Map, Value as Yaml};

/// Accessors that return `None`, `false` or an empty list for a node of another kind.
pub(crate) trait YamlExt {
    /// Returns the text under `key`.
    fn text(&self, key: &str) -> Option<&str>;
    /// Returns whether `key` is `true`.
    fn flag(&self, key: &str) -> bool;
    /// Returns the node at the end of `path`.
    fn at(&self, path: &[&str]) -> Option<&Yaml>;
    /// Returns the pairs of the map under `key`, in the document's order.
    fn pairs(&self, key: &str) -> Vec<(&str, &Yaml)>;
    /// Returns the elements of the list under `key`.
    fn list(&self, key: &str) -> &[Yaml];
    /// Returns the pairs of this map.
    fn entries(&self) -> Vec<(&str, &Yaml)>;
    /// Sets `key` to `value` if this is a map.
    fn set(&mut self, key: &str, value: impl Into<Yaml>);
    /// Removes `key` and returns its value; the other keys keep their order.
    fn take(&mut self, key: &str) -> Option<Yaml>;
}

impl YamlExt for Yaml {
    fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(Yaml::as_bool) == Some(true)
    }

    fn at(&self, path: &[&str]) -> Option<&Yaml> {
        path.iter().try_fold(self, |tree, key| tree.get(key))
    }

    fn pairs(&self, key: &str) -> Vec<(&str, &Yaml)> {
        self.get(key).map(YamlExt::entries).unwrap_or_default()
    }

    fn list(&self, key: &str) -> &[Yaml] {
        self.get(key).and_then(Yaml::as_sequence).map(Vec::as_slice).unwrap_or_default()
    }

    fn entries(&self) -> Vec<(&str, &Yaml)> {
        let pairs = self.as_mapping().into_iter().flatten();
        pairs.filter_map(|(key, value)| Some((key.as_str()?, value))).collect()
    }

    fn set(&mut self, key: &str, value: impl Into<Yaml>) {
        if let Some(map) = self.as_mapping_mut() {
            map.insert(key.into(), value.into());
        }
    }

    fn take(&mut self, key: &str) -> Option<Yaml> {
        self.as_mapping_mut()?.shift_remove(key)
    }
}

/// Returns a map of the given pairs.
pub(crate) fn map<const N: usize>(pairs: [(&str, Yaml); N]) -> Yaml {
    Yaml::Mapping(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
}
