//! Pages whose code blocks are checked; shared by the build script and the tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Directory of the book's pages, below the root of the workspace.
pub(crate) const BOOK: &str = "docs/book/src";

/// Returns the root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is a directory of the workspace")
}

/// Returns the pages of the book, the README, and those of the crates, by their path below the root.
pub(crate) fn pages() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    for directory in fs::read_dir(root().join("crates")).expect("the workspace has crates") {
        let page = directory.expect("crates/ can be read").path().join("README.md");
        found.extend(page.exists().then(|| below_root(&page)));
    }
    found.extend(files(BOOK).into_iter().filter(|path| has_extension(path, "md")));
    found.sort();
    found
}

/// Returns all files in a directory and its subdirectories, by their path below the root.
pub(crate) fn files(directory: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(directory) = open.pop() {
        let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
        for entry in entries {
            let path = entry.expect("the directory can be read").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(below_root(&path));
            }
        }
    }
    found.sort();
    found
}

/// Returns whether a path has this extension.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Returns a path below the root, with slashes.
fn below_root(path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root()).expect("the file is in the workspace").iter().collect();
    path.to_string_lossy().replace('\\', "/")
}

/// Returns the text of a page.
pub(crate) fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// Returns whether the Rust of a page is compiled as a program. The README of a crate is its documentation, whose code
/// is tested by rustdoc.
pub(crate) fn has_programs(page: &str) -> bool {
    !page.starts_with("crates/")
}
