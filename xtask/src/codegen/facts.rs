//! What a document says that normalising would lose, and that documentation and post-passes need.

use super::expand::scalar;
use super::naming::snake;
use super::walk;
use crate::tree::{Tree, TreeExt};

/// One API.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) operations: Vec<Operation>,
    pub(crate) known_only: Vec<KnownOnly>,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    /// The method of the client.
    pub(crate) rust: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) fixed: Vec<(String, String)>,
    pub(crate) server: String,
    pub(crate) summary: String,
    pub(crate) description: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) doc: String,
    pub(crate) confidence: String,
    pub(crate) scope: Option<String>,
    pub(crate) repeatable: bool,
    pub(crate) paging: Option<Paging>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) answer: Answer,
}

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    pub(crate) inferred: bool,
    /// A list in one value, with commas.
    pub(crate) joined: bool,
    /// A path parameter whose slashes are part of the path.
    pub(crate) raw: bool,
}

/// The body of a request.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) kind: BodyKind,
    pub(crate) media: String,
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    /// The parts of a form with files: name, whether required, what for.
    pub(crate) parts: Vec<(String, bool, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    Form,
    Multipart,
    Text,
    Binary,
}

/// How the body of a success answer is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Json,
    Empty,
    /// Text, of this media type.
    Text(String),
    Bytes,
}

#[derive(Debug)]
pub(crate) struct Paging {
    pub(crate) scheme: String,
    pub(crate) items: String,
    pub(crate) parameter: String,
    pub(crate) cursor: Option<String>,
    pub(crate) size: Option<String>,
    pub(crate) total: Option<String>,
    pub(crate) first: i64,
}

#[derive(Debug)]
pub(crate) struct KnownOnly {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) doc: String,
    pub(crate) note: String,
}

/// Whether the media type holds JSON.
pub(crate) fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim();
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// Whether the media type holds text that is not JSON.
pub(crate) fn is_text(media: &str) -> bool {
    media.starts_with("text/") || media.ends_with("/xml") || media.ends_with("+xml")
}

/// Reads the facts from an expanded document.
pub(crate) fn read(name: &str, document: &Tree) -> Api {
    let info = |key: &str| document.at(&["info", key]).and_then(Tree::as_str).unwrap_or_default().trim().to_owned();
    let known = document.list("x-keyfob-known-only").iter().map(|entry| {
        let text = |key: &str| entry.text(key).unwrap_or_default().trim().to_owned();
        KnownOnly { method: text("method"), path: text("path"), doc: text("doc"), note: text("note") }
    });
    Api {
        name: name.to_owned(),
        title: info("title"),
        version: info("version"),
        description: info("description"),
        operations: walk::operations(document)
            .iter()
            .map(|found| operation(document, found.method, found.operation))
            .collect(),
        known_only: known.collect(),
    }
}

fn operation(document: &Tree, method: &str, node: &Tree) -> Operation {
    let text = |key: &str| node.text(key).map(|text| text.trim().to_owned());
    let source = |key: &str| node.at(&["x-keyfob-source", key]).and_then(Tree::as_str).unwrap_or_default().to_owned();
    let id = text("operationId").unwrap_or_default();
    let repeatable = match node.text("x-keyfob-retry") {
        Some(retry) => retry == "safe",
        None => matches!(method, "get" | "head" | "put" | "delete"),
    };
    let servers = node.list("servers").first();
    Operation {
        rust: snake(&id),
        id,
        method: method.to_uppercase(),
        path: text("path").unwrap_or_default(),
        fixed: node.pairs("fixed").into_iter().map(|(name, value)| (name.to_owned(), scalar(value))).collect(),
        server: servers.and_then(|server| server.text("x-keyfob-server")).unwrap_or_default().to_owned(),
        summary: text("summary").unwrap_or_default(),
        description: text("description").filter(|text| !text.is_empty()),
        deprecated: node.flag("deprecated"),
        doc: source("doc"),
        confidence: source("confidence"),
        scope: text("x-keyfob-scope"),
        repeatable,
        paging: node.get("x-keyfob-paging").map(paging),
        parameters: node.list("parameters").iter().map(|parameter| self::parameter(document, parameter)).collect(),
        body: node.get("requestBody").and_then(|body| self::body(document, body)),
        answer: answer(document, node),
    }
}

fn parameter(document: &Tree, node: &Tree) -> Parameter {
    let schema = node.get("schema").unwrap_or(&Tree::Null);
    let description = node.text("description").or_else(|| walk::resolve(document, schema).text("description"));
    Parameter {
        name: node.text("name").unwrap_or_default().to_owned(),
        place: node.text("in").unwrap_or_default().to_owned(),
        required: node.flag("required"),
        description: description.map(|text| text.trim().to_owned()),
        inferred: node.text("x-keyfob-confidence") == Some("inferred"),
        joined: node.get("explode").and_then(Tree::as_bool) == Some(false),
        raw: node.text("x-keyfob-path") == Some("raw"),
    }
}

fn body(document: &Tree, node: &Tree) -> Option<Body> {
    let (media, content) = chosen(&node.pairs("content"))?;
    let kind = match media {
        media if is_json(media) => BodyKind::Json,
        "application/x-www-form-urlencoded" => BodyKind::Form,
        "multipart/form-data" => BodyKind::Multipart,
        media if media.starts_with("text/") => BodyKind::Text,
        _ => BodyKind::Binary,
    };
    let schema = walk::resolve(document, &content["schema"]);
    let required: Vec<&str> = schema.list("required").iter().filter_map(Tree::as_str).collect();
    let parts = schema.pairs("properties").into_iter().map(|(name, part)| {
        let what = walk::resolve(document, part).text("description").unwrap_or_default();
        (name.to_owned(), required.contains(&name), what.trim().to_owned())
    });
    Some(Body {
        kind,
        media: media.to_owned(),
        required: node.flag("required"),
        description: node.text("description").map(|text| text.trim().to_owned()),
        parts: if kind == BodyKind::Multipart { parts.collect() } else { Vec::new() },
    })
}

/// Of several media types, JSON if it is among them, else the first.
pub(crate) fn chosen<'t>(content: &[(&'t str, &'t Tree)]) -> Option<(&'t str, &'t Tree)> {
    content.iter().find(|(media, _)| is_json(media)).or(content.first()).copied()
}

fn answer(document: &Tree, node: &Tree) -> Answer {
    let success = node.pairs("responses").into_iter().find(|(code, _)| code.starts_with('2'));
    let content = success.map(|(_, answer)| answer.pairs("content")).unwrap_or_default();
    let Some((media, content)) = chosen(&content) else { return Answer::Empty };
    let schema = walk::resolve(document, &content["schema"]);
    if is_json(media) {
        Answer::Json
    } else if is_text(media) && schema.text("format") != Some("binary") {
        Answer::Text(media.to_owned())
    } else {
        Answer::Bytes
    }
}

fn paging(node: &Tree) -> Paging {
    let text = |key: &str| node.text(key).map(str::to_owned);
    Paging {
        scheme: text("scheme").unwrap_or_default(),
        items: text("items").unwrap_or_default(),
        parameter: text("parameter").unwrap_or_default(),
        cursor: text("cursor"),
        size: text("size"),
        total: text("total"),
        first: node.get("first").and_then(Tree::as_i64).unwrap_or(1),
    }
}
