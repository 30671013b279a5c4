//! Checks that the documentation of each client begins with its constructors.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Methods at the beginning of each page, in their order.
const FIRST: [&str; 5] = ["from_env", "from_vars", "new", "builder", "session"];

/// Checks the pages of all clients in `target/doc`.
///
/// # Errors
///
/// If another method precedes the constructors and `session`, or no client has a page.
pub(super) fn check(root: &Path) -> Result<()> {
    let folder = root.join("target/doc");
    let mut count = 0;
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let page = entry?.path().join("struct.Client.html");
        let Ok(html) = fs::read_to_string(&page) else { continue };
        let found = methods(&html);
        ensure!(
            found.starts_with(&FIRST),
            "{} begins with the methods {:?}, not with the constructors: rustdoc lists child modules before their \
             parent, in source order",
            page.display(),
            &found[..found.len().min(FIRST.len())]
        );
        count += 1;
    }
    ensure!(count > 0, "no page of a client in {}", folder.display());
    Ok(())
}

/// Returns the names of the inherent methods of a page, in their order.
fn methods(html: &str) -> Vec<&str> {
    let anchors = html.split("<section id=\"method.").skip(1);
    anchors.filter_map(|rest| rest.split('"').next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_in_the_order_of_the_page() {
        let page = r##"<section id="method.new" class="method"><a href="#method.new">§</a></section>
            <section id="method.b" class="method"></section><section id="trait.Clone"></section>"##;
        assert_eq!(methods(page), ["new", "b"]);
    }
}
