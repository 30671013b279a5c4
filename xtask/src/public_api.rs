//! Lists the public API of each published crate, and compares it with the list in the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::cargo::published;
use crate::rustdoc;

/// Folder of the lists, one file per crate.
const FOLDER: &str = "public-api";

/// Crates whose generated modules are not listed. `generated.rs` shows their changes, and its lists would be two megabytes.
/// The generated modules of the other API crates are listed, so that a change of the macros behind them is noticed.
const WITHOUT_GENERATED: [&str; 5] =
    ["keyfob-digitaleo", "keyfob-ditio-core", "keyfob-ditio-reporting", "keyfob-dvinci", "keyfob-itempath"];

/// Maximum number of changed lines of a crate in the error of `--check`.
const SHOWN: usize = 40;

/// Arguments of `cargo xtask public-api`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing, and fail if the public API of a crate differs from its list
    #[arg(long)]
    check: bool,
}

impl Arguments {
    /// Returns the arguments of `cargo xtask public-api --check`.
    pub(crate) fn check() -> Self {
        Self { check: true }
    }
}

/// Writes `public-api/<crate>.txt`, or with `--check` compares it with the code.
///
/// # Errors
///
/// If rustdoc fails, its format is not known, a file cannot be written, or `--check` finds a difference.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let lists = lists(root)?;
    let mut differences = Vec::new();
    for (name, new) in &lists {
        let path = root.join(FOLDER).join(format!("{name}.txt"));
        let old = fs::read_to_string(&path).unwrap_or_default();
        if !arguments.check {
            fs::create_dir_all(root.join(FOLDER)).with_context(|| format!("creating {FOLDER}"))?;
            fs::write(&path, new).with_context(|| format!("writing {}", path.display()))?;
        } else if let Some(difference) = difference(&old, new) {
            differences.push(format!("{name}:\n{difference}"));
        }
    }
    ensure!(
        differences.is_empty(),
        "the public API changed; if that is intended, run `cargo xtask public-api`, and describe the change in \
         CHANGELOG.md\n{}",
        differences.join("\n")
    );
    Ok(())
}

/// Returns the public API of each crate by its name, one item a line.
fn lists(root: &Path) -> Result<BTreeMap<String, String>> {
    let names = published(root)?;
    rustdoc::document_workspace(root)?;
    let mut lists = BTreeMap::new();
    for name in names {
        let path = root.join(format!("target/doc/{}.json", name.replace('-', "_")));
        let api = public_api::Builder::from_rustdoc_json(&path)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .build()
            .with_context(|| {
                format!("reading {}: update the dependency `public-api` to support this rustdoc", path.display())
            })?;
        let list = list(api.items().map(ToString::to_string), &name);
        ensure!(!list.is_empty(), "{name} has no public item");
        lists.insert(name, list);
    }
    Ok(lists)
}

/// Returns the lines of a crate's list, without repetitions: a type has many inherent `impl` blocks.
fn list(items: impl Iterator<Item = String>, name: &str) -> String {
    let mut seen = BTreeSet::new();
    let wanted = |item: &String| !WITHOUT_GENERATED.contains(&name) || !is_generated(item, &name.replace('-', "_"));
    let lines = items.filter(wanted).filter(|item| seen.insert(item.clone()));
    lines.map(|item| item + "\n").collect()
}

/// Returns whether an item belongs to the module `operation` or `types` of its crate.
fn is_generated(item: &str, library: &str) -> bool {
    // The type of an implementation of a trait is behind `for`.
    let subject = if item.starts_with("impl") { item.rsplit(" for ").next().unwrap_or(item) } else { item };
    let path = subject.split_once(&format!("{library}::")).map_or("", |(_, path)| path);
    path.starts_with("operation::") || path.starts_with("types::")
}

/// Describes the lines that were removed and added; `None` if there are none.
fn difference(old: &str, new: &str) -> Option<String> {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (old.lines().collect(), new.lines().collect());
    let removed = before.difference(&after).map(|line| format!("  - {line}"));
    let added = after.difference(&before).map(|line| format!("  + {line}"));
    let mut lines: Vec<_> = removed.chain(added).collect();
    if lines.is_empty() {
        return None;
    }
    if lines.len() > SHOWN {
        let rest = lines.len() - SHOWN;
        lines.truncate(SHOWN);
        lines.push(format!("  and {rest} more"));
    }
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_and_added_items_are_reported() {
        assert_eq!(difference("a\nb\nc\n", "a\nc\nd\n").as_deref(), Some("  - b\n  + d"));
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    }

    #[test]
    fn generated_items_of_large_crates_are_left_out() {
        for (item, generated) in [
            ("pub fn keyfob_bits::operation::Items::send(self)", true),
            ("pub keyfob_bits::types::Item::id: i64", true),
            ("impl core::clone::Clone for keyfob_bits::types::Item", true),
            ("pub mod keyfob_bits::types", false),
            ("pub fn keyfob_bits::Client::items(&self) -> keyfob_bits::operation::Items", false),
            ("impl core::convert::From<keyfob_bits::types::Item> for keyfob_bits::Filter", false),
        ] {
            assert_eq!(is_generated(item, "keyfob_bits"), generated, "{item}");
        }
        let items = ["pub mod keyfob_dvinci", "impl keyfob_dvinci::Client", "impl keyfob_dvinci::Client"];
        assert_eq!(list(items.map(str::to_owned).into_iter(), "keyfob-dvinci").lines().count(), 2);
    }

    #[test]
    fn a_long_difference_is_shortened() {
        let new: String = (0..SHOWN + 2).map(|number| format!("{number}\n")).collect();
        assert!(difference("", &new).unwrap().ends_with("  and 2 more"));
    }
}
