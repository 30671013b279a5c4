//! JSON pointers, by which references name a part of the document.

use crate::yaml::{Yaml, YamlExt};

/// Maximum number of references that follow each other; a longer chain is a cycle.
const MAX_CHAIN: usize = 32;

/// Returns the node at a local reference such as `#/components/schemas/Bird`.
pub(super) fn find<'t>(document: &'t Yaml, reference: &str) -> Option<&'t Yaml> {
    segments(reference)?.iter().try_fold(document, |node, key| match node {
        Yaml::Sequence(list) => key.parse::<usize>().ok().and_then(|index| list.get(index)),
        _ => node.get(key.as_str()),
    })
}

/// Returns the target of a reference, through further references; `None` if there is none, or a cycle.
pub(super) fn resolve<'t>(document: &'t Yaml, node: &'t Yaml) -> Option<&'t Yaml> {
    let mut node = node;
    for _ in 0..MAX_CHAIN {
        let Some(reference) = node.text("$ref") else { return Some(node) };
        node = find(document, reference)?;
    }
    None
}

/// Returns the unescaped keys of a local reference.
pub(super) fn segments(reference: &str) -> Option<Vec<String>> {
    let path = reference.strip_prefix('#')?;
    if path.is_empty() {
        return Some(Vec::new());
    }
    Some(path.strip_prefix('/')?.split('/').map(unescaped).collect())
}

/// Returns the reference to the node at `keys`; equal nodes have equal references.
pub(super) fn reference(keys: &[impl AsRef<str>]) -> String {
    let keys = keys.iter().map(|key| format!("/{}", escaped(key.as_ref())));
    format!("#{}", keys.collect::<String>())
}

/// Escapes a key of a pointer.
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescaped(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        let hex = (byte == b'%').then(|| rest.clone().take(2).collect::<Vec<_>>());
        let decoded = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok());
        if decoded.is_some() {
            rest.nth(1);
        }
        bytes.push(decoded.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_unescaped() {
        let keys = segments("#/paths/~1a~1%7Bid%7D/get/responses/200/x~0y").unwrap();
        assert_eq!(keys, ["paths", "/a/{id}", "get", "responses", "200", "x~y"]);
        assert_eq!(reference(&keys), "#/paths/~1a~1{id}/get/responses/200/x~0y");
        assert_eq!(segments("other.yaml#/a"), None);
        assert_eq!(segments("#/100%").unwrap(), ["100%"]);
    }

    #[test]
    fn a_chain_of_references_that_is_a_cycle_has_no_target() {
        let document: Yaml =
            yaml_serde::from_str("{ a: { $ref: '#/b' }, b: { $ref: '#/a' }, c: { $ref: '#/d/0' }, d: [7] }").unwrap();
        assert_eq!(resolve(&document, &document["a"]), None);
        assert_eq!(resolve(&document, &document["c"]).unwrap().as_i64(), Some(7));
    }
}
