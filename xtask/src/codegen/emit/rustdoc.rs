//! Prose from specifications as documentation comments.

use proc_macro2::TokenStream;
use quote::quote;

/// Maximum length of a line, in characters: 100 columns less the deepest indentation of generated items (8) and `/// `.
const WIDTH: usize = 88;

/// Returns the paragraphs as documentation, wrapped; empty ones are left out.
pub(super) fn doc<T: AsRef<str>>(paragraphs: &[T]) -> TokenStream {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs.iter().map(AsRef::as_ref).filter(|text| !text.trim().is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(wrapped(paragraph.trim()));
    }
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// Wraps text: consecutive lines are one paragraph, except that list items and empty lines begin a new one.
fn wrapped(text: &str) -> Vec<String> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    for line in text.lines() {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let continues = !content.is_empty() && !is_list_item(content);
        match blocks.last_mut() {
            Some((_, block)) if continues && !block.is_empty() => *block = format!("{block} {content}"),
            _ => blocks.push((if is_list_item(content) { indent } else { 0 }, content.to_owned())),
        }
    }
    blocks.dedup_by(|a, b| a.1.is_empty() && b.1.is_empty());
    blocks.iter().flat_map(|(indent, block)| wrapped_block(*indent, block)).collect()
}

/// Wraps one paragraph or list item; the lines after the first of a list item are aligned with its text.
fn wrapped_block(indent: usize, block: &str) -> Vec<String> {
    let hanging = indent + if is_list_item(block) { block.find(' ').map_or(0, |marker| marker + 1) } else { 0 };
    let mut lines = vec![" ".repeat(indent)];
    for (position, word) in words(block).into_iter().enumerate() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if position > 0 && line + 1 + word.chars().count() > WIDTH {
            lines.push(" ".repeat(hanging) + &word);
        } else if let Some(last) = lines.last_mut() {
            if position > 0 {
                last.push(' ');
            }
            *last += &word;
        }
    }
    lines
}

fn is_list_item(line: &str) -> bool {
    let marker = line.split(' ').next().unwrap_or_default();
    let number = marker.strip_suffix('.').is_some_and(|digits| digits.parse::<u32>().is_ok());
    line.contains(' ') && (number || ["*", "-", "+"].contains(&marker))
}

/// Splits text where a line may break: not inside a code span, nor before a word that would be markup at a line's start.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let in_code = words.last().is_some_and(|last| last.matches('`').count() % 2 == 1);
        let markup = word.starts_with(['#', '>', '|', '='])
            || ["*", "-", "+"].contains(&word)
            || word.strip_suffix(['.', ')']).is_some_and(|digits| digits.parse::<u32>().is_ok());
        match words.last_mut() {
            Some(last) if in_code || (markup && !last.ends_with('*')) => *last = format!("{last} {word}"),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Escapes text that Markdown or rustdoc would interpret as markup.
///
/// Code spans, addresses and a bold head at the start of a line are unchanged.
pub(super) fn escaped(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim();
        match line.strip_prefix("**").and_then(|rest| rest.split_once("**")) {
            Some((head, rest)) => format!("**{}**{}", escaped_line(head), escaped_line(rest)),
            None => escaped_line(line),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn escaped_line(line: &str) -> String {
    let spans = line.split('`').enumerate();
    let closed = line.matches('`').count().is_multiple_of(2);
    let spans = spans.map(|(at, span)| if at % 2 == 1 && closed { span.to_owned() } else { escaped_span(span) });
    let line = spans.collect::<Vec<_>>().join("`");
    if line.starts_with(['#', '>', '|', '=']) { format!("\\{line}") } else { line }
}

/// Escapes text outside code spans; an address becomes a link, or code where it is a template.
fn escaped_span(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.find("https://").or(word.find("http://")) {
        Some(start) => {
            let (before, url) = word.split_at(start);
            let end = url.trim_end_matches(['.', ',', ';', ':', ')', '"', '\'']).len();
            let (url, after) = url.split_at(end);
            let link = if url.contains(['<', '>', '{']) { format!("`{url}`") } else { format!("<{url}>") };
            format!("{}{link}{}", escaped_word(before), escaped_word(after))
        }
        None => escaped_word(word),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn escaped_word(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '<' | '>' | '[' | ']' | '*' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Returns the text with a full stop, unless it ends a sentence already.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) { text.to_owned() } else { format!("{text}.") }
}

/// Returns the text with a lower-case first letter; a first word in capitals is unchanged.
pub(super) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().collect::<String>() + &text[first.len_utf8()..]
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{escaped, lower_first, wrapped};

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
        check("**Pages.** `a` and *b*", r"**Pages.** `a` and \*b\*");
        check("2**3", r"2\*\*3");
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

    #[test]
    fn lines_break_at_the_width_and_list_items_are_aligned() {
        let word = "x".repeat(43);
        assert_eq!(wrapped(&format!("{word} {word} {word}")), [format!("{word} {word}"), word.clone()]);
        assert_eq!(
            wrapped(&format!("  * {word} {word} {word}")),
            [format!("  * {word}"), format!("    {word}"), format!("    {word}")]
        );
        assert_eq!(wrapped("one\ntwo\n\n\n* three\nfour\n* five"), ["one two", "", "* three four", "* five"]);
    }

    #[test]
    fn lines_break_neither_in_code_nor_before_markup() {
        let word = "x".repeat(82);
        assert_eq!(wrapped(&format!("{word} `a b c d e`")), [word.clone(), "`a b c d e`".to_owned()]);
        assert_eq!(wrapped(&format!("{word} about - dash")), [word.clone(), "about - dash".to_owned()]);
        assert_eq!(wrapped(&format!("{word} in 2026. Later")), [word, "in 2026. Later".to_owned()]);
    }

    #[test]
    fn a_small_letter_begins_a_clause_unless_the_word_is_an_acronym() {
        assert_eq!(lower_first("Lists birds."), "lists birds.");
        assert_eq!(lower_first("API keys."), "API keys.");
    }
}
