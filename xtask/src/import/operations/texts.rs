//! Summaries and descriptions of operations.

use crate::yaml::{Yaml, YamlExt};

/// Maximum length of a summary that is taken from the description.
const MAX_SUMMARY: usize = 160;

/// Returns the summary, one line, and the description of an operation.
pub(super) fn of(node: &Yaml, subject: &str) -> (String, Option<String>) {
    let description = node.text("description").map(plain).filter(|text| !text.is_empty());
    let summary = node.text("summary").map(one_line).filter(|text| !text.is_empty());
    let Some(summary) = summary else {
        let Some(description) = description else { return (format!("Sends {subject}."), None) };
        let first = first_sentence(&description);
        let rest = Some(description.clone()).filter(|text| one_line(text) != first);
        return (first, rest);
    };
    let summary = if summary.ends_with(['.', '!', '?']) { summary } else { format!("{summary}.") };
    let same = description
        .as_deref()
        .is_some_and(|text| one_line(text).trim_end_matches('.') == summary.trim_end_matches('.'));
    (summary, description.filter(|_| !same))
}

/// Returns text without line breaks and code fences.
pub(crate) fn one_line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns text without code fences: the specification has plain text.
fn plain(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("```"));
    lines.map(|line| line.replace("```", "`")).collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn first_sentence(text: &str) -> String {
    let paragraph = one_line(text.split("\n\n").next().unwrap_or(text));
    let sentence = paragraph.split_inclusive(". ").next().unwrap_or(&paragraph).trim();
    if sentence.chars().count() <= MAX_SUMMARY {
        return if sentence.ends_with(['.', '!', '?']) { sentence.to_owned() } else { format!("{sentence}.") };
    }
    let cut: String = sentence.chars().take(MAX_SUMMARY).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head))
}
