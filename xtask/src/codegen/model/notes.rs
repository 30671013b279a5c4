//! Facts of a specification that the generated code does not have, listed in `normalized.log`.

/// Lines of `normalized.log`.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    lines: Vec<String>,
    /// Keywords of the current subject that are not enforced.
    ignored: Vec<String>,
}

impl Notes {
    /// Adds a line.
    pub(crate) fn push(&mut self, line: String) {
        self.lines.push(line);
    }

    /// Adds a keyword of the current subject that is not enforced; `property` may be empty.
    pub(crate) fn ignore(&mut self, property: &str, keyword: &str) {
        let ignored = if property.is_empty() { keyword.to_owned() } else { format!("{property} {keyword}") };
        if !self.ignored.contains(&ignored) {
            self.ignored.push(ignored);
        }
    }

    /// Ends the current subject: its keywords become a line.
    pub(crate) fn end(&mut self, subject: &str) {
        let ignored = std::mem::take(&mut self.ignored);
        if !ignored.is_empty() {
            self.lines.push(format!("{subject}: not enforced: {}", ignored.join(", ")));
        }
    }

    /// Returns the text of `normalized.log`.
    pub(crate) fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }
}
