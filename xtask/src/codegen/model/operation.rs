//! Operations, with all data from which documentation and code are emitted.

use crate::codegen::model::body::{self, Body};
use crate::codegen::model::paging::{self, Paging};
use crate::codegen::model::parameter::{self, Parameter};
use crate::codegen::model::reader::Reader;
use crate::codegen::model::response::{self, ResponseBody, Status};
use crate::codegen::model::security::{self, Security};
use crate::codegen::model::table::{self, Table};
use crate::codegen::model::variants::Expanded;
use crate::codegen::naming::{Names, snake};
use crate::yaml::{Yaml, YamlExt};

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// `operationId`.
    pub(crate) id: String,
    /// Name of the client's method.
    pub(crate) method_name: String,
    /// HTTP method in capitals.
    pub(crate) http_method: String,
    pub(crate) path: String,
    /// Query parameters with a fixed value, by which variants on one path differ.
    pub(crate) fixed_query: Vec<(String, String)>,
    /// Name of the host, if it is not the API's own; else empty.
    pub(crate) server: String,
    /// First of the operation's `tags`; empty without one.
    pub(crate) resource: String,
    pub(crate) summary: String,
    pub(crate) description: Option<String>,
    pub(crate) deprecated: bool,
    /// Best source that describes the operation.
    pub(crate) source: String,
    pub(crate) confidence: Confidence,
    /// OAuth scope that the token must have.
    pub(crate) scope: Option<String>,
    pub(crate) security: Security,
    /// Sending the request twice has the effect of sending it once.
    pub(crate) idempotent: bool,
    pub(crate) paging: Option<Paging>,
    /// Description of the listing as a table that can be copied.
    pub(crate) table: Option<Table>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) response: ResponseBody,
    pub(crate) statuses: Vec<Status>,
}

/// Quality of the source that an operation is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confidence {
    Documented,
    Example,
    Inferred,
}

impl Confidence {
    /// Every confidence, best first.
    pub(crate) const ALL: [Self; 3] = [Self::Documented, Self::Example, Self::Inferred];

    /// Returns the word for this confidence in specifications.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Example => "example",
            Self::Inferred => "inferred",
        }
    }

    /// Returns the confidence with this word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|confidence| confidence.word() == word)
    }
}

impl Operation {
    /// Returns the fixed query with its question mark (`?action=merge`), or an empty text.
    pub(crate) fn fixed_query_text(&self) -> String {
        let pairs: Vec<String> = self.fixed_query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

/// Returns whether HTTP defines the method as idempotent.
pub(crate) fn is_idempotent(http_method: &str) -> bool {
    ["GET", "HEAD", "PUT", "DELETE"].iter().any(|method| method.eq_ignore_ascii_case(http_method))
}

/// Reads one operation.
pub(crate) fn read(reader: &mut Reader<'_>, expanded: &Expanded) -> Operation {
    let (node, http_method) = (&expanded.operation, expanded.method.as_str());
    let text = |key: &str| node.text(key).map(|text| text.trim().to_owned());
    let source = |key: &str| node.at(&["x-keyfob-source", key]).and_then(Yaml::as_str).unwrap_or_default();
    let id = text("operationId").unwrap_or_default();
    let idempotent = match node.text("x-keyfob-retry") {
        Some(retry) => retry == "safe",
        None => is_idempotent(http_method),
    };
    let server = node.list("servers").first();
    let response = response::body(reader, &id, node);
    let body = node.get("requestBody").and_then(|body| body::read(reader, &id, body));
    let mut names = Names::default();
    let nodes = node.list("parameters").iter();
    let parameters = nodes.map(|parameter| parameter::read(reader, &id, &mut names, parameter)).collect();
    reader.notes.end(&id);
    Operation {
        method_name: snake(&id),
        id,
        http_method: http_method.to_uppercase(),
        path: expanded.path.clone(),
        fixed_query: expanded.fixed.clone(),
        server: server.and_then(|server| server.text("x-keyfob-server")).unwrap_or_default().to_owned(),
        resource: node.list("tags").first().and_then(Yaml::as_str).unwrap_or_default().trim().to_owned(),
        summary: text("summary").unwrap_or_default(),
        description: text("description").filter(|text| !text.is_empty()),
        deprecated: node.flag("deprecated"),
        source: source("doc").to_owned(),
        // The check has rejected every other word.
        confidence: Confidence::from_word(source("confidence")).unwrap_or(Confidence::Inferred),
        scope: text("x-keyfob-scope"),
        security: security::read(reader.document, node),
        idempotent,
        paging: node.get("x-keyfob-paging").map(paging::read),
        // The check has rejected every table with an error.
        table: table::read(reader.document, expanded).ok().flatten(),
        parameters,
        body,
        response,
        statuses: response::statuses(node),
    }
}
