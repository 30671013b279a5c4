//! Replacement of a measured section of a page, between its markers.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// Replaces the text between `<!-- bench:name -->` and `<!-- /bench:name -->`.
///
/// # Errors
///
/// If the file cannot be read or written, or has no such markers.
pub fn replace(path: &Path, name: &str, text: &str) -> Result<()> {
    let path_name = path.display();
    let page = fs::read_to_string(path).with_context(|| format!("reading {path_name}"))?;
    let page = replaced(&page, name, text).with_context(|| format!("{path_name} has no markers for `{name}`"))?;
    fs::write(path, page).with_context(|| format!("writing {path_name}"))
}

fn replaced(page: &str, name: &str, text: &str) -> Option<String> {
    let (open, close) = (format!("<!-- bench:{name} -->"), format!("<!-- /bench:{name} -->"));
    let (before, rest) = page.split_once(&open)?;
    let (_, after) = rest.split_once(&close)?;
    Some(format!("{before}{open}\n{}\n{close}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_the_section_changes() {
        let page = "a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb\n<!-- bench:y -->\n<!-- /bench:y -->\n";
        let new = replaced(page, "x", "new\n").expect("the page has markers");
        assert_eq!(new, page.replace("old", "new"));
        assert_eq!(replaced(&new, "x", "new").as_deref(), Some(new.as_str()));
        assert_eq!(replaced(page, "z", "new"), None);
    }
}
