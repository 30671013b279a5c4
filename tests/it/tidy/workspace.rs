//! The files of the workspace, and its packages as `cargo metadata` reports them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::{Deserialize, de::DeserializeOwned};

/// Returns the root directory of the workspace.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is a directory of the workspace")
}

/// Returns the names of the APIs: the folders of `specs` that have a specification.
pub(super) fn apis() -> BTreeSet<String> {
    let folders = fs::read_dir(root().join("specs")).unwrap().map(|entry| entry.unwrap());
    let folders = folders.filter(|folder| folder.path().join("openapi.yaml").exists());
    folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect()
}

/// Returns the text of a file, by its path below the root.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns all files with this extension below a directory, except build outputs and hidden directories.
pub(super) fn files(directory: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join(directory), extension, &mut found);
    found.sort();
    found
}

fn collect(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !name.starts_with("target") {
                collect(&path, extension, found);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

/// Returns every Rust file of the workspace, generated files included.
pub(super) fn sources() -> Vec<PathBuf> {
    let found: Vec<_> = ["crates", "tests", "xtask", "examples"].iter().flat_map(|path| files(path, "rs")).collect();
    assert!(found.len() > 300, "only {} Rust files were found", found.len());
    found
}

/// Returns the path relative to the root, for messages.
pub(super) fn display(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Runs cargo in the workspace and returns its standard output.
pub(super) fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[derive(Deserialize)]
struct Metadata<P> {
    packages: Vec<P>,
}

/// Returns the packages of the workspace, as `cargo metadata` describes them.
pub(super) fn packages<P: DeserializeOwned>() -> Vec<P> {
    let json = cargo(&["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"]);
    serde_json::from_str::<Metadata<P>>(&json).unwrap().packages
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `None` for a normal dependency, otherwise `dev` or `build`.
    kind: Option<String>,
}

/// Returns the packages of the workspace, each with the packages of the workspace on which it depends, without
/// dev-dependencies.
pub(super) fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let packages: Vec<Package> = packages();
    let members: BTreeSet<_> = packages.iter().map(|package| package.name.clone()).collect();
    let of = |package: &Package| {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
        normal.map(|dependency| dependency.name.clone()).filter(|name| members.contains(name)).collect()
    };
    packages.iter().map(|package| (package.name.clone(), of(package))).collect()
}
