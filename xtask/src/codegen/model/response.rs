//! Responses: the decoding of a success, and the documented statuses.

use crate::codegen::model::body::{is_json, is_text, preferred};
use crate::codegen::model::reader::{Context, Reader};
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

/// Decoding of the body of a success response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResponseBody {
    Json(Ty),
    Empty,
    /// Text of this media type.
    Text(String),
    Bytes,
}

/// A documented status and its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// Status code as the document writes it: `200`, `4XX` or `default`.
    pub(crate) code: String,
    pub(crate) meaning: String,
}

impl Status {
    /// Returns whether the code stands for a success.
    pub(crate) fn is_success(&self) -> bool {
        self.code.starts_with('2')
    }
}

impl ResponseBody {
    /// Returns the Rust type of the response.
    pub(crate) fn ty(&self) -> &Ty {
        match self {
            Self::Json(ty) => ty,
            Self::Empty => &Ty::Unit,
            Self::Text(_) => &Ty::Text,
            Self::Bytes => &Ty::Bytes,
        }
    }
}

/// Returns the decoding of the success response of an operation.
pub(crate) fn body(reader: &mut Reader<'_>, id: &str, operation: &Yaml) -> ResponseBody {
    let success = operation.pairs("responses").into_iter().find(|(code, _)| code.starts_with('2'));
    let content = success.map(|(_, response)| response.pairs("content")).unwrap_or_default();
    let Some((media, content)) = preferred(&content) else { return ResponseBody::Empty };
    let schema = &content["schema"];
    if is_json(media) {
        if media != "application/json" {
            reader.notes.push(format!("{id}: the response's {media} is decoded as JSON"));
        }
        ResponseBody::Json(reader.ty(schema, Context::Body, ""))
    } else if is_text(media) && walk::resolve(reader.document, schema).text("format") != Some("binary") {
        reader.notes.push(format!("{id}: the response's {media} is text"));
        ResponseBody::Text(media.to_owned())
    } else {
        reader.notes.push(format!("{id}: the response's {media} is a download"));
        ResponseBody::Bytes
    }
}

/// Reads the documented statuses of an operation, in the document's order.
pub(crate) fn statuses(operation: &Yaml) -> Vec<Status> {
    let responses = operation.pairs("responses").into_iter();
    let statuses = responses.map(|(code, response)| Status {
        code: code.to_owned(),
        meaning: response.text("description").unwrap_or_default().trim().to_owned(),
    });
    statuses.collect()
}
