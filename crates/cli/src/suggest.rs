//! Names that people type: found in any spelling, or answered with what they may have meant.

/// So alike are names that are worth suggesting.
const ALIKE: f64 = 0.8;
const MOST: usize = 3;

/// A name without case and separators: `projectByNumber`, `project-by-number` and `project_by_number` are one.
pub(crate) fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The known name that is written like `name` but for case and separators.
pub(crate) fn find<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<_> = known.into_iter().collect();
    let exact = known.iter().find(|known| **known == name);
    exact.or_else(|| known.iter().find(|known| fold(known) == fold(name))).copied()
}

/// `: did you mean …?`, or nothing if no known name is like `name`.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let name = fold(name);
    let mut alike: Vec<_> = known
        .into_iter()
        .filter_map(|known| {
            let folded = fold(known);
            let contained = name.len() >= 3 && folded.contains(&name);
            let likeness = strsim::jaro_winkler(&name, &folded).max(if contained { ALIKE } else { 0.0 });
            (likeness >= ALIKE).then_some((likeness, known))
        })
        .collect();
    alike.sort_by(|(left, a), (right, b)| right.total_cmp(left).then(a.cmp(b)));
    alike.dedup();
    match alike.iter().take(MOST).map(|(_, known)| *known).collect::<Vec<_>>().as_slice() {
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
    fn a_slip_is_answered_with_what_was_meant() {
        assert_eq!(did_you_mean("machnies", KNOWN), ": did you mean machines?");
        assert_eq!(did_you_mean("by-number", KNOWN), ": did you mean project_by_number?");
        assert_eq!(did_you_mean("zebra", KNOWN), "");
    }
}
