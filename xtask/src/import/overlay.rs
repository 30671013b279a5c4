//! Overlays: changes to the vendor's document that are repeated for each version of it (OpenAPI Overlay 1.0).

use anyhow::{Context, Result, anyhow, bail};
use serde_json_path::JsonPath;

use super::report::{Effect, Report};
use crate::yaml::{Yaml, YamlExt};

/// Explanation at the start of a new overlay.
const HEAD: &str = "\
# Changes to the vendor's document, applied in order before each import (OpenAPI Overlay 1.0).
#
#   - target: $.paths['/users/{id}'].get        a JSONPath, which may match several nodes
#     update: { operationId: user }             merged into each; lists are extended
#   - target: $.components.schemas.Old
#     remove: true
#
# An action that matches no node is listed in import.log.
";

/// Applies an overlay to a document.
///
/// # Errors
///
/// If the overlay is not of version 1, or a target is not a `JSONPath`.
pub(super) fn apply(document: &mut Yaml, overlay: &Yaml, report: &mut Report) -> Result<()> {
    let version = overlay.text("overlay").unwrap_or("missing");
    if !version.starts_with("1.") {
        bail!("the overlay's version is {version}: write `overlay: 1.0.0`");
    }
    for action in overlay.list("actions") {
        let target = action.text("target").context("an action of the overlay has no target: add a JSONPath")?;
        let path = JsonPath::parse(target)
            .map_err(|error| anyhow!("the overlay's target {target} is not a JSONPath: {error}"))?;
        let view: serde_json::Value = serde_json::to_value(&*document).context("reading the document as JSON")?;
        let found = path.query_located(&view);
        let mut pointers: Vec<String> = found.iter().map(|node| node.location().to_json_pointer()).collect();
        if pointers.is_empty() {
            report.push(
                Effect::Removed,
                format!("overlay.yaml: {target}"),
                "the target matches no node of the document",
            );
        }
        // The last elements of a list are removed first, so that the others keep their position.
        pointers.sort_by_key(|pointer| std::cmp::Reverse(order(pointer)));
        for pointer in pointers {
            let keys: Vec<String> =
                pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
            if action.flag("remove") {
                remove(document, &keys);
            } else if let (Some(node), Some(update)) = (node_mut(document, &keys), action.get("update")) {
                merge(node, update);
            }
        }
    }
    Ok(())
}

/// Returns the text of a new overlay with the given actions.
pub(super) fn text(title: &str, actions: &[Yaml]) -> Result<String> {
    let info = crate::yaml::map([("title", format!("Changes to {title}").into()), ("version", "1.0.0".into())]);
    let overlay =
        crate::yaml::map([("overlay", "1.0.0".into()), ("info", info), ("actions", Yaml::Sequence(actions.to_vec()))]);
    Ok(format!("{HEAD}{}", yaml_serde::to_string(&overlay)?))
}

fn order(pointer: &str) -> Vec<(String, usize)> {
    pointer
        .split('/')
        .map(|key| {
            (if key.parse::<usize>().is_ok() { String::new() } else { key.to_owned() }, key.parse().unwrap_or(0))
        })
        .collect()
}

fn node_mut<'d>(document: &'d mut Yaml, keys: &[String]) -> Option<&'d mut Yaml> {
    keys.iter().try_fold(document, |node, key| match node {
        Yaml::Sequence(list) => key.parse::<usize>().ok().and_then(|index| list.get_mut(index)),
        _ => node.get_mut(key.as_str()),
    })
}

fn remove(document: &mut Yaml, keys: &[String]) {
    let Some((last, parents)) = keys.split_last() else { return };
    match node_mut(document, parents) {
        Some(Yaml::Sequence(list)) => {
            if let Some(index) = last.parse::<usize>().ok().filter(|index| *index < list.len()) {
                list.remove(index);
            }
        }
        Some(node) => {
            node.take(last);
        }
        None => {}
    }
}

fn merge(node: &mut Yaml, update: &Yaml) {
    match (node, update) {
        (Yaml::Mapping(pairs), Yaml::Mapping(changes)) => {
            for (key, value) in changes {
                match pairs.get_mut(key) {
                    Some(known) => merge(known, value),
                    None => {
                        pairs.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Yaml::Sequence(list), Yaml::Sequence(more)) => list.extend(more.iter().cloned()),
        (Yaml::Sequence(list), one) => list.push(one.clone()),
        (node, value) => *node = value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(document: &str, actions: &str, expected: &str) -> Report {
        let mut document: Yaml = yaml_serde::from_str(document).unwrap();
        let overlay: Yaml = yaml_serde::from_str(&format!("{{ overlay: 1.0.0, actions: {actions} }}")).unwrap();
        let mut report = Report::default();
        apply(&mut document, &overlay, &mut report).unwrap();
        assert_eq!(document, yaml_serde::from_str::<Yaml>(expected).unwrap());
        report
    }

    #[test]
    fn an_update_is_merged_into_every_match_and_extends_lists() {
        check(
            "{ paths: { /a: { get: { tags: [x] } }, /b: { get: {}, post: {} } } }",
            "[{ target: \"$.paths['/a'].get\", update: { operationId: a, tags: [y] } }, { target: '$.paths.*.get', update: { deprecated: true } }]",
            "{ paths: { /a: { get: { tags: [x, y], operationId: a, deprecated: true } }, /b: { get: { deprecated: true }, post: {} } } }",
        );
    }

    #[test]
    fn all_matches_in_a_list_are_removed() {
        check(
            "{ tags: [{ name: a, old: true }, { name: b }, { name: c, old: true }] }",
            "[{ target: '$.tags[?@.old]', remove: true }]",
            "{ tags: [{ name: b }] }",
        );
    }

    #[test]
    fn an_action_without_a_match_is_reported() {
        let report = check("{ paths: {} }", "[{ target: \"$.paths['/gone']\", remove: true }]", "{ paths: {} }");
        let removed: Vec<_> = report.of(Effect::Removed).collect();
        assert_eq!(removed, [("overlay.yaml: $.paths['/gone']", "the target matches no node of the document")]);
    }

    #[test]
    fn an_overlay_of_another_version_or_with_a_bad_target_is_rejected() {
        for overlay in [
            "{ overlay: 2.0.0 }",
            "{ actions: [] }",
            "{ overlay: 1.0.0, actions: [{ target: 'paths[' }] }",
            "{ overlay: 1.0.0, actions: [{}] }",
        ] {
            let overlay: Yaml = yaml_serde::from_str(overlay).unwrap();
            assert!(apply(&mut Yaml::Null, &overlay, &mut Report::default()).is_err());
        }
    }
}
