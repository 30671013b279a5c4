//! Rules about the pages of the repository: commands, addresses, changelog.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::workspace::{display, files, read, root};

/// Beginnings of the addresses that the pages of the repository may contain. The URL of the repository and the contact
/// for security reports belong to the publisher, and have one place each: `Cargo.toml` and `SECURITY.md`.
const ADDRESSES: [&str; 4] =
    ["https://docs.rs/", "https://doc.rust-lang.org/", "https://keepachangelog.com/", "https://semver.org/"];

/// Returns the pages that a visitor of the repository reads first, and the files of the hosting service.
fn pages() -> Vec<PathBuf> {
    let names =
        ["CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", ".ci/run", ".editorconfig", "deny.toml"];
    let mut pages: Vec<_> = names.iter().map(|name| root().join(name)).collect();
    pages.extend(files(".github", "md"));
    pages.extend(files(".github", "yml"));
    assert!(pages.len() >= names.len() + 5, "templates or workflows are missing in .github: {pages:?}");
    pages
}

/// Returns the words that follow each occurrence of a text.
fn words_after<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    text.split(start).skip(1).map(move |rest| rest.split(is_end).next().unwrap_or_default())
}

/// Returns the commands of `cargo xtask`.
fn commands() -> BTreeSet<String> {
    let file = syn::parse_file(&read("xtask/src/main.rs")).unwrap();
    let variants = file.items.iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == "Command" => Some(&item.variants),
        _ => None,
    });
    variants
        .expect("xtask has an enum `Command`")
        .iter()
        .map(|variant| kebab_case(&variant.ident.to_string()))
        .collect()
}

/// Returns the name that the command line derives from a variant.
fn kebab_case(name: &str) -> String {
    let mut result = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !result.is_empty() {
            result.push('-');
        }
        result.push(letter.to_ascii_lowercase());
    }
    result
}

#[test]
fn the_commands_on_the_pages_of_the_repository_exist() {
    let commands = commands();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for command in words_after(&text, "cargo xtask ") {
            assert!(commands.contains(command), "{} names `cargo xtask {command}`", display(&page));
        }
    }
}

#[test]
fn the_guide_for_contributors_names_every_command() {
    let text = read("CONTRIBUTING.md");
    let named: BTreeSet<_> = words_after(&text, "cargo xtask ").map(str::to_owned).collect();
    assert_eq!(named, commands());
}

#[test]
fn the_guides_and_ci_run_the_same_tests() {
    for guide in ["README.md", "CONTRIBUTING.md"] {
        assert!(read(guide).contains("\ncargo test --workspace"), "{guide}");
    }
    let ci = read(".ci/run");
    assert!(ci.contains("\ncargo test --locked --workspace\n") && ci.contains("\ncargo xtask ci\n"));
    let workflows: String =
        files(".github/workflows", "yml").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    assert!(workflows.contains("run: .ci/run\n"), "no workflow runs .ci/run");
}

#[test]
fn the_container_has_the_binary_of_dist_only_and_no_privileges() {
    let file = read("Containerfile");
    let lines: Vec<_> = file.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines[..3], ["FROM scratch", "COPY target/dist/keyfob /keyfob", "USER 65532:65532"], "{file}");
    assert!(read("xtask/src/dist.rs").contains("\"target/dist\""), "dist writes another folder");
    // Everything else would be sent to the builder, with gigabytes in `target`.
    let context: Vec<_> =
        read(".dockerignore").lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    assert_eq!(context, ["*", "!target/dist/keyfob"]);
}

#[test]
fn pages_of_the_repository_contain_no_address_of_a_publisher() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (position, _) in text.match_indices("https://").chain(text.match_indices("http://")) {
            let address = &text[position..];
            let known = ADDRESSES.iter().any(|known| address.starts_with(known));
            let local = address.starts_with("http://127.0.0.1") || address.starts_with("http://localhost");
            let line = text[..position].lines().count();
            assert!(known || local, "{}:{line} contains an address", display(&page));
        }
    }
}

#[test]
fn the_changelog_describes_the_version_of_the_workspace() {
    let manifest = read("Cargo.toml");
    let version = manifest.split("\nversion = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let changelog = read("CHANGELOG.md");
    let headings: Vec<_> = changelog.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert!(headings.iter().any(|heading| heading.starts_with(&format!("[{version}]"))), "{version}: {headings:?}");
    assert!(headings.last().is_some_and(|first| first.starts_with("[0.1.0]")), "{headings:?}");
}
