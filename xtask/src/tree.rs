//! An `OpenAPI` document as an ordered tree, and the few ways in which the passes look at it.

pub(crate) use yaml_serde::{Mapping as Map, Value as Tree};

/// Looks that answer "nothing" where the document has something of another shape.
pub(crate) trait TreeExt {
    /// The text under `key`.
    fn text(&self, key: &str) -> Option<&str>;
    /// Whether `key` is literally `true`.
    fn flag(&self, key: &str) -> bool;
    /// What stands at the end of `path`.
    fn at(&self, path: &[&str]) -> Option<&Tree>;
    /// The pairs of the map under `key`, in the document's order.
    fn pairs(&self, key: &str) -> Vec<(&str, &Tree)>;
    /// The elements of the list under `key`.
    fn list(&self, key: &str) -> &[Tree];
    /// The pairs of this map itself.
    fn entries(&self) -> Vec<(&str, &Tree)>;
    /// Puts `value` under `key` if this is a map.
    fn set(&mut self, key: &str, value: impl Into<Tree>);
    /// Takes `key` out, keeping the order of the rest.
    fn take(&mut self, key: &str) -> Option<Tree>;
}

impl TreeExt for Tree {
    fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(Tree::as_bool) == Some(true)
    }

    fn at(&self, path: &[&str]) -> Option<&Tree> {
        path.iter().try_fold(self, |tree, key| tree.get(key))
    }

    fn pairs(&self, key: &str) -> Vec<(&str, &Tree)> {
        self.get(key).map(TreeExt::entries).unwrap_or_default()
    }

    fn list(&self, key: &str) -> &[Tree] {
        self.get(key).and_then(Tree::as_sequence).map(Vec::as_slice).unwrap_or_default()
    }

    fn entries(&self) -> Vec<(&str, &Tree)> {
        let pairs = self.as_mapping().into_iter().flatten();
        pairs.filter_map(|(key, value)| Some((key.as_str()?, value))).collect()
    }

    fn set(&mut self, key: &str, value: impl Into<Tree>) {
        if let Some(map) = self.as_mapping_mut() {
            map.insert(key.into(), value.into());
        }
    }

    fn take(&mut self, key: &str) -> Option<Tree> {
        self.as_mapping_mut()?.shift_remove(key)
    }
}

/// A map of the given pairs.
pub(crate) fn map<const N: usize>(pairs: [(&str, Tree); N]) -> Tree {
    Tree::Mapping(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
}
