//! Reasons for refusing a specification: all are collected before the run fails.

use anyhow::{Result, bail};

use super::document::Document;

/// Where in a document a problem is.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    Document,
    Operation { path: &'a str, method: &'a str },
    Path(&'a str),
    Component { section: &'a str, name: &'a str },
}

/// The problems of one document.
pub(crate) struct Problems<'d> {
    document: &'d Document,
    found: Vec<String>,
}

impl<'d> Problems<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self { document, found: Vec::new() }
    }

    /// Notes one problem: file and line, place, reason.
    pub(crate) fn push(&mut self, at: At<'_>, reason: impl AsRef<str>) {
        let (keys, place) = match at {
            At::Document => (vec![], String::new()),
            At::Path(path) => (vec!["paths", path], format!("{path}: ")),
            At::Operation { path, method } => {
                (vec!["paths", path, method], format!("{} {path}: ", method.to_uppercase()))
            }
            At::Component { section, name } => {
                (vec!["components", section, name], format!("components/{section}/{name}: "))
            }
        };
        let line = format!("{}: {place}{}", self.document.place(&keys), reason.as_ref());
        if !self.found.contains(&line) {
            self.found.push(line);
        }
    }

    /// Fails with every problem, one a line.
    pub(crate) fn finish(self) -> Result<()> {
        if self.found.is_empty() {
            return Ok(());
        }
        bail!("{} refused:\n  {}", self.document.name, self.found.join("\n  "))
    }
}
