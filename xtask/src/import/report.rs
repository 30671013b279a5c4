//! Report of an import: the parts of the vendor's document that the specification does not express.

use std::fmt::Write as _;

/// Effect of the import on a part of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// The value became `{}`, any JSON.
    Untyped,
    /// The part is not in the specification.
    Removed,
    /// The part has another form in the specification.
    Changed,
    /// The specification has a part that the document does not state.
    Proposed,
}

impl Effect {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Untyped, "Untyped"),
        (Self::Removed, "Removed"),
        (Self::Changed, "Changed"),
        (Self::Proposed, "Proposed, to be reviewed"),
    ];
}

/// Effects of an import, in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Report {
    entries: Vec<(Effect, String, String)>,
}

/// Numbers of operations by the quality of their types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Operations of the vendor's document.
    pub(super) found: usize,
    /// Operations of the specification.
    pub(super) imported: usize,
    /// Operations whose parameters, bodies and responses have types throughout.
    pub(super) typed: usize,
    /// Operations of which a nested field became untyped.
    pub(super) partly: usize,
    /// Operations of which a parameter, a body or a response became untyped as a whole.
    pub(super) untyped: usize,
}

impl Report {
    pub(super) fn push(&mut self, effect: Effect, subject: impl Into<String>, reason: impl Into<String>) {
        let entry = (effect, subject.into(), reason.into());
        if !self.entries.contains(&entry) {
            self.entries.push(entry);
        }
    }

    /// Adds the entries of another report.
    pub(super) fn append(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Returns the entries of one effect, as subject and reason.
    pub(super) fn of(&self, effect: Effect) -> impl Iterator<Item = (&str, &str)> {
        let chosen = self.entries.iter().filter(move |entry| entry.0 == effect);
        chosen.map(|(_, subject, reason)| (subject.as_str(), reason.as_str()))
    }

    /// Returns the text of `import.log`.
    pub(super) fn text(&self, source: &str, counts: Counts) -> String {
        let mut text = format!("Import of {source}\n\n");
        let rows = [
            ("operations in the document", counts.found),
            ("operations imported", counts.imported),
            ("  with types throughout", counts.typed),
            ("  with an untyped field", counts.partly),
            ("  with an untyped parameter, body or response", counts.untyped),
        ];
        for (name, count) in rows {
            let _ = writeln!(text, "{name:<46} {count:>5}");
        }
        for (effect, head) in Effect::ALL {
            let lines: Vec<String> =
                self.of(effect).map(|(subject, reason)| format!("{subject}: {reason}\n")).collect();
            if !lines.is_empty() {
                let _ = write!(text, "\n{head} ({})\n\n{}", lines.len(), lines.concat());
            }
        }
        text
    }
}
