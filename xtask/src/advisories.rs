//! Checks the dependencies for known vulnerabilities.

use std::path::Path;

use anyhow::{Result, bail, ensure};

use crate::cargo::attempt;
use crate::terminal::print;

/// Runs `cargo deny check advisories`.
///
/// # Errors
///
/// If cargo-deny is not installed, cannot download its database, or finds a vulnerability.
pub(crate) fn run(root: &Path) -> Result<()> {
    ensure!(
        attempt(root, &["deny", "--version"])?.success,
        "cargo-deny is not installed; run `cargo install --locked cargo-deny`"
    );
    let outcome = attempt(root, &["deny", "--locked", "check", "advisories"])?;
    print(outcome.text.trim_end());
    if outcome.success {
        return Ok(());
    }
    if cannot_download(&outcome.text) {
        bail!("the database of advisories cannot be downloaded, so nothing was checked; try again with network access");
    }
    bail!("a dependency has a known vulnerability; update it, or explain in deny.toml why it does not apply")
}

/// Returns whether cargo-deny failed before it compared anything.
fn cannot_download(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("failed to fetch advisory database") || text.contains("failed to load advisory database")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_database_is_not_a_vulnerability() {
        assert!(cannot_download("[ERROR] failed to fetch advisory database https://example.com/db"));
        assert!(!cannot_download("error[vulnerability]: a crate panics"));
    }
}
