//! Registration of a new API in source files and pages that list the APIs.

use anyhow::{Context, Result};

use crate::new_api::identity::Identity;

/// Adds the re-export to `crates/keyfob/src/lib.rs`, and the feature to the condition of its links.
pub(super) fn umbrella(text: &str, identity: &Identity) -> Result<String> {
    let condition = format!("        feature = \"{}\"", identity.name);
    let text = insert_sorted(text, "        feature = \"", &condition, Some(','))?;
    let (name, module) = (&identity.name, identity.module());
    let export = format!("#[cfg(feature = \"{name}\")]\npub use keyfob_{module} as {module};\n");
    Ok(format!("{}\n{export}", text.trim_end()))
}

/// Adds the API to the registry of the command line.
pub(super) fn registry(text: &str, identity: &Identity) -> Result<String> {
    let (name, module, title) = (&identity.name, identity.module(), &identity.title);
    let entry = format!(
        "    #[cfg(feature = \"{name}\")]\n    Api::of::<keyfob::{module}::Client>({title:?}, keyfob::{module}::OPERATIONS),\n"
    );
    let start = text.find("static APIS").context("the registry has no `static APIS`")?;
    let end = start + text[start..].find("];").context("the list of APIs has no end")?;
    Ok(format!("{}{entry}{}", &text[..end], &text[end..]))
}

/// Adds a row to the table of APIs in the README, with the number of operations by confidence.
pub(super) fn readme(text: &str, identity: &Identity, counts: [usize; 3], credentials: &str) -> Result<String> {
    let (name, title) = (&identity.name, &identity.title);
    let numbers =
        [counts.iter().sum(), counts[0], counts[1], counts[2]].map(|count: usize| count.to_string()).join(" | ");
    let entry = format!("| [`{name}`](crates/{name}) | {title} | {numbers} | {credentials} |\n");
    let last = text.rfind("\n| [`").context("README.md has no table of APIs")? + 1;
    let end = last + text[last..].find('\n').context("README.md ends within a row")? + 1;
    Ok(format!("{}{entry}{}", &text[..end], &text[end..]))
}

/// Adds the page about authentication to the book's summary.
pub(super) fn summary(text: &str, identity: &Identity) -> Result<String> {
    let entry = format!("- [{}](auth/{}.md)\n", identity.title, identity.name);
    let last = text.rfind("](auth/").context("the summary has no page about authentication")?;
    let end = last + text[last..].find('\n').context("the summary ends within an entry")? + 1;
    Ok(format!("{}{entry}{}", &text[..end], &text[end..]))
}

/// Adds a line to the changes that are not released.
pub(super) fn changelog(text: &str, identity: &Identity) -> Result<String> {
    let entry = format!("- An API, {}: the feature `{}`.\n", identity.title, identity.name);
    let heading = text.find("\n## ").context("the changelog has no version")? + 1;
    let end = heading + text[heading..].find('\n').context("the changelog ends within a heading")? + 1;
    let (head, rest) = text.split_at(end);
    // Entries about new items are under `### Added`, which is the first section if there is one.
    let rest = rest.trim_start_matches('\n');
    Ok(match rest.strip_prefix("### Added\n") {
        Some(rest) => format!("{head}\n### Added\n\n{entry}{}", rest.trim_start_matches('\n')),
        None => format!("{head}\n### Added\n\n{entry}\n{rest}"),
    })
}

/// Inserts a line into the first block of lines that begin with `prefix`, which is sorted. With a separator, all lines
/// but the last end with it.
fn insert_sorted(text: &str, prefix: &str, line: &str, separator: Option<char>) -> Result<String> {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.starts_with(prefix)).context("there is no list to insert into")?;
    let count = lines[start..].iter().take_while(|line| line.starts_with(prefix)).count();
    let mut block: Vec<String> =
        lines[start..start + count].iter().map(|line| line.trim_end_matches(',').to_owned()).collect();
    block.push(line.to_owned());
    block.sort();
    let last = block.len() - 1;
    for line in block.iter_mut().take(last) {
        line.extend(separator);
    }
    let all = lines[..start].iter().map(|line| (*line).to_owned()).chain(block);
    let all = all.chain(lines[start + count..].iter().map(|line| (*line).to_owned()));
    Ok(all.map(|line| line + "\n").collect())
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

    #[test]
    fn the_umbrella_crate_exports_the_client() {
        let text = umbrella(&file("crates/keyfob/src/lib.rs"), &identity()).unwrap();
        assert!(text.contains("        feature = \"itempath\",\n        feature = \"pets\"\n    )),"), "{text}");
        assert!(text.ends_with("#[cfg(feature = \"pets\")]\npub use keyfob_pets as pets;\n"), "{text}");
        syn::parse_file(&text).unwrap();
    }

    #[test]
    fn the_command_line_lists_the_api() {
        let text = registry(&file("crates/cli/src/registry.rs"), &identity()).unwrap();
        let entry = "Api::of::<keyfob::pets::Client>(\"Pets\", keyfob::pets::OPERATIONS),\n];";
        assert!(text.contains(entry), "{text}");
        syn::parse_file(&text).unwrap();
    }

    #[test]
    fn the_readme_has_a_row_with_the_number_of_operations() {
        let text = readme(&file("README.md"), &identity(), [5, 1, 0], "API key").unwrap();
        assert!(text.contains("|\n| [`pets`](crates/pets) | Pets | 6 | 5 | 1 | 0 | API key |\n\n"), "{text}");
    }

    #[test]
    fn the_book_and_the_changelog_mention_the_api() {
        let text = summary(&file("docs/book/src/SUMMARY.md"), &identity()).unwrap();
        assert!(text.contains("- [Digitaleo](auth/digitaleo.md)\n- [Pets](auth/pets.md)\n\n# Guides"), "{text}");
        let text = changelog("# Changelog\n\n## [Unreleased]\n\n## [0.1.0]\n\n### Added\n", &identity()).unwrap();
        let expected = "## [Unreleased]\n\n### Added\n\n- An API, Pets: the feature `pets`.\n\n## [0.1.0]";
        assert!(text.contains(expected), "{text}");
    }
}
