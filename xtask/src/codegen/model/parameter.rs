//! Parameters of paths, queries and headers.

use crate::codegen::model::reader::{Context, Reader};
use crate::codegen::model::schema::is_secret;
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

/// A parameter of an operation.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is independent of the others")]
pub(crate) struct Parameter {
    /// Name on the wire.
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    /// The parameter is less certain than its operation.
    pub(crate) inferred: bool,
    /// A list is sent as one value, joined by commas.
    pub(crate) joined: bool,
    /// Hand-written type of the API's crate that builds the values of a list.
    pub(crate) value_builder: Option<String>,
    /// A path parameter covers the rest of the path; its slashes are not encoded.
    pub(crate) raw: bool,
    /// The value is a secret, which `Debug` must not show.
    pub(crate) secret: bool,
}

/// Part of the request that carries a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
}

impl Location {
    /// Reads a parameter's `in`; the check has rejected every location but `path`, `header` and `query`.
    fn read(text: &str) -> Self {
        match text {
            "path" => Self::Path,
            "header" => Self::Header,
            _ => Self::Query,
        }
    }
}

/// Returns whether the parameter is an object in the query whose properties have names that the caller chooses.
pub(crate) fn is_open(document: &Yaml, node: &Yaml) -> bool {
    let schema = walk::resolve(document, node.get("schema").unwrap_or(&Yaml::Null));
    node.text("in") == Some("query")
        && schema.text("type") == Some("object")
        && schema.get("additionalProperties").is_some_and(|values| values.as_bool() != Some(false))
}

impl Parameter {
    /// Returns whether each property of the parameter, whose names the caller chooses, is a query parameter.
    pub(crate) fn is_open(&self) -> bool {
        self.ty == Ty::Pairs
    }
}

/// Reads one parameter.
pub(crate) fn read(reader: &mut Reader<'_>, node: &Yaml) -> Parameter {
    let document = reader.document;
    let name = node.text("name").unwrap_or_default();
    let schema = node.get("schema").unwrap_or(&Yaml::Null);
    let description = node.text("description").or_else(|| walk::resolve(document, schema).text("description"));
    Parameter {
        name: name.to_owned(),
        location: Location::read(node.text("in").unwrap_or_default()),
        ty: if is_open(document, node) { Ty::Pairs } else { reader.ty(schema, Context::Parameter, name) },
        required: node.flag("required"),
        description: description.map(|text| text.trim().to_owned()),
        inferred: node.text("x-keyfob-confidence") == Some("inferred"),
        joined: node.get("explode").and_then(Yaml::as_bool) == Some(false),
        value_builder: node.text("x-keyfob-value-builder").map(str::to_owned),
        raw: node.text("x-keyfob-path") == Some("raw"),
        secret: is_secret(document, schema),
    }
}
