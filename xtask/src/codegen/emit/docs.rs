//! Prose from specifications as documentation comments that rustdoc takes as text.

use proc_macro2::TokenStream;
use quote::quote;

/// Documentation of the given paragraphs, one comment line per line.
pub(super) fn doc(paragraphs: &[&str]) -> TokenStream {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs.iter().filter(|text| !text.trim().is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(paragraph.trim().lines().map(|line| line.trim().to_owned()));
    }
    lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// Vendor prose with what Markdown or rustdoc would read as markup escaped; code spans stay.
pub(super) fn escaped(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim();
        let spans = line.split('`').enumerate();
        let closed = line.matches('`').count() % 2 == 0;
        let spans = spans.map(|(at, span)| if at % 2 == 1 && closed { span.to_owned() } else { plain(span) });
        let line = spans.collect::<Vec<_>>().join("`");
        if line.starts_with(['#', '>', '|', '=']) { format!("\\{line}") } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn plain(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.find("https://").or(word.find("http://")) {
        Some(start) => {
            let (before, url) = word.split_at(start);
            let end = url.trim_end_matches(['.', ',', ';', ':', ')', '"', '\'']).len();
            let (url, after) = url.split_at(end);
            let link = if url.contains(['<', '>', '{']) { format!("`{url}`") } else { format!("<{url}>") };
            format!("{}{link}{}", marks(before), marks(after))
        }
        None => marks(word),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn marks(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '<' | '>' | '[' | ']' | '*' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// A list item or sentence with a full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(escaped(text), expected);
    }

    #[test]
    fn markup_in_prose_is_text() {
        check("a <b> and [c]", r"a \<b\> and \[c\]");
        check("snake_case and 2*3", r"snake\_case and 2\*3");
        check("# no heading", r"\# no heading");
        check("    indented", "indented");
    }

    #[test]
    fn code_spans_stay() {
        check("`a_b[0]` and a_b", r"`a_b[0]` and a\_b");
        check("one ` alone_here", r"one ` alone\_here");
    }

    #[test]
    fn addresses_become_links() {
        check("see https://x.example/a_b.", "see <https://x.example/a_b>.");
        check("(https://x.example)", "(<https://x.example>)");
        check("https://{tenant}.example", "`https://{tenant}.example`");
    }
}
