//! Registration of a new API in the manifests of the workspace. Comments and the order of the other entries stay.

use anyhow::{Context, Result, ensure};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Value};

use crate::new_api::identity::Identity;

/// Adds the crate to the members and dependencies of the workspace.
pub(super) fn workspace(text: &str, identity: &Identity) -> Result<String> {
    let mut document = parse(text)?;
    let member = format!("crates/{}", identity.name);
    let members = array(&mut document["workspace"]["members"], "the members of the workspace")?;
    let umbrella = members.iter().position(|one| one.as_str() == Some("crates/keyfob")).unwrap_or(members.len());
    members.insert(umbrella, member.as_str());
    space(members);
    let dependencies = &mut document["workspace"]["dependencies"];
    let version =
        dependencies["keyfob"]["version"].as_str().context("the workspace has no version of keyfob")?.to_owned();
    let mut dependency = InlineTable::new();
    dependency.insert("path", member.into());
    dependency.insert("version", version.into());
    insert(dependencies, &format!("keyfob-{}", identity.name), dependency.into())?;
    Ok(document.to_string())
}

/// Adds the feature and the dependency to the umbrella crate.
pub(super) fn umbrella(text: &str, identity: &Identity, files: bool) -> Result<String> {
    let mut document = parse(text)?;
    let package = format!("keyfob-{}", identity.name);
    let mut feature = Array::new();
    feature.extend(files.then_some("files"));
    feature.push(format!("dep:{package}"));
    insert(&mut document["features"], &identity.name, feature.into())?;
    let mut dependency = InlineTable::new();
    dependency.insert("workspace", true.into());
    dependency.insert("optional", true.into());
    insert(&mut document["dependencies"], &package, dependency.into())?;
    Ok(document.to_string())
}

/// Adds the feature to the command line, where it is on by default.
pub(super) fn command_line(text: &str, identity: &Identity) -> Result<String> {
    let mut document = parse(text)?;
    let features = &mut document["features"];
    let defaults = array(&mut features["default"], "the default features of the command line")?;
    let place = defaults.iter().position(|one| one.as_str().is_some_and(|one| one > identity.name.as_str()));
    defaults.insert(place.unwrap_or(defaults.len()), identity.name.as_str());
    space(defaults);
    let mut feature = Array::new();
    feature.push(format!("keyfob/{}", identity.name));
    insert(features, &identity.name, feature.into())?;
    Ok(document.to_string())
}

fn parse(text: &str) -> Result<DocumentMut> {
    text.parse().context("parsing a manifest")
}

fn array<'d>(item: &'d mut Item, subject: &str) -> Result<&'d mut Array> {
    item.as_array_mut().with_context(|| format!("{subject} are not a list"))
}

/// Gives the elements of a list on one line one space between them.
fn space(array: &mut Array) {
    if !array.to_string().contains('\n') {
        array.fmt();
    }
}

fn insert(table: &mut Item, key: &str, value: Value) -> Result<()> {
    let table = table.as_table_mut().with_context(|| format!("there is no table for {key}"))?;
    ensure!(!table.contains_key(key), "{key} is registered already");
    table.insert(key, Item::Value(value));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity::new("pets", "Pets").unwrap()
    }

    fn file(path: &str) -> String {
        std::fs::read_to_string(crate::root().join(path)).unwrap()
    }

    /// Returns the added lines, and asserts that no other line changed but those with a list on one line.
    #[track_caller]
    fn added(before: &str, after: &str, changed: usize) -> Vec<String> {
        let old: Vec<&str> = before.lines().collect();
        let new: Vec<String> = after.lines().filter(|line| !old.contains(line)).map(str::to_owned).collect();
        let lost = old.iter().filter(|line| !after.lines().any(|found| found == **line)).count();
        assert_eq!(lost, changed, "{new:#?}");
        new
    }

    #[test]
    fn a_crate_is_registered_in_the_workspace() {
        let before = file("Cargo.toml");
        let after = workspace(&before, &identity()).unwrap();
        let new = added(&before, &after, 1);
        assert!(new[0].contains("\"crates/pets\", \"crates/keyfob\""), "{new:?}");
        assert!(new[1].starts_with("keyfob-pets = { path = \"crates/pets\", version = \"="), "{new:?}");
        assert!(workspace(&after, &identity()).is_err(), "a second registration is an error");
    }

    #[test]
    fn a_feature_is_registered_in_the_umbrella_crate_and_in_the_command_line() {
        let before = file("crates/keyfob/Cargo.toml");
        let new = added(&before, &umbrella(&before, &identity(), true).unwrap(), 0);
        let expected =
            ["pets = [\"files\", \"dep:keyfob-pets\"]", "keyfob-pets = { workspace = true, optional = true }"];
        assert_eq!(new, expected);
        let before = file("crates/cli/Cargo.toml");
        let new = added(&before, &command_line(&before, &identity()).unwrap(), 1);
        assert!(new[0].contains("\"parquet\", \"pets\"]"), "{new:?}");
        assert_eq!(new[1], "pets = [\"keyfob/pets\"]");
    }
}
