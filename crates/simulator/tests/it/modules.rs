//! Rules for the modules of the crate, checked on the source files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Top-level modules of vendors.
const VENDORS: [&str; 5] = ["bits", "digitaleo", "ditio", "dvinci", "itempath"];
/// Vendors' names in identifiers, paths and texts, in lower case. Bits is found by its qualified forms, because the word is
/// common.
const NAMES: [&str; 9] =
    ["ditio", "itempath", "dvinci", "d.vinci", "digitaleo", "bits::", "bits_", "/bits", "vendor::bits"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn visit(folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, files);
        } else {
            let name = path.strip_prefix(source()).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// The shared files by path: all but the vendors' modules, the module `vendor`, which lists the vendors, and `lib.rs`.
fn shared_files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    visit(&source(), &mut files);
    files.retain(|name, _| {
        let top = name.split(['/', '.']).next().unwrap();
        !VENDORS.contains(&top) && top != "vendor" && top != "lib"
    });
    files
}

#[test]
fn shared_modules_mention_no_vendor() {
    let files = shared_files();
    assert!(files.len() > 25, "the shared modules were not found: {:?}", files.keys());
    for (name, text) in &files {
        for (number, line) in text.lines().enumerate() {
            let line = line.to_lowercase();
            let mentioned = NAMES.iter().find(|vendor| line.contains(*vendor));
            assert_eq!(mentioned, None, "src/{name}:{}: {line}", number + 1);
        }
    }
}

/// The files of `files` that a file imports from, by the paths in it that start with `crate::` or `super::`.
fn imports(name: &str, text: &str, files: &BTreeMap<String, String>) -> Vec<String> {
    let module: Vec<&str> = name.trim_end_matches(".rs").split('/').collect();
    let code: String = text.lines().take_while(|line| *line != "#[cfg(test)]").collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    for (root, path) in [("crate::", Vec::new()), ("super::", module[..module.len() - 1].to_vec())] {
        for (start, _) in code.match_indices(root) {
            let rest: &str = &code[start + root.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':')).unwrap_or(rest.len());
            let group = rest[end..].strip_prefix('{').and_then(|group| group.split('}').next()).unwrap_or_default();
            for item in group.split(',') {
                let mut segments = path.clone();
                segments.extend(rest[..end].split("::").chain(item.trim().split("::")).filter(|part| !part.is_empty()));
                // The longest prefix that is a file is the module that defines the item.
                let file = (1..=segments.len()).rev().map(|count| format!("{}.rs", segments[..count].join("/")));
                found.extend(file.into_iter().find(|file| files.contains_key(file)).filter(|file| file != name));
            }
        }
    }
    found
}

#[test]
fn shared_modules_import_each_other_without_circles() {
    let mut files = BTreeMap::new();
    visit(&source(), &mut files);
    files.retain(|name, _| Path::new(name).extension().is_some_and(|extension| extension == "rs") && name != "lib.rs");
    let imports: BTreeMap<_, _> =
        files.iter().map(|(name, text)| (name.as_str(), imports(name, text, &files))).collect();
    assert!(imports["server/dispatch.rs"].contains(&"server/wire.rs".to_owned()), "{imports:?}");
    for start in shared_files().keys().chain(["vendor.rs".to_owned(), "vendor/registry.rs".to_owned()].iter()) {
        let mut reached = Vec::new();
        let mut next: Vec<&String> = imports.get(start.as_str()).into_iter().flatten().collect();
        while let Some(file) = next.pop() {
            assert_ne!(file, start, "import circle through src/{start}: {reached:?}");
            if !reached.contains(&file) {
                reached.push(file);
                next.extend(&imports[file.as_str()]);
            }
        }
    }
}
