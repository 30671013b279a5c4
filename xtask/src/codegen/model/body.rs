//! Request bodies, and the media types that bodies have.

use crate::codegen::model::reader::{At, Reader};
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk;
use crate::codegen::naming::pascal;
use crate::yaml::{Yaml, YamlExt};

/// The body of a request.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) kind: BodyKind,
    pub(crate) ty: Ty,
    pub(crate) media: String,
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    /// Parts of a multipart form; empty for other bodies.
    pub(crate) parts: Vec<Part>,
}

/// Encoding of a request body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    Form,
    Multipart,
    Text,
    Binary,
}

/// A part of a multipart form.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) description: String,
}

/// Returns whether the media type is JSON.
pub(crate) fn is_json(media: &str) -> bool {
    let media_type = media.split(';').next().unwrap_or_default().trim();
    media_type.ends_with("/json") || media_type.ends_with("+json")
}

/// Returns whether the media type is text other than JSON.
pub(crate) fn is_text(media: &str) -> bool {
    media.starts_with("text/") || media.ends_with("/xml") || media.ends_with("+xml")
}

/// Returns the media type that the client uses: JSON if it is among several, else the first.
pub(crate) fn preferred<'t>(content: &[(&'t str, &'t Yaml)]) -> Option<(&'t str, &'t Yaml)> {
    content.iter().find(|(media, _)| is_json(media)).or(content.first()).copied()
}

/// Reads the `requestBody` of the operation `id`.
pub(crate) fn read(reader: &mut Reader<'_>, id: &str, node: &Yaml) -> Option<Body> {
    let contents = node.pairs("content");
    let (media, content) = preferred(&contents)?;
    if contents.len() > 1 {
        reader.notes.push(format!("{id}: of {} media types of the request, {media} is sent", contents.len()));
    }
    let document = reader.document;
    let kind = match media {
        media if is_json(media) => BodyKind::Json,
        "application/x-www-form-urlencoded" => BodyKind::Form,
        "multipart/form-data" => BodyKind::Multipart,
        media if media.starts_with("text/") => BodyKind::Text,
        _ => BodyKind::Binary,
    };
    let node_schema = &content["schema"];
    let schema = walk::resolve(document, node_schema);
    let required: Vec<&str> = schema.list("required").iter().filter_map(Yaml::as_str).collect();
    let parts = schema.pairs("properties").into_iter().map(|(name, part)| Part {
        name: name.to_owned(),
        required: required.contains(&name),
        description: walk::resolve(document, part).text("description").unwrap_or_default().trim().to_owned(),
    });
    let ty = match kind {
        BodyKind::Json | BodyKind::Form => reader.ty(node_schema, At::body(&format!("{}Body", pascal(id)))),
        BodyKind::Multipart => Ty::runtime("Form"),
        BodyKind::Text => Ty::Text,
        BodyKind::Binary => Ty::runtime("Upload"),
    };
    Some(Body {
        kind,
        ty,
        media: media.to_owned(),
        required: node.flag("required"),
        description: node.text("description").map(|text| text.trim().to_owned()),
        parts: if kind == BodyKind::Multipart { parts.collect() } else { Vec::new() },
    })
}
