//! Problems of a specification. All of them are collected before the document is rejected.

use anyhow::{Result, bail};

use crate::codegen::document::Document;

/// Part of a document that has a problem.
#[derive(Clone, Copy)]
pub(crate) enum Subject<'a> {
    Document,
    Operation { path: &'a str, method: &'a str },
    Path(&'a str),
    Component { section: &'a str, name: &'a str },
}

/// Problems of one document.
pub(crate) struct Problems<'d> {
    document: &'d Document,
    found: Vec<String>,
}

impl<'d> Problems<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self { document, found: Vec::new() }
    }

    /// Adds a problem; its line has file and line number, the subject and the reason.
    pub(crate) fn push(&mut self, subject: Subject<'_>, reason: impl AsRef<str>) {
        let (keys, name) = match subject {
            Subject::Document => (vec![], String::new()),
            Subject::Path(path) => (vec!["paths", path], format!("{path}: ")),
            Subject::Operation { path, method } => {
                (vec!["paths", path, method], format!("{} {path}: ", method.to_uppercase()))
            }
            Subject::Component { section, name } => {
                (vec!["components", section, name], format!("components/{section}/{name}: "))
            }
        };
        let line = format!("{}: {name}{}", self.document.location(&keys), reason.as_ref());
        if !self.found.contains(&line) {
            self.found.push(line);
        }
    }

    /// Returns an error with every problem, one a line.
    ///
    /// # Errors
    ///
    /// If there is a problem.
    pub(crate) fn finish(self) -> Result<()> {
        if self.found.is_empty() {
            return Ok(());
        }
        bail!("{} rejected:\n  {}", self.document.name, self.found.join("\n  "))
    }
}
