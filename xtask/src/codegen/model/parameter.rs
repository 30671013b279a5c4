//! Parameters of paths, queries, headers and cookies.

use crate::codegen::model::reader::{At, Context, Reader};
use crate::codegen::model::schema::{is_secret, sample};
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk;
use crate::codegen::naming::{Names, argument, pascal};
use crate::yaml::{Yaml, YamlExt};

/// A parameter of an operation.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is independent of the others")]
pub(crate) struct Parameter {
    /// Name on the wire.
    pub(crate) name: String,
    /// Name of the argument, the builder's field and its setter.
    pub(crate) rust: String,
    pub(crate) location: Location,
    pub(crate) ty: Ty,
    /// Text in the format of the schema, for samples.
    pub(crate) sample: &'static str,
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    /// The parameter is less certain than its operation.
    pub(crate) inferred: bool,
    /// Separator of the values of a list in the query that is sent as one value.
    pub(crate) separator: Option<Separator>,
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
    Cookie,
}

impl Location {
    /// Reads a parameter's `in`; the check has rejected every other location.
    fn read(text: &str) -> Self {
        match text {
            "path" => Self::Path,
            "header" => Self::Header,
            "cookie" => Self::Cookie,
            _ => Self::Query,
        }
    }
}

/// Separator of the values of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    Comma,
    Space,
    Pipe,
}

impl Separator {
    /// Reads `style` and `explode` of a parameter in the query.
    fn read(node: &Yaml) -> Option<Self> {
        let (separator, exploded) = match node.text("style") {
            Some("spaceDelimited") => (Self::Space, false),
            Some("pipeDelimited") => (Self::Pipe, false),
            _ => (Self::Comma, true),
        };
        let exploded = node.get("explode").and_then(Yaml::as_bool).unwrap_or(exploded);
        (node.text("in") == Some("query") && !exploded).then_some(separator)
    }

    /// Returns the separator.
    pub(crate) fn character(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Space => ' ',
            Self::Pipe => '|',
        }
    }

    /// Returns the name of the separator in documentation.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Comma => "commas",
            Self::Space => "spaces",
            Self::Pipe => "`|`",
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

/// Reads one parameter of the operation `id`.
pub(crate) fn read(reader: &mut Reader<'_>, id: &str, names: &mut Names, node: &Yaml) -> Parameter {
    let document = reader.document;
    let name = node.text("name").unwrap_or_default();
    let schema = node.get("schema").unwrap_or(&Yaml::Null);
    let description = node.text("description").or_else(|| walk::resolve(document, schema).text("description"));
    let type_name = format!("{}{}", pascal(id), pascal(name));
    let at = At { context: Context::Parameter, property: name, name: &type_name };
    Parameter {
        name: name.to_owned(),
        rust: names.give(argument(name)),
        location: Location::read(node.text("in").unwrap_or_default()),
        ty: if is_open(document, node) { Ty::Pairs } else { reader.ty(schema, at) },
        sample: sample(document, schema),
        required: node.flag("required"),
        description: description.map(|text| text.trim().to_owned()),
        inferred: node.text("x-keyfob-confidence") == Some("inferred"),
        separator: Separator::read(node),
        value_builder: node.text("x-keyfob-value-builder").map(str::to_owned),
        raw: node.text("x-keyfob-path") == Some("raw"),
        secret: is_secret(document, schema),
    }
}
