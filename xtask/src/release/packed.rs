//! Packages the crates, and builds each from its package.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::cargo::{cargo, packages};
use crate::rustdoc;
use crate::terminal::print;

/// Folder of the unpacked packages. They form a workspace, so that dependencies are compiled once.
const FOLDER: &str = "target/packed";

/// Packages the crates in this order and builds each: as its users do, and with the flags of docs.rs.
///
/// # Errors
///
/// If a crate cannot be packaged, or does not build without the files that its package lacks.
pub(super) fn check(root: &Path, names: &[String], allow_dirty: bool) -> Result<()> {
    print("== packages");
    let mut arguments = vec!["package", "--locked", "--no-verify"];
    arguments.extend(allow_dirty.then_some("--allow-dirty"));
    arguments.extend(names.iter().flat_map(|name| ["--package", name]));
    cargo(root, &arguments, &[])?;

    let folder = root.join(FOLDER);
    let folders = unpack(root, names)?;
    fs::write(folder.join("Cargo.toml"), manifest(&folders)).with_context(|| format!("writing {FOLDER}/Cargo.toml"))?;
    // The same versions of dependencies as in the repository. Cargo removes the packages that are not published.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).context("copying Cargo.lock")?;
    for name in names {
        print(&format!("== {name} from its package"));
        cargo(&folder, &["build", "--quiet", "--package", name], &[])?;
        rustdoc::document_for_docs_rs(&folder, name)?;
    }
    Ok(())
}

/// Unpacks the packages, and returns the folder and the name of each.
fn unpack<'a>(root: &Path, names: &'a [String]) -> Result<Vec<(String, &'a str)>> {
    let folder = root.join(FOLDER);
    let versions = packages(root, &["--no-deps"])?;
    let mut folders = Vec::new();
    for name in names {
        let package = versions.iter().find(|package| package["name"] == **name);
        let version = package.and_then(|package| package["version"].as_str()).unwrap_or_default();
        let unpacked = format!("{name}-{version}");
        let old = folder.join(&unpacked);
        if old.exists() {
            fs::remove_dir_all(&old).with_context(|| format!("removing {}", old.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("creating {FOLDER}"))?;
        let archive = root.join(format!("target/package/{unpacked}.crate"));
        let status = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&folder).status();
        ensure!(status.context("starting tar")?.success(), "unpacking {} failed", archive.display());
        folders.push((unpacked, name.as_str()));
    }
    Ok(folders)
}

/// Returns the manifest of a workspace in which the packages find each other instead of the registry's.
fn manifest(folders: &[(String, &str)]) -> String {
    let members: Vec<_> = folders.iter().map(|(folder, _)| format!("{folder:?}")).collect();
    let patches: String = folders.iter().map(|(folder, name)| format!("{name} = {{ path = {folder:?} }}\n")).collect();
    format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n{patches}", members.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_find_each_other_in_their_folders() {
        let manifest = manifest(&[("a-0.1.0".into(), "a"), ("b-0.1.0".into(), "b")]);
        assert!(manifest.contains("members = [\"a-0.1.0\", \"b-0.1.0\"]\n"), "{manifest}");
        assert!(manifest.ends_with("a = { path = \"a-0.1.0\" }\nb = { path = \"b-0.1.0\" }\n"), "{manifest}");
    }
}
