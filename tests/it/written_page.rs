//! Pages of the book that a test writes, because they have measured results.

use std::path::Path;

/// Returns the head of a table.
pub(crate) fn table_head(columns: &[&str]) -> String {
    format!("| {} |\n{}|\n", columns.join(" | "), "|---".repeat(columns.len()))
}

/// Asserts that a page is up to date; with `KEYFOB_BLESS=1`, writes it first. `name` is its path below `docs/book/src`.
#[track_caller]
pub(crate) fn check(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/book/src").join(name);
    if std::env::var_os("KEYFOB_BLESS").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, page, "docs/book/src/{name} is out of date: run this test with KEYFOB_BLESS=1");
}
