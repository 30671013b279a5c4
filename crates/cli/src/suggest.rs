//! Lookup of names in any spelling, and suggestions for unknown ones.

/// Minimum Jaro-Winkler similarity of a suggestion.
const MIN_SIMILARITY: f64 = 0.8;
const MAX_SUGGESTIONS: usize = 3;

/// Removes case and separators, so that `projectByNumber`, `project-by-number` and `project_by_number` are equal.
pub(crate) fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the known name that equals `name` apart from case and separators. An exact match wins.
pub(crate) fn find<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<_> = known.into_iter().collect();
    let exact = known.iter().find(|known| **known == name);
    exact.or_else(|| known.iter().find(|known| fold(known) == fold(name))).copied()
}

/// Returns `: did you mean …?`, or an empty string if no known name is similar.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let name = fold(name);
    let mut similar: Vec<_> = known
        .into_iter()
        .filter_map(|known| {
            let folded = fold(known);
            let contained = name.len() >= 3 && folded.contains(&name);
            let similarity = strsim::jaro_winkler(&name, &folded).max(if contained { MIN_SIMILARITY } else { 0.0 });
            (similarity >= MIN_SIMILARITY).then_some((similarity, known))
        })
        .collect();
    similar.sort_by(|(left, a), (right, b)| right.total_cmp(left).then(a.cmp(b)));
    similar.dedup();
    match similar.iter().take(MAX_SUGGESTIONS).map(|(_, known)| *known).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [one] => format!(": did you mean {one}?"),
        [others @ .., last] => format!(": did you mean {} or {last}?", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["project", "projects", "project_by_number", "machines"];

    #[test]
    fn spelling_does_not_matter() {
        for name in ["project_by_number", "projectByNumber", "project-by-number", "ProjectByNumber"] {
            assert_eq!(find(name, KNOWN), Some("project_by_number"));
        }
        assert_eq!(find("project", KNOWN), Some("project"));
        assert_eq!(find("by_number", KNOWN), None);
    }

    #[test]
    fn a_typo_gets_a_suggestion() {
        assert_eq!(did_you_mean("machnies", KNOWN), ": did you mean machines?");
        assert_eq!(did_you_mean("by-number", KNOWN), ": did you mean project_by_number?");
        assert_eq!(did_you_mean("zebra", KNOWN), "");
    }
}
