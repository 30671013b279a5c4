//! Rules about the packages that are published: metadata, licenses, files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    thread,
};

use serde::Deserialize;

use super::workspace::{cargo, packages, read};

/// Packages that are not published.
const INTERNAL: [&str; 3] = ["keyfob-examples", "keyfob-tests", "xtask"];

/// Files of every package outside `src`. Cargo adds the first three.
const FILES: [&str; 6] = ["Cargo.lock", "Cargo.toml", "Cargo.toml.orig", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: String,
    /// Registries to which the package may be published; `None` for all.
    publish: Option<Vec<String>>,
    description: Option<String>,
    documentation: Option<String>,
    homepage: Option<String>,
    license: Option<String>,
    readme: Option<String>,
    repository: Option<String>,
    rust_version: Option<String>,
    keywords: Vec<String>,
    categories: Vec<String>,
    features: BTreeMap<String, Vec<String>>,
    metadata: Option<serde_json::Value>,
    dependencies: Vec<Dependency>,
}

impl Package {
    fn directory(&self) -> &Path {
        Path::new(&self.manifest_path).parent().unwrap()
    }
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    req: String,
    /// `None` for a normal dependency, otherwise `dev` or `build`.
    kind: Option<String>,
}

/// Returns the packages of the workspace that are published.
fn published() -> Vec<Package> {
    packages::<Package>().into_iter().filter(|package| package.publish.is_none()).collect()
}

#[test]
fn all_packages_but_the_internal_ones_are_published() {
    let published: BTreeSet<_> = published().into_iter().map(|package| package.name).collect();
    let expected = super::dependencies().into_keys().filter(|name| !INTERNAL.contains(&name.as_str())).collect();
    assert_eq!(published, expected);
}

#[test]
fn published_packages_describe_themselves() {
    let repository = published()[0].repository.clone();
    for package in published() {
        let name = &package.name;
        assert!(package.description.is_some_and(|text| text.len() > 20), "{name} has no description");
        assert_eq!(package.license.as_deref(), Some("MIT OR Apache-2.0"), "{name}");
        assert_eq!(package.readme.as_deref(), Some("README.md"), "{name}");
        assert_eq!(package.documentation, Some(format!("https://docs.rs/{name}")), "{name}");
        assert_eq!(package.homepage.as_deref(), Some("https://docs.rs/keyfob"), "{name}");
        assert_eq!(package.repository, repository, "{name} must inherit `repository` from the workspace");
        assert!(package.rust_version.is_some(), "{name} has no `rust-version`");
        // The registry accepts at most five of each, and keywords of at most 20 characters.
        assert!((1..=5).contains(&package.categories.len()), "{name}: {:?}", package.categories);
        assert!((1..=5).contains(&package.keywords.len()), "{name}: {:?}", package.keywords);
        assert!(package.keywords.iter().all(|keyword| keyword.len() <= 20), "{name}: {:?}", package.keywords);
        let settings = package.metadata.unwrap_or_default();
        assert_eq!(settings["docs"]["rs"]["all-features"], true, "docs.rs builds {name} without its features");
    }
}

#[test]
fn the_documentation_marks_the_items_of_a_feature() {
    let mut crates = Vec::new();
    for package in published().into_iter().filter(|package| !package.features.is_empty()) {
        let library = fs::read_to_string(package.directory().join("src/lib.rs")).unwrap();
        // The command line's features select commands and formats, not items of its library.
        let marked = library.contains("\n#![cfg_attr(docsrs, feature(doc_cfg))]\n") || package.name == "keyfob-cli";
        assert!(marked, "{} has features, so src/lib.rs must enable `doc_cfg` under `docsrs`", package.name);
        crates.push(package.name);
    }
    crates.sort();
    assert_eq!(crates, ["keyfob", "keyfob-auth", "keyfob-cli", "keyfob-client", "keyfob-mirror"]);
}

#[test]
fn packages_of_the_family_require_the_exact_version_of_each_other() {
    let published = published();
    let names: BTreeSet<_> = published.iter().map(|package| package.name.as_str()).collect();
    let mut checked = 0;
    for package in &published {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
        for dependency in normal.filter(|dependency| names.contains(dependency.name.as_str())) {
            assert_eq!(dependency.req, format!("={}", package.version), "{} on {}", package.name, dependency.name);
            checked += 1;
        }
    }
    assert!(checked > 15, "only {checked} dependencies within the family were found");
}

#[test]
fn packages_contain_their_sources_and_licenses_and_no_tests() {
    let packages = published();
    let lists = thread::scope(|scope| {
        let list = |name| cargo(&["package", "--list", "--allow-dirty", "--offline", "--locked", "--package", name]);
        let running: Vec<_> = packages.iter().map(|package| scope.spawn(move || list(&package.name))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    for (package, list) in packages.iter().zip(lists) {
        let name = &package.name;
        // On Windows, cargo prints backslashes. In a git checkout, it adds a file with the commit.
        let files = list.lines().filter(|line| *line != ".cargo_vcs_info.json").map(|line| line.replace('\\', "/"));
        let files: BTreeSet<_> = files.collect();
        let (sources, others): (Vec<_>, Vec<_>) = files.iter().partition(|path| path.starts_with("src/"));
        let mut expected = FILES.to_vec();
        if name == "keyfob-cli" {
            expected.push("build.rs");
        }
        assert_eq!(others, expected, "{name}");
        assert!(sources.iter().any(|path| *path == "src/lib.rs"), "{name} has no src/lib.rs");
        let is_rust = |path: &str| Path::new(path).extension().is_some_and(|extension| extension == "rs");
        let page = |path: &&&String| ***path == "src/server/home/page.html" && name == "keyfob-simulator";
        let unexpected: Vec<_> = sources.iter().filter(|path| !is_rust(path) && !page(path)).collect();
        assert!(unexpected.is_empty(), "{name} contains {unexpected:?}");
    }
}

#[test]
fn the_licenses_of_a_package_are_those_of_the_workspace() {
    for package in published() {
        for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let text = fs::read_to_string(package.directory().join(license)).unwrap();
            assert_eq!(text, read(license), "{}: {license} must be a link to the file of the workspace", package.name);
        }
    }
}
