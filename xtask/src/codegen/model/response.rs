//! Responses: the decoding of a success, and the documented statuses.

use crate::codegen::model::body::{is_json, is_text, preferred};
use crate::codegen::model::reader::{At, Reader};
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk;
use crate::codegen::naming::pascal;
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
    let responses = operation.pairs("responses");
    let contents: Vec<_> = successes(&responses).into_iter().map(|response| response.pairs("content")).collect();
    // Of several different responses, the first that has a content is decoded.
    let Some(chosen) = contents.iter().find(|content| !content.is_empty()) else { return ResponseBody::Empty };
    if contents.iter().any(|content| content != chosen) {
        reader.notes.push(format!("{id}: of several success responses, the first with a content is decoded"));
    }
    let Some((media, content)) = preferred(chosen) else { return ResponseBody::Empty };
    let schema = &content["schema"];
    if is_json(media) {
        if media != "application/json" {
            reader.notes.push(format!("{id}: the response's {media} is decoded as JSON"));
        }
        ResponseBody::Json(reader.ty(schema, At::body(&format!("{}Response", pascal(id)))))
    } else if is_text(media) && walk::resolve(reader.document, schema).text("format") != Some("binary") {
        reader.notes.push(format!("{id}: the response's {media} is text"));
        ResponseBody::Text(media.to_owned())
    } else {
        reader.notes.push(format!("{id}: the response's {media} is a download"));
        ResponseBody::Bytes
    }
}

/// Returns the success responses; of an operation without any, that of all other statuses.
pub(crate) fn successes<'t>(responses: &[(&str, &'t Yaml)]) -> Vec<&'t Yaml> {
    let of = |is_chosen: &dyn Fn(&str) -> bool| -> Vec<&'t Yaml> {
        responses.iter().filter(|(code, _)| is_chosen(code)).map(|(_, response)| *response).collect()
    };
    let successes = of(&|code| code.starts_with('2'));
    if successes.is_empty() { of(&|code| code == "default") } else { successes }
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
