//! Conditions of a release that only the publisher can fulfil.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::cargo::packages;

/// State of the repository on which the conditions depend.
struct State {
    version: String,
    /// URL of the repository in the packages' metadata.
    repository: String,
    security: String,
    changelog: String,
    /// Uncommitted changes, as git lists them.
    changes: String,
    /// Tags of the current commit, one a line.
    tags: String,
}

/// Returns the conditions that are not fulfilled, each with the action that fulfils it.
///
/// # Errors
///
/// If a file cannot be read, or git cannot be run.
pub(super) fn missing(root: &Path) -> Result<Vec<String>> {
    let packages = packages(root, &["--no-deps"])?;
    let umbrella = packages.iter().find(|package| package["name"] == "keyfob");
    let umbrella = umbrella.context("the workspace has no package `keyfob`")?;
    let read = |name: &str| fs::read_to_string(root.join(name)).with_context(|| format!("reading {name}"));
    let state = State {
        version: umbrella["version"].as_str().unwrap_or_default().to_owned(),
        repository: umbrella["repository"].as_str().unwrap_or_default().to_owned(),
        security: read("SECURITY.md")?,
        changelog: read("CHANGELOG.md")?,
        changes: git(root, &["status", "--porcelain"])?,
        tags: git(root, &["tag", "--points-at", "HEAD"])?,
    };
    Ok(unfulfilled(&state))
}

fn unfulfilled(state: &State) -> Vec<String> {
    let version = &state.version;
    let conditions = [
        (is_url(&state.repository), "set `repository` in Cargo.toml to the URL of the published repository".to_owned()),
        (
            has_contact(&state.security),
            "set the contact in SECURITY.md to an e-mail address or a URL for security reports".to_owned(),
        ),
        (
            is_dated(&state.changelog, version),
            format!("set the date of version {version} in CHANGELOG.md: `## [{version}] - YYYY-MM-DD`"),
        ),
        (state.changes.is_empty(), "commit or discard all changes".to_owned()),
        (state.tags.lines().any(|tag| tag == format!("v{version}")), format!("tag the commit: `git tag v{version}`")),
    ];
    conditions.into_iter().filter(|(fulfilled, _)| !fulfilled).map(|(_, action)| action).collect()
}

/// Runs git and returns its standard output.
///
/// # Errors
///
/// If git cannot be started or fails.
pub(super) fn git(root: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").current_dir(root).args(arguments).output().context("starting git")?;
    ensure!(
        output.status.success(),
        "`git {}` failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout).context("reading the output of git, which is not UTF-8")
}

fn is_url(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| rest.contains('.'))
}

/// Returns whether the page has a line `Contact:` with an e-mail address or a URL.
fn has_contact(page: &str) -> bool {
    let mut contacts = page.lines().filter_map(|line| line.strip_prefix("Contact:"));
    contacts.any(|contact| {
        let contact = contact.trim().trim_matches(['<', '>']);
        is_url(contact) || contact.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
    })
}

/// Returns whether the changelog has a section of this version with a date.
fn is_dated(changelog: &str, version: &str) -> bool {
    let heading = format!("## [{version}] - ");
    let mut dates = changelog.lines().filter_map(|line| line.strip_prefix(&heading));
    dates.any(|date| {
        let parts: Vec<_> = date.trim().split('-').map(|part| (part.len(), part.parse::<u32>().is_ok())).collect();
        parts == [(4, true), (2, true), (2, true)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> State {
        State {
            version: "0.1.0".into(),
            repository: "https://git.example.com/keyfob".into(),
            security: "Contact: security@example.com\n".into(),
            changelog: "## [0.1.0] - 2026-03-02\n".into(),
            changes: String::new(),
            tags: "other\nv0.1.0\n".into(),
        }
    }

    #[track_caller]
    fn check_refused(state: &State, action: &str) {
        let missing = unfulfilled(state);
        assert!(missing.len() == 1 && missing[0].contains(action), "{missing:?}");
    }

    #[test]
    fn a_commit_that_is_not_ready_is_refused_for_each_reason() {
        assert_eq!(unfulfilled(&ready()), [""; 0]);
        check_refused(&State { repository: String::new(), ..ready() }, "`repository` in Cargo.toml");
        check_refused(&State { security: "Contact: not set\n".into(), ..ready() }, "contact in SECURITY.md");
        check_refused(&State { changelog: "## [0.1.0] - unreleased\n".into(), ..ready() }, "`## [0.1.0] - YYYY-MM-DD`");
        check_refused(&State { changes: " M README.md\n".into(), ..ready() }, "commit or discard");
        check_refused(&State { tags: "v0.0.9\n".into(), ..ready() }, "`git tag v0.1.0`");
    }

    #[test]
    fn an_address_that_was_not_filled_in_is_missing() {
        for (url, fine) in [("https://git.example.com/keyfob", true), ("", false), ("https://", false), ("TODO", false)]
        {
            assert_eq!(is_url(url), fine, "{url}");
        }
        for (contact, fine) in [
            ("Contact: <security@example.com>", true),
            ("Contact: https://example.com/report", true),
            ("Contact: not set", false),
            ("Contact:", false),
            ("Write to security@example.com", false),
        ] {
            assert_eq!(has_contact(&format!("# Security\n\n{contact}\n")), fine, "{contact}");
        }
    }

    #[test]
    fn a_version_without_a_date_is_missing() {
        for (heading, fine) in [
            ("## [0.1.0] - 2026-03-02", true),
            ("## [0.1.0] - unreleased", false),
            ("## [0.1.0]", false),
            ("## [0.2.0] - 2026-03-02", false),
        ] {
            assert_eq!(is_dated(&format!("# Changelog\n\n{heading}\n"), "0.1.0"), fine, "{heading}");
        }
    }
}
